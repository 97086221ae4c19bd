import { expect } from 'chai';
import {
  comparableFields,
  fieldNamed,
  readableFields,
  referencesTo,
  returningFields,
  unreadableFields,
} from '../../../src/records/objectDescribe.js';
import { aField, aLookup, anObject } from '../support/describes.js';

const object = anObject('Product2', [
  aField('Name'),
  aField('BillingAddress', 'address'),
  aField('Body', 'base64'),
  aField('Total__c', 'currency', { calculated: true }),
  aField('Number__c', 'string', { autoNumber: true }),
  aField('OnlyOnce__c', 'string', { updateable: false }),
  aLookup('Parent__c', 'Product2'),
  aLookup('Owner__c', 'User'),
]);
const names = (fields: ReadonlyArray<{ readonly name: string }>): string[] => fields.map((field) => field.name);

describe('the fields of an object', () => {
  it('are backed up with Id first, without those that one cell cannot carry', () => {
    const turned = { ...object, fields: [...object.fields].reverse() };
    expect(names(readableFields(turned))[0]).to.equal('Id');
    expect(names(readableFields(turned))).to.have.members(
      names(object.fields).filter((name) => name !== 'BillingAddress' && name !== 'Body')
    );
    expect(names(unreadableFields(object))).to.deep.equal(['BillingAddress', 'Body']);
  });

  it('are compared where people or deployments set them: no formula, number, stamp or create-only field', () => {
    expect(names(comparableFields(object))).to.deep.equal(['Name', 'Parent__c', 'Owner__c']);
  });

  it('never count a stamp as a difference, even where it may be set', () => {
    const settable = anObject('X', []);
    const fields = settable.fields.map((field) => ({ ...field, updateable: true }));
    expect(names(comparableFields({ ...settable, fields }))).to.deep.equal([]);
  });

  it('with which a deleted row comes back are those that can be set on a row or on a new one', () => {
    const detail = anObject('X', [
      aField('Name'),
      aLookup('Master__c', 'Y', { updateable: false }),
      aField('OnlyLater__c', 'string', { createable: false }),
      aField('Key__c', 'encryptedstring', { encrypted: true }),
      aField('Number__c', 'string', { autoNumber: true }),
      aField('Sum__c', 'currency', { calculated: true }),
      aField('System__c', 'string', { createable: false, updateable: false }),
    ]);
    expect(names(returningFields(detail))).to.deep.equal(['Name', 'Master__c', 'OnlyLater__c']);
    const open = { ...detail, fields: detail.fields.map((field) => ({ ...field, createable: true })) };
    expect(names(returningFields(open)))
      .to.not.include.members(['Id'])
      .and.to.not.include('LastModifiedDate');
  });

  it('that may hold masked text are never compared', () => {
    expect(
      names(comparableFields(anObject('X', [aField('Key__c', 'encryptedstring', { encrypted: true })])))
    ).to.deep.equal([]);
  });

  it('are found by their name', () => {
    expect(fieldNamed(object, 'Name')?.type).to.equal('string');
    expect(fieldNamed(object, 'name')).to.equal(undefined);
  });

  it('that point to certain objects leave out who created and edited', () => {
    expect(names(referencesTo(object, new Set(['Product2'])))).to.deep.equal(['Parent__c']);
    expect(names(referencesTo(object, new Set(['User'])))).to.deep.equal(['Owner__c']);
    expect(names(referencesTo(object, new Set(['Account'])))).to.deep.equal([]);
    const either = anObject('Task', [aField('WhatId', 'reference', { referenceTo: ['Account', 'Product2'] })]);
    expect(names(referencesTo(either, new Set(['Product2'])))).to.deep.equal(['WhatId']);
  });
});
