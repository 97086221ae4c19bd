import { expect } from 'chai';
import { OrgError, type OrgUser } from '../../org/engine/contracts.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import type { WriteRequest } from '../../org/engine/records/recordDoor.js';
import { UnhandledTrigger } from '../../org/engine/records/unhandledTrigger.js';
import { declareObject } from '../../org/engine/schema/declareObject.js';

/** Machines with parts; a machine counts and sums its parts. */
function aWorkshop(): { org: PracticeOrg; ada: OrgUser; insert: (object: string, values: object) => string } {
  const org = new PracticeOrg({ cpq: false });
  org.schema.addObject(
    declareObject({
      name: 'Machine__c',
      keyPrefix: 'aZ0',
      fields: 'Parts__c~:int Weight__c~:num(10,1) Retired__c:check',
    })
  );
  org.schema.addObject(
    declareObject({
      name: 'Part__c',
      keyPrefix: 'aZ1',
      fields: 'Machine__c:md(Machine__c) Spare_For__c:ref(Machine__c) Weight__c:num(10,1) Serial__c:text(20)',
    })
  );
  const ada = org.user('Ada Admin');
  const insert = (object: string, values: object): string =>
    org.records.writeOne(ada, { operation: 'insert', object, values: values as Record<string, unknown> }).id;
  return { org, ada, insert };
}

function refusal(org: PracticeOrg, user: OrgUser, request: WriteRequest, allowSave = false): string {
  const [result] = org.records.write(user, [request], false, { allowSave });
  return result === undefined || result.success ? 'none' : result.error.code;
}

