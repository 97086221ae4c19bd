import { expect } from 'chai';
import fc from 'fast-check';
import {
  componentTarget,
  flowTarget,
  isSelector,
  parseSelector,
  recordTarget,
  selects,
} from '../../../src/model/selector.js';
import { apiName, componentName, recordId } from '../support/arbitraries.js';

const target = fc.oneof(
  apiName.map(flowTarget),
  fc.tuple(apiName, componentName).map(([type, name]) => componentTarget(type, name)),
  fc.tuple(apiName, recordId).map(([object, id]) => recordTarget(object, id))
);

describe('a selector', () => {
  it('is parsed into its lane and its parts', () => {
    expect(parseSelector('flow:Quote_Approval')).to.deep.equal({ lane: 'flow', parts: ['Quote_Approval'] });
    expect(parseSelector('metadata:ApexClass')).to.deep.equal({ lane: 'metadata', parts: ['ApexClass'] });
    expect(parseSelector('metadata:Layout:Quote-Deal: Desk')).to.deep.equal({
      lane: 'metadata',
      parts: ['Layout', 'Quote-Deal: Desk'],
    });
    expect(parseSelector('record:Product2:01t000000000001AAA')).to.deep.equal({
      lane: 'record',
      parts: ['Product2', '01t000000000001AAA'],
    });
    expect(parseSelector('permission:Sales:Product2')).to.deep.equal({
      lane: 'permission',
      parts: ['Sales', 'Product2'],
    });
  });

  for (const text of ['', 'flow', 'flow:', 'metadata::X', 'record:Product2:', 'Product2', 'flows:X', 'Flow:X']) {
    it(`is not ${JSON.stringify(text)}`, () => expect(parseSelector(text)).to.equal(undefined));
  }

  it('that was printed as a target selects that target when it is typed', () => {
    fc.assert(fc.property(target, (text) => void expect(selects(text, text)).to.equal(true)));
  });

  it('without wildcard selects no other target of its lane', () => {
    fc.assert(
      fc.property(target, target, (a, b) => {
        fc.pre(a.toLowerCase() !== b.toLowerCase() && parseSelector(a)?.lane === parseSelector(b)?.lane);
        expect(selects(a, b)).to.equal(false);
      })
    );
  });

  it('never selects a target of another lane', () => {
    fc.assert(
      fc.property(target, target, (a, b) => {
        fc.pre(parseSelector(a)?.lane !== parseSelector(b)?.lane);
        expect(selects(a, b)).to.equal(false);
      })
    );
  });

  it('of a type or object covers everything of it', () => {
    fc.assert(
      fc.property(apiName, componentName, recordId, (name, member, id) => {
        expect(selects(`metadata:${name}`, componentTarget(name, member))).to.equal(true);
        expect(selects(`record:${name}`, recordTarget(name, id))).to.equal(true);
        expect(selects(`record:${name}:*`, recordTarget(name, id))).to.equal(true);
        expect(selects(`record:*:${id}`, recordTarget(name, id))).to.equal(true);
        expect(selects(`record:${name}x`, recordTarget(name, id))).to.equal(false);
      })
    );
  });

  it('of one row does not cover the object as a whole', () => {
    expect(selects('record:Product2:01t000000000001AAA', 'record:Product2')).to.equal(false);
  });

  it('takes * for any run of characters, at any place', () => {
    expect(selects('flow:Quote_*', 'flow:Quote_Approval')).to.equal(true);
    expect(selects('flow:*Approval', 'flow:Quote_Approval')).to.equal(true);
    expect(selects('flow:Q*A*l', 'flow:Quote_Approval')).to.equal(true);
    expect(selects('flow:Quote_*', 'flow:My_Quote_Approval')).to.equal(false);
    expect(selects('flow:*', 'flow:Anything')).to.equal(true);
    expect(selects('metadata:*:SBQQ__*', 'metadata:CustomField:SBQQ__Quote__c.X__c')).to.equal(true);
  });

  it('takes every other character as it is', () => {
    expect(selects('flow:a.c', 'flow:abc')).to.equal(false);
    expect(selects('metadata:Layout:A (x)+', 'metadata:Layout:A (x)+')).to.equal(true);
    expect(selects('metadata:Layout:A (x)+', 'metadata:Layout:A xx')).to.equal(false);
  });

  it('does not mind the case, as the org does not', () => {
    expect(selects('metadata:apexclass:pricing', 'metadata:ApexClass:Pricing')).to.equal(true);
  });

  it('in its bare form means the lane in which something matches', () => {
    expect(selects('ApexClass:Pricing', 'metadata:ApexClass:Pricing')).to.equal(true);
    expect(selects('Product2', 'record:Product2:01t000000000001AAA')).to.equal(true);
    expect(selects('Sales:Product2', 'permission:Sales:Product2')).to.equal(true);
    expect(selects('ApexClass:Pricing', 'metadata:ApexClass:Other')).to.equal(false);
    expect(selects('Quote_Approval', 'flow:Quote_Approval')).to.equal(false);
  });

  it('that is none selects nothing', () => {
    for (const text of [
      '',
      ':',
      '::',
      'record',
      'record:',
      'record:Product2:',
      'flow:',
      'Product2:',
      ':A',
      'metadata::X',
      'Flow:A',
      'records:Product2',
    ]) {
      expect(isSelector(text), text).to.equal(false);
      expect(selects(text, 'record:Product2:01t000000000001AAA'), text).to.equal(false);
      expect(selects(text, 'metadata:Flow:A'), text).to.equal(false);
    }
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'arecord:*2 '), maxLength: 12 }),
        target,
        (text, item) => void selects(text, item)
      )
    );
    for (const text of ['flow:A', 'record:Product2', 'Product2', 'ApexClass:Pricing', 'metadata:*', '*:X'])
      expect(isSelector(text), text).to.equal(true);
  });

  it('takes an Id in both its forms', () => {
    fc.assert(
      fc.property(apiName, recordId, (name, id) => {
        expect(selects(`record:${name}:${id.slice(0, 15)}`, recordTarget(name, id))).to.equal(true);
        expect(selects(`record:${name}:${id}`, recordTarget(name, id.slice(0, 15)))).to.equal(true);
        expect(selects(`record:${name}:${id.toLowerCase()}`, recordTarget(name, id))).to.equal(true);
        expect(selects(`${name}:${id.slice(0, 15)}`, recordTarget(name, id))).to.equal(true);
      })
    );
  });

  it('tells two Ids of 15 characters apart that differ in case, as the org does', () => {
    expect(selects('record:Product2:01t00000000000a', 'record:Product2:01t00000000000AEAQ')).to.equal(false);
    expect(selects('record:Product2:01t00000000000A', 'record:Product2:01t00000000000AEAQ')).to.equal(true);
  });

  it('selects nothing in what is no target', () => {
    expect(selects('flow:*', 'nonsense')).to.equal(false);
  });
});
