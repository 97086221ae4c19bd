import { expect } from 'chai';
import fc from 'fast-check';
import { names, selects } from '../../../src/model/selector.js';
import { changeKind, diffPermissions } from '../../../src/permissions/diffPermissions.js';
import {
  permissionTarget,
  ROW_KINDS,
  sortGrants,
  type ParentKind,
  type PermissionRow,
} from '../../../src/permissions/permissionRow.js';
import { coversRow, permissionScopeOf, unqueriedAccess } from '../../../src/permissions/permissionScope.js';

const row = (target: string, grants: string[], more: Partial<PermissionRow> = {}): PermissionRow => ({
  parent: { kind: 'PermissionSet', name: 'Sales' },
  kind: 'Field',
  target,
  grants,
  ...more,
});

describe('permission rows', () => {
  it('are named so that a profile, a set and a group of one name are told apart', () => {
    const target = (kind: ParentKind, name = 'Sales'): string =>
      permissionTarget({ kind, name }, row('Lead.Rating', []));
    expect(target('PermissionSet')).to.equal('permission:Sales:Lead.Rating');
    expect(target('Profile')).to.equal('permission:Sales (profile):Lead.Rating');
    expect(target('PermissionSetGroup')).to.equal('permission:Sales (group):Lead.Rating');
    expect(target('Profile', 'Custom: Sales')).to.equal('permission:Custom%3A Sales (profile):Lead.Rating');
    expect(
      permissionTarget({ kind: 'PermissionSet', name: 'Sales' }, { kind: 'ApexClass', target: 'Pricing' })
    ).to.equal('permission:Sales:ApexClass:Pricing');
  });

  it('are selected by what is printed, by what people type, and by wildcards', () => {
    const target = 'permission:Sales (profile):ApexClass:Pricing';
    for (const typed of [
      target,
      'permission:Sales',
      'permission:sales:pricing',
      'permission:Sales:ApexClass:*',
      'permission:*:*Pric*',
      'Sales:ApexClass:Pricing',
    ])
      expect(selects(typed, target), typed).to.equal(true);
    for (const typed of ['permission:Sale', 'permission:Sales:ApexPage:Pricing', 'metadata:Sales', 'record:Sales'])
      expect(selects(typed, target), typed).to.equal(false);
    expect(names(target, target)).to.equal(true);
    expect(names('permission:Sales:*', target)).to.equal(false);
  });

  it('differ when they grant something else, and only then', () => {
    const before = [row('A.a', ['Read']), row('A.b', ['Read', 'Edit']), row('A.c', ['Read'])];
    const now = [
      row('A.b', ['Read'], { modifiedAt: '2026-01-01T00:00:00.000Z' }),
      row('a.C', ['Read']),
      row('A.d', ['Read']),
    ];
    expect(diffPermissions(before, now).map((change) => [change.target, changeKind(change)])).to.deep.equal([
      ['A.a', 'revoked'],
      ['A.b', 'revoked'],
      ['A.d', 'granted'],
    ]);
  });

  it('have a difference that is empty against themselves and does not depend on their order', () => {
    const rows = fc.uniqueArray(
      fc.record({
        parent: fc.record({
          kind: fc.constantFrom<ParentKind>('PermissionSet', 'Profile', 'PermissionSetGroup'),
          name: fc.constantFrom('A', 'B', 'C'),
        }),
        kind: fc.constantFrom(...ROW_KINDS),
        target: fc.constantFrom('X', 'Y', 'X.f', 'Y.f'),
        grants: fc.subarray(['Read', 'Edit', 'Delete'], { minLength: 1 }),
      }),
      { selector: ({ parent, kind, target }) => [parent.kind, parent.name, kind, target].join() }
    );
    fc.assert(
      fc.property(rows, rows, (before, now) => {
        expect(diffPermissions(before, before.toReversed())).to.deep.equal([]);
        const changes = diffPermissions(before, now);
        expect(diffPermissions(before.toReversed(), now.toReversed())).to.deep.equal(changes);
        expect(diffPermissions(now, before)).to.have.lengthOf(changes.length);
      })
    );
  });

  it('keep what they grant in one order, what others need first', () => {
    expect(sortGrants(['ModifyAllRecords', 'Edit', 'Other', 'Read', 'Delete', 'Read'])).to.deep.equal([
      'Read',
      'Edit',
      'Delete',
      'ModifyAllRecords',
      'Other',
    ]);
  });
});

describe('the permission scope of a snapshot', () => {
  const scope = permissionScopeOf(
    [
      { type: 'CustomObject', fullName: 'Visit__c' },
      { type: 'CustomField', fullName: 'Lead.Rating__c' },
      { type: 'ApexClass', fullName: '*' },
      { type: 'Profile', fullName: 'Admin' },
      { type: 'Layout', fullName: 'Lead-Lead Layout' },
    ],
    ['Ask']
  );
  const covers = (more: Partial<PermissionRow>): boolean => coversRow(scope, row('', [], more));

  it('holds all rows about its targets, whoever grants them', () => {
    expect(covers({ kind: 'Object', target: 'Visit__c' })).to.equal(true);
    expect(covers({ kind: 'Field', target: 'Visit__c.Date__c' })).to.equal(true);
    expect(covers({ kind: 'Field', target: 'Lead.Rating__c' })).to.equal(true);
    expect(covers({ kind: 'ApexClass', target: 'Anything' })).to.equal(true);
    expect(covers({ kind: 'Flow', target: 'Ask' })).to.equal(true);
  });

  it('holds nothing else, except of parents that are in it', () => {
    const other = [
      { kind: 'Object', target: 'Lead' },
      { kind: 'Field', target: 'Lead.Other__c' },
      { kind: 'Flow', target: 'Other' },
      { kind: 'UserPermission', target: 'RunFlow' },
    ] as const;
    for (const one of other) {
      expect(covers(one), one.target).to.equal(false);
      expect(covers({ ...one, parent: { kind: 'Profile', name: 'Admin' } }), one.target).to.equal(true);
    }
  });

  it('names what no query shows', () => {
    expect(
      unqueriedAccess([
        { type: 'Layout', fullName: 'Lead-Lead Layout' },
        { type: 'Profile', fullName: 'Admin' },
      ]).map(({ name }) => name)
    ).to.deep.equal(['Layout access', 'settings of profile Admin']);
    expect(unqueriedAccess([{ type: 'Profile', fullName: '*' }]).map(({ name }) => name)).to.deep.equal([
      'settings of all profiles',
    ]);
    expect(unqueriedAccess([{ type: 'ApexClass', fullName: 'X' }])).to.deep.equal([]);
  });
});