describe('practice org: rules that a test declares', () => {
  it('keeps roll-ups up to date through insert, update, delete and undelete', () => {
    const { org, ada, insert } = aWorkshop();
    org.rollUps.add({
      parent: 'Machine__c',
      field: 'Parts__c',
      child: 'Part__c',
      link: 'Machine__c',
      operation: 'COUNT',
    });
    org.rollUps.add({
      parent: 'Machine__c',
      field: 'Weight__c',
      child: 'Part__c',
      link: 'Machine__c',
      operation: 'SUM',
      of: 'Weight__c',
    });
    const machine = insert('Machine__c', { Name: 'Crema' });
    const edited = org.row('Machine__c', machine)?.['LastModifiedDate'];
    const first = insert('Part__c', { Machine__c: machine, Weight__c: 2.5 });
    const second = insert('Part__c', { Machine__c: machine, Weight__c: 1 });
    expect(org.row('Machine__c', machine)).to.include({ Parts__c: 2, Weight__c: 3.5, LastModifiedDate: edited });
    expect(String(org.row('Machine__c', machine)?.['SystemModstamp']) > String(edited)).to.equal(true);
    org.records.writeOne(ada, { operation: 'update', id: second, values: { Weight__c: 4 } });
    org.records.writeOne(ada, { operation: 'delete', id: first });
    expect(org.row('Machine__c', machine)).to.include({ Parts__c: 1, Weight__c: 4 });
    org.records.writeOne(ada, { operation: 'undelete', id: first });
    expect(org.row('Machine__c', machine)).to.include({ Parts__c: 2, Weight__c: 6.5 });
    org.records.write(
      ada,
      [
        { operation: 'delete', id: first },
        { operation: 'delete', id: 'aZ1000000000000AAA' },
      ],
      true
    );
    expect(org.row('Machine__c', machine)).to.include({ Parts__c: 2 });
    expect(refusal(org, ada, { operation: 'update', id: machine, values: { Parts__c: 9 } })).to.equal(
      'INVALID_FIELD_FOR_INSERT_UPDATE'
    );
  });

  it('holds lookups to their filter, for what a write sends', () => {
    const { org, ada, insert } = aWorkshop();
    const [good, retired] = [
      insert('Machine__c', { Name: 'A' }),
      insert('Machine__c', { Name: 'B', Retired__c: true }),
    ];
    const part = insert('Part__c', { Machine__c: good, Spare_For__c: retired });
    org.lookupFilters.add({
      object: 'Part__c',
      field: 'Spare_For__c',
      allows: (target) => target['Retired__c'] !== true,
    });
    expect(refusal(org, ada, { operation: 'update', id: part, values: { Serial__c: 'S' } })).to.equal('none');
    expect(refusal(org, ada, { operation: 'update', id: part, values: { Spare_For__c: retired } })).to.equal(
      'FIELD_FILTER_VALIDATION_EXCEPTION'
    );
    expect(refusal(org, ada, { operation: 'update', id: part, values: { Spare_For__c: good } })).to.equal('none');
  });

  it('finds duplicates; the header passes rules that warn, but not those that block', () => {
    const { org, ada, insert } = aWorkshop();
    const machine = insert('Machine__c', { Name: 'A' });
    const off = org.duplicateRules.add({ object: 'Part__c', fields: ['Serial__c', 'Machine__c'], action: 'alert' });
    insert('Part__c', { Machine__c: machine, Serial__c: 'S-1' });
    const again: WriteRequest = {
      operation: 'insert',
      object: 'Part__c',
      values: { Machine__c: machine, Serial__c: 's-1' },
    };
    expect(refusal(org, ada, again)).to.equal('DUPLICATES_DETECTED');
    expect(refusal(org, ada, again, true)).to.equal('none');
    off();
    org.duplicateRules.add({ object: 'Part__c', fields: ['Serial__c'], action: 'block' });
    expect(refusal(org, ada, again, true)).to.equal('DUPLICATES_DETECTED');
  });

  it('fails every row of a call when a trigger throws and nobody catches', () => {
    const { org, ada, insert } = aWorkshop();
    const ids = ['A', 'B'].map((Name) => insert('Machine__c', { Name }));
    org.beforeSave('Machine__c', ({ row }) => {
      if (row['Name'] === 'bad') throw new UnhandledTrigger('MachineTrigger', 'System.NullPointerException: null');
      if (row['Name'] === 'refused') throw new OrgError('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'no');
    });
    const rename = (names: string[]): boolean[] =>
      org.records
        .write(
          ada,
          ids.map((id, index) => ({ operation: 'update', id, values: { Name: names[index] } }))
        )
        .map(({ success }) => success);
    expect(rename(['fine', 'refused'])).to.deep.equal([true, false]);
    expect(rename(['finer', 'bad'])).to.deep.equal([false, false]);
    expect(org.row('Machine__c', ids[0] ?? '')?.['Name']).to.equal('fine');
  });

  it('locks each record at the first try', () => {
    const { org, ada, insert } = aWorkshop();
    const machine = insert('Machine__c', { Name: 'A' });
    org.switches.firstTryLocks = true;
    const rename: WriteRequest = { operation: 'update', id: machine, values: { Name: 'B' } };
    expect([refusal(org, ada, rename), refusal(org, ada, rename)]).to.deep.equal(['UNABLE_TO_LOCK_ROW', 'none']);
  });

  it('moves SystemModstamp alone for background jobs', () => {
    const { org, insert } = aWorkshop();
    const machine = insert('Machine__c', { Name: 'A' });
    const before = org.row('Machine__c', machine);
    org.clock.advance(3_600_000);
    org.records.moveStamps('Machine__c', [machine]);
    const after = org.row('Machine__c', machine);
    expect(after?.['LastModifiedDate']).to.equal(before?.['LastModifiedDate']);
    expect(
      Date.parse(String(after?.['SystemModstamp'])) - Date.parse(String(before?.['SystemModstamp']))
    ).to.be.at.least(3_600_000);
  });

  it('lets nobody freeze himself or own records when inactive', () => {
    const org = new PracticeOrg({
      cpq: false,
      users: [
        { name: 'Ada Admin', username: 'a@x.example' },
        { name: 'Gone Guy', username: 'g@x.example', active: false },
      ],
    });
    const ada = org.user('Ada Admin');
    const logins = [...org.store.rows('UserLogin')];
    const loginOf = (id: string): string => String(logins.find((row) => row['UserId'] === id)?.['Id']);
    const freeze = (id: string): string =>
      refusal(org, ada, { operation: 'update', id: loginOf(id), values: { IsFrozen: true } });
    expect([freeze(ada.id), freeze(org.user('Gone Guy').id)]).to.deep.equal(['CANNOT_FREEZE_SELF', 'none']);
    expect(
      refusal(org, ada, {
        operation: 'insert',
        object: 'Account',
        values: { Name: 'A', OwnerId: org.user('Gone Guy').id },
      })
    ).to.equal('INACTIVE_OWNER_OR_USER');
  });

  it('shows a user without View All only what is his, in queries, lookups and writes', () => {
    const rights = { viewAllData: false, ownRowsOnly: new Set(['Account']) };
    const org = new PracticeOrg({
      cpq: false,
      users: [
        { name: 'Ada Admin', username: 'a@x.example' },
        { name: 'Sam Sales', username: 's@x.example', rights },
      ],
    });
    const [ada, sam] = [org.user('Ada Admin'), org.user('Sam Sales')];
    const hers = org.records.writeOne(ada, { operation: 'insert', object: 'Account', values: { Name: 'Hers' } }).id;
    expect(refusal(org, sam, { operation: 'update', id: hers, values: { Name: 'Mine' } })).to.equal(
      'INSUFFICIENT_ACCESS_OR_READONLY'
    );
    expect(
      refusal(org, sam, { operation: 'insert', object: 'Account', values: { Name: 'Child', ParentId: hers } })
    ).to.equal('INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY');
    expect(refusal(org, ada, { operation: 'update', id: hers, values: { OwnerId: sam.id } })).to.equal('none');
    expect(refusal(org, sam, { operation: 'update', id: hers, values: { Name: 'Mine' } })).to.equal('none');
  });
});
