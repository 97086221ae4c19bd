import { expect } from 'chai';
import type { RecordChange } from '../../../../src/records/diffRecords.js';
import type { ObjectDescribe } from '../../../../src/records/objectDescribe.js';
import type { Decisions, Draft } from '../../../../src/plan/draft.js';
import { recordSteps } from '../../../../src/plan/records/recordSteps.js';
import type { RecordItem } from '../../../../src/plan/rollbackPlan.js';
import { aField, aLookup, anObject } from '../../support/describes.js';
import {
  COLLEAGUE,
  decisions,
  DEPLOYED_AT,
  DEPLOYER,
  deleted,
  inserted,
  recordFacts,
  recordIdOf,
  stamps,
  updated,
} from '../../support/worlds.js';

const [P1, P2, P3] = [recordIdOf('01t', 1), recordIdOf('01t', 2), recordIdOf('01t', 3)];
const OPTION = recordIdOf('a0B', 1);

const PRODUCT = anObject('Product2', [
  aField('Name'),
  aField('Price__c', 'currency'),
  aField('Total__c', 'currency', { calculated: true }),
  aLookup('Parent__c', 'Product2'),
]);
const OPTIONS = anObject('SBQQ__ProductOption__c', [aField('Name'), aLookup('Product__c', 'Product2')]);

function plan(
  changes: readonly RecordChange[],
  how: Decisions = decisions(),
  describes: readonly ObjectDescribe[] = [PRODUCT, OPTIONS],
  lastEditorOnly = true
): Draft {
  return recordSteps(changes, recordFacts(describes, { lastEditorOnly }), how);
}

/** The rows of one step: `update`, `undelete`, `insert`, `delete`, or `finish` for what has to wait. */
function itemsOf(draft: Draft, sheet: string, object = 'Product2'): readonly RecordItem[] {
  const step = draft.steps.find((entry) => entry.key === `records:${sheet}:${object}`);
  return step?.detail.kind === 'records' ? step.detail.items : [];
}

describe('an updated row', () => {
  it('gets the old values of just the fields that differ', () => {
    const draft = plan([updated('Product2', P1, { Name: ['old', 'new'], Price__c: ['1', '1'] })]);
    expect(itemsOf(draft, 'update')).to.deep.equal([{ id: P1, before: { Name: 'new' }, after: { Name: 'old' } }]);
    expect(draft.conflicts).to.deep.equal([]);
    expect(draft.steps[0]).to.deep.include({
      key: 'records:update:Product2',
      lane: 'records',
      target: 'record:Product2',
      count: 1,
      risk: 'lossless',
    });
  });

  it('gets emptied fields back and filled ones emptied', () => {
    expect(
      itemsOf(plan([updated('Product2', P1, { Name: ['old', null], Price__c: [null, '5'] })]), 'update')[0]
    ).to.deep.include({ before: { Name: null, Price__c: '5' }, after: { Name: 'old', Price__c: null } });
  });

  it('that a colleague edited is kept and listed with the fields, never with their values', () => {
    const draft = plan([updated('Product2', P1, { Name: ['old', 'secret'], Price__c: ['1', '2'] }, COLLEAGUE)]);
    expect(draft.steps).to.deep.equal([]);
    expect(draft.conflicts[0]).to.deep.equal({
      target: `record:Product2:${P1}`,
      kind: 'changedByOther',
      baseline: 'Name, Price__c as in the snapshot',
      current: 'Name, Price__c changed since',
      changedBy: 'cleo@example.com',
      changedAt: DEPLOYED_AT,
      decision: 'keep',
      fields: ['Name', 'Price__c'],
    });
  });

  it('that a colleague edited goes back when that is asked for', () => {
    for (const choice of [
      { onConflict: 'restore' as const },
      { resolve: [{ selector: `record:Product2:${P1}`, decision: 'restore' as const }] },
    ]) {
      const draft = plan([updated('Product2', P1, { Name: ['old', 'new'] }, COLLEAGUE)], decisions(choice));
      expect(itemsOf(draft, 'update')).to.have.lengthOf(1);
      expect(draft.conflicts[0]?.decision).to.equal('restore');
    }
  });

  it('of which nobody knows the editor is a conflict too', () => {
    const change = updated('Product2', P1, { Name: ['old', 'new'] });
    const draft = plan([{ ...change, now: { Id: P1, Name: 'new' } }]);
    expect(draft.steps).to.deep.equal([]);
    expect(draft.conflicts[0]?.changedBy).to.equal(null);
  });

  it('says that only the last editor of a row is known, unless everybody’s changes go back', () => {
    const change = updated('Product2', P1, { Name: ['old', 'new'] });
    expect(plan([change]).steps[0]?.reason).to.include('lastEditorOnly');
    expect(plan([change], decisions({}, { source: 'everybody' }), [PRODUCT], false).steps[0]?.reason).to.not.include(
      'lastEditorOnly'
    );
  });
});

describe('a lookup that was blanked because its target was deleted', () => {
  const target = deleted('Product2', P1, { Name: 'x' });
  const orphan = (
    more: Record<string, readonly [string | null, string | null]> = {},
    editor = COLLEAGUE
  ): RecordChange => updated('SBQQ__ProductOption__c', OPTION, { Product__c: [P1, null], ...more }, editor);

  it('belongs to who deleted the target, also in a row that a colleague edited', () => {
    const draft = plan([target, orphan()]);
    expect(itemsOf(draft, 'update', 'SBQQ__ProductOption__c')).to.deep.equal([
      { id: OPTION, before: { Product__c: null }, after: { Product__c: P1 } },
    ]);
    expect(draft.conflicts).to.deep.equal([]);
  });

  it('comes back beside a colleague’s edit, which is kept', () => {
    const draft = plan([target, orphan({ Name: ['old', 'new'] })]);
    expect(itemsOf(draft, 'update', 'SBQQ__ProductOption__c')[0]?.after).to.deep.equal({ Product__c: P1 });
    expect(draft.conflicts[0]?.current).to.equal('Name changed since');
  });

  it('comes back with everything else when the colleague’s edit goes back too', () => {
    const draft = plan([target, orphan({ Name: ['old', 'new'] })], decisions({ onConflict: 'restore' }));
    expect(itemsOf(draft, 'update', 'SBQQ__ProductOption__c')[0]?.after).to.deep.equal({ Product__c: P1, Name: 'old' });
  });

  it('is the colleague’s where the target was not deleted by the deployers', () => {
    const draft = plan([deleted('Product2', P1, { Name: 'x' }, COLLEAGUE), orphan()]);
    expect(draft.steps).to.deep.equal([]);
    expect(draft.conflicts.map((conflict) => conflict.kind)).to.deep.equal(['deletedByOther', 'targetDeleted']);
  });

  it('is the colleague’s where it points elsewhere now', () => {
    expect(
      plan([target, updated('SBQQ__ProductOption__c', OPTION, { Product__c: [P1, P2] }, COLLEAGUE)]).conflicts
    ).to.have.lengthOf(1);
  });
});

describe('an inserted row', () => {
  it('goes, expecting the values that count', () => {
    const draft = plan([inserted('Product2', P1, { Name: 'x', Price__c: null, Total__c: '9' })]);
    expect(itemsOf(draft, 'delete')).to.deep.equal([{ id: P1, before: { Name: 'x', Price__c: null }, after: null }]);
    expect(draft.conflicts).to.deep.equal([]);
  });

  it('that a colleague created is never deleted, not even with --on-conflict restore or a wildcard', () => {
    for (const choice of [
      {},
      { onConflict: 'restore' as const },
      { resolve: [{ selector: 'record:Product2', decision: 'restore' as const }] },
      { resolve: [{ selector: 'record:Product2:*', decision: 'restore' as const }] },
    ]) {
      const draft = plan([inserted('Product2', P1, { Name: 'x' }, DEPLOYER, COLLEAGUE)], decisions(choice));
      expect(draft.steps).to.deep.equal([]);
      expect(draft.conflicts[0]).to.include({
        kind: 'createdByOther',
        changedBy: 'cleo@example.com',
        decision: 'keep',
      });
    }
  });

  it('that a colleague created goes when it is named by its Id', () => {
    const draft = plan(
      [inserted('Product2', P1, { Name: 'x' }, COLLEAGUE)],
      decisions({ resolve: [{ selector: `record:Product2:${P1}`, decision: 'restore' }] })
    );
    expect(itemsOf(draft, 'delete')).to.have.lengthOf(1);
    expect(draft.conflicts[0]).to.include({ kind: 'createdByOther', decision: 'restore' });
  });

  it('that a colleague edited since is kept, and goes when conflicts go back', () => {
    const change = inserted('Product2', P1, { Name: 'x' }, COLLEAGUE, DEPLOYER);
    const kept = plan([change]);
    expect(kept.steps).to.deep.equal([]);
    expect(kept.conflicts[0]).to.include({ kind: 'editedSince', changedBy: 'cleo@example.com', decision: 'keep' });
    const restored = plan([change], decisions({ onConflict: 'restore' }));
    expect(itemsOf(restored, 'delete')).to.have.lengthOf(1);
    expect(restored.conflicts[0]?.decision).to.equal('restore');
  });

  it('goes whoever made it when everybody’s changes go back', () => {
    const draft = plan([inserted('Product2', P1, { Name: 'x' }, COLLEAGUE)], decisions({}, { source: 'everybody' }));
    expect(itemsOf(draft, 'delete')).to.have.lengthOf(1);
    expect(draft.conflicts).to.deep.equal([]);
  });
});

describe('a deleted row', () => {
  it('comes back from the recycle bin, and should then have the values it had', () => {
    const draft = plan([deleted('Product2', P1, { Name: 'x', Price__c: '1', Total__c: '9' })]);
    expect(itemsOf(draft, 'undelete')).to.deep.equal([{ id: P1, before: null, after: { Name: 'x', Price__c: '1' } }]);
    expect(itemsOf(draft, 'update')).to.deep.equal([]);
  });

  it('that was changed before it was deleted is updated after it is back', () => {
    const draft = plan([deleted('Product2', P1, { Name: 'old' }, DEPLOYER, { Name: 'new' })]);
    expect(itemsOf(draft, 'undelete')).to.have.lengthOf(1);
    expect(itemsOf(draft, 'update')).to.deep.equal([{ id: P1, before: { Name: 'new' }, after: { Name: 'old' } }]);
  });

  it('that a colleague deleted stays deleted, unless that is to go back', () => {
    const change = deleted('Product2', P1, { Name: 'x' }, COLLEAGUE);
    expect(plan([change]).steps).to.deep.equal([]);
    expect(plan([change]).conflicts[0]).to.include({
      kind: 'deletedByOther',
      baseline: 'present',
      current: 'deleted since',
      decision: 'keep',
    });
    expect(itemsOf(plan([change], decisions({ onConflict: 'restore' })), 'undelete')).to.have.lengthOf(1);
  });

  it('that the org no longer knows comes back by insert, which loses its Id', () => {
    // Who deleted it is not known: it is taken back by itself only where one user changed everything.
    expect(plan([deleted('Product2', P1, { Name: 'x' }, null)]).conflicts[0]).to.include({
      kind: 'unknownAuthor',
      decision: 'keep',
    });
    const draft = plan([deleted('Product2', P1, { Name: 'x' }, null)], decisions({ onConflict: 'restore' }));
    expect(itemsOf(draft, 'insert')).to.deep.equal([{ id: P1, before: null, after: { Name: 'x' } }]);
    expect(draft.steps[0]).to.include({ operation: 'insertRecords', risk: 'lossy' });
    expect(itemsOf(draft, 'undelete')).to.deep.equal([]);
  });

  it('of an object without undelete comes back by insert, with the values of the snapshot only', () => {
    const draft = plan([deleted('Product2', P1, { Name: 'old' }, DEPLOYER, { Name: 'new' })], decisions(), [
      { ...PRODUCT, undeletable: false },
    ]);
    expect(itemsOf(draft, 'insert')).to.deep.equal([{ id: P1, before: null, after: { Name: 'old' } }]);
    expect(itemsOf(draft, 'update')).to.deep.equal([]);
  });

  it('that can be neither undeleted nor inserted is left to a person', () => {
    const closed = { ...PRODUCT, createable: false };
    for (const [change, describe] of [
      [deleted('Product2', P1, { Name: 'x' }, null), closed],
      [deleted('Product2', P1, { Name: 'x' }), { ...closed, undeletable: false }],
    ] as const) {
      const draft = plan([change], decisions({ onConflict: 'restore' }), [describe]);
      expect(draft.steps).to.deep.equal([]);
      expect(draft.manual[0]).to.deep.include({ target: `record:Product2:${P1}` });
      expect(draft.manual[0]?.what).to.include('no longer in the recycle bin');
    }
  });

  it('says how it comes back should the recycle bin be emptied first, where rows can be inserted', () => {
    const fallbacksWith = (describe: ObjectDescribe): number | undefined =>
      plan([deleted('Product2', P1, { Name: 'x' })], decisions(), [describe]).steps[0]?.fallbacks.length;
    expect(plan([deleted('Product2', P1, { Name: 'x' })]).steps[0]?.fallbacks[0]).to.include({
      operation: 'insertRecords',
      risk: 'lossy',
    });
    expect([fallbacksWith(PRODUCT), fallbacksWith({ ...PRODUCT, createable: false })]).to.deep.equal([1, 0]);
  });

  it('is never written back where its text may have been masked', () => {
    const secret = anObject('Product2', [aField('Name'), aField('Key__c', 'encryptedstring', { encrypted: true })]);
    expect(
      itemsOf(plan([deleted('Product2', P1, { Name: 'x', Key__c: '****' })], decisions(), [secret]), 'undelete')[0]
        ?.after
    ).to.deep.equal({ Name: 'x' });
  });

  it('gets its lookups to other rows that come back once those are there', () => {
    const draft = plan([
      deleted('Product2', P1, { Name: 'x' }),
      deleted('SBQQ__ProductOption__c', OPTION, { Name: 'o', Product__c: P1 }),
    ]);
    // They come back with the row, from the bin: they are looked at, and set where it had to be inserted.
    expect(itemsOf(draft, 'recheck', 'SBQQ__ProductOption__c')).to.deep.equal([
      { id: OPTION, before: { Product__c: null }, after: { Product__c: P1 } },
    ]);
    expect(draft.steps.find(({ key }) => key.startsWith('records:recheck'))).to.include({ count: 1, onlyChecked: 1 });
  });

  it('of an object without undelete comes back with the parent that took it along', () => {
    const child = (more: Parameters<typeof aLookup>[2], undeletable = false): ObjectDescribe =>
      anObject('Child__c', [aLookup('Product__c', 'Product2', more)], { undeletable });
    const changes = [deleted('Child__c', OPTION, { Product__c: P1 }), deleted('Product2', P1, { Name: 'x' })];
    for (const more of [{ cascadeDelete: true }, { nillable: false }]) {
      expect(itemsOf(plan(changes, decisions(), [PRODUCT, child(more)]), 'undelete', 'Child__c')).to.have.lengthOf(1);
    }
    expect(itemsOf(plan(changes, decisions(), [PRODUCT, child({})]), 'insert', 'Child__c')).to.have.lengthOf(1);
    expect(
      itemsOf(
        plan([deleted('Child__c', OPTION, { Product__c: P2 })], decisions(), [PRODUCT, child({ cascadeDelete: true })]),
        'insert',
        'Child__c'
      )
    ).to.have.lengthOf(1);
  });
});

describe('a deleted row that had another master when it went', () => {
  it('comes back with that one, also where its object has no undelete of its own', () => {
    const child = anObject('Child__c', [aLookup('Product__c', 'Product2', { cascadeDelete: true })], {
      undeletable: false,
    });
    const draft = plan(
      [
        deleted('Product2', P2, { Name: 'x' }),
        deleted('Child__c', OPTION, { Product__c: P1 }, DEPLOYER, { Product__c: P2 }),
      ],
      decisions(),
      [PRODUCT, child]
    );
    expect(itemsOf(draft, 'undelete', 'Child__c')).to.have.lengthOf(1);
    expect(itemsOf(draft, 'update', 'Child__c').map(({ after }) => after)).to.deep.equal([{ Product__c: P1 }]);
  });
});

describe('the steps of the record lane', () => {
  it('are one per object and operation, with their rows in Id order and the fields they write', () => {
    const draft = plan([
      updated('Product2', P2, { Price__c: ['1', '2'] }),
      updated('Product2', P1, { Name: ['x', 'y'] }),
      deleted('Product2', P3, {}),
      updated('SBQQ__ProductOption__c', OPTION, { Name: ['x', 'y'] }),
    ]);
    expect(draft.steps.map((step) => [step.key, step.count])).to.have.deep.members([
      ['records:update:Product2', 2],
      ['records:undelete:Product2', 1],
      ['records:update:SBQQ__ProductOption__c', 1],
    ]);
    const [update] = draft.steps.filter((step) => step.key === 'records:update:Product2');
    expect(update?.detail).to.deep.include({ fields: ['Name', 'Price__c'] });
    expect(itemsOf(draft, 'update').map((item) => item.id)).to.deep.equal([P1, P2]);
  });

  it('leave out what a person leaves out', () => {
    const draft = plan(
      [updated('Product2', P1, { Name: ['x', 'y'] }), inserted('Product2', P2, {}, COLLEAGUE)],
      decisions({ only: ['record:Product2'], exclude: ['record:Product2:*'] })
    );
    expect([draft.steps, draft.conflicts]).to.deep.equal([[], []]);
    expect(draft.leftOut.map((left) => left.target)).to.deep.equal([`record:Product2:${P1}`, `record:Product2:${P2}`]);
  });

  it('do not touch a row for its stamps alone', () => {
    expect(
      plan([
        {
          object: 'Product2',
          id: P1,
          kind: 'updated',
          baseline: { Id: P1 },
          now: { Id: P1, ...stamps() },
          differences: [],
        },
      ]).steps
    ).to.deep.equal([]);
  });
});

describe('unique values on the way back', () => {
  const KEYED = anObject('Product2', [
    aField('Name'),
    aField('Key__c', 'string', { unique: true }),
    aField('Code__c', 'string', { unique: true, nillable: false }),
  ]);
  const run = (changes: readonly RecordChange[], how = decisions()): Draft => plan(changes, how, [KEYED]);
  const stepsOf = (draft: Draft): string[] => draft.steps.map(({ key }) => key.split(':')[1] as string);
  const touched = (id: string, values: Record<string, string>): RecordChange => ({
    ...updated(
      'Product2',
      id,
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value, value]]))
    ),
    kind: 'touched',
  });

  it('are lent for a moment by a row without a change of its own, to one that had them when it was deleted', () => {
    const draft = run([
      touched(P1, { Key__c: 'K1' }),
      deleted('Product2', P2, { Key__c: 'K2' }, DEPLOYER, { Key__c: 'K1' }),
    ]);
    expect(draft.conflicts).to.deep.equal([]);
    expect(itemsOf(draft, 'park')).to.deep.equal([
      { id: P1, before: { Key__c: 'K1' }, after: { Key__c: null }, also: { Key__c: 'K1' } },
    ]);
    expect(itemsOf(draft, 'update~2')[0]).to.deep.equal({
      id: P1,
      before: { Key__c: 'K1' },
      after: { Key__c: 'K1' },
      also: { Key__c: null },
    });
    expect(stepsOf(draft)).to.deep.equal(['park', 'undelete', 'update', 'update~2']);
  });

  it('are not lent by a row that a person left out: then the other cannot come back', () => {
    const draft = run(
      [touched(P1, { Key__c: 'K1' }), deleted('Product2', P2, { Key__c: 'K2' }, DEPLOYER, { Key__c: 'K1' })],
      decisions({ exclude: [`record:Product2:${P1}`] })
    );
    expect(draft.steps).to.deep.equal([]);
    expect(draft.conflicts.map(({ kind, target }) => [kind, target])).to.deep.equal([
      ['keyTaken', `record:Product2:${P2}`],
    ]);
  });

  it('are left out at first where the undelete turns into an insert, since another row may still hold them', () => {
    const draft = run([
      deleted('Product2', P1, { Key__c: 'K1', Code__c: 'C1' }, DEPLOYER, { Key__c: 'K5', Code__c: 'C5' }),
    ]);
    expect(itemsOf(draft, 'undelete')[0]?.atFirst).to.deep.equal({ Key__c: null, Code__c: `~${P1}` });
    expect(itemsOf(draft, 'update')[0]?.also).to.deep.equal({ Key__c: null, Code__c: `~${P1}` });
  });

  it('stay as they were in the bin where somebody else has the old one, and that is then in the way of others too', () => {
    const draft = run([
      updated('Product2', P1, { Key__c: ['K8', 'K1'] }, COLLEAGUE),
      deleted('Product2', P2, { Key__c: 'K1' }, DEPLOYER, { Key__c: 'K3' }),
      updated('Product2', P3, { Key__c: ['K3', 'K9'] }),
    ]);
    expect(itemsOf(draft, 'undelete').map(({ after }) => after)).to.deep.equal([{ Key__c: 'K3' }]);
    expect(draft.conflicts.map(({ kind, target }) => [kind, target])).to.have.deep.members([
      ['changedByOther', `record:Product2:${P1}`],
      ['keyTaken', `record:Product2:${P2}`],
      ['keyTaken', `record:Product2:${P3}`],
    ]);
    expect(itemsOf(draft, 'update')).to.deep.equal([]);
  });
});

describe('rows that go in a circle', () => {
  const RING = [
    anObject('A__c', [aLookup('Must__c', 'B__c', { nillable: false, restrictedDelete: true })]),
    anObject('B__c', [aLookup('Hold__c', 'A__c', { restrictedDelete: true })]),
  ];
  const [A, B] = [recordIdOf('a01', 1), recordIdOf('a02', 1)];

  it('let go of each other first, where one of them can', () => {
    const draft = plan([inserted('A__c', A, { Must__c: B }), inserted('B__c', B, { Hold__c: A })], decisions(), RING);
    expect(itemsOf(draft, 'release', 'B__c')).to.deep.equal([
      { id: B, before: { Hold__c: A }, after: { Hold__c: null } },
    ]);
    expect(draft.steps.map(({ key }) => key)).to.deep.equal([
      'records:release:B__c',
      'records:delete:A__c',
      'records:delete:B__c',
    ]);
    expect(draft.findings).to.deep.equal([]);
  });

  it('and cannot let go are planned all the same: the step and a finding say that the org may refuse them', () => {
    const must = { nillable: false, restrictedDelete: true };
    const fixed = [
      anObject('A__c', [aLookup('Must__c', 'B__c', must)]),
      anObject('B__c', [aLookup('Must__c', 'A__c', must)]),
    ];
    const draft = plan([inserted('A__c', A, { Must__c: B }), inserted('B__c', B, { Must__c: A })], decisions(), fixed);
    expect(draft.steps).to.have.lengthOf(2);
    expect(draft.steps.filter(({ reason }) => reason.includes('may refuse'))).to.have.lengthOf(1);
    expect(draft.findings).to.have.lengthOf(1);
    expect(draft.findings[0]).to.include({ code: 'rowsInCircle', severity: 'warning' });
  });
});

describe('what comes back with a master whatever the plan says', () => {
  const MASTER = { cascadeDelete: true, nillable: false } as const;
  const FAMILY = [
    anObject('Master__c', [aField('Name')]),
    anObject('Gone__c', [aField('Name')]),
    anObject('Detail__c', [
      aLookup('Master__c', 'Master__c', MASTER),
      aLookup('Must__c', 'Gone__c', { nillable: false }),
    ]),
    anObject('Other__c', [aLookup('Look__c', 'Detail__c')]),
  ];
  const [M, G, D, O] = [recordIdOf('a01', 1), recordIdOf('a02', 1), recordIdOf('a03', 1), recordIdOf('a04', 1)];

  it('is no row that stays deleted: only the lookup to what does stay is a conflict', () => {
    const detail = deleted('Detail__c', D, { Master__c: M, Must__c: G });
    const draft = plan(
      [deleted('Master__c', M, { Name: 'm' }), deleted('Gone__c', G, { Name: 'g' }, COLLEAGUE), detail],
      decisions(),
      FAMILY
    );
    expect(itemsOf(draft, 'undelete', 'Detail__c').map(({ after }) => after)).to.deep.equal([{ Master__c: M }]);
    expect(draft.conflicts.map(({ kind, target }) => [kind, target])).to.have.deep.members([
      ['targetDeleted', `record:Detail__c:${D}`],
      ['deletedByOther', `record:Gone__c:${G}`],
    ]);
    // A second master that stays deleted took it for good.
    const both = FAMILY.map((describe) =>
      describe.name === 'Detail__c'
        ? anObject('Detail__c', [aLookup('Master__c', 'Master__c', MASTER), aLookup('Must__c', 'Gone__c', MASTER)])
        : describe
    );
    const lost = plan(
      [deleted('Master__c', M, { Name: 'm' }), deleted('Gone__c', G, { Name: 'g' }, COLLEAGUE), detail],
      decisions(),
      both
    );
    expect(itemsOf(lost, 'undelete', 'Detail__c')).to.deep.equal([]);
    // Without its master it has nobody to bring it along.
    const alone = plan([deleted('Gone__c', G, { Name: 'g' }, COLLEAGUE), detail], decisions(), FAMILY);
    expect(itemsOf(alone, 'undelete', 'Detail__c')).to.deep.equal([]);
  });

  it('may be named by lookups once more, which are looked at, and goes again where it never belonged', () => {
    const passing: RecordChange = {
      ...deleted('Detail__c', D, { Master__c: M, Must__c: G }),
      kind: 'passing',
      baseline: undefined,
    };
    const draft = plan(
      [
        deleted('Master__c', M, { Name: 'm' }),
        passing,
        { ...updated('Other__c', O, { Look__c: [null, null] }), kind: 'touched' },
      ],
      decisions(),
      FAMILY
    );
    expect(itemsOf(draft, 'recheck', 'Other__c')).to.deep.equal([
      { id: O, before: { Look__c: null }, after: { Look__c: null } },
    ]);
    const sweep = draft.steps.find(({ key }) => key === 'records:sweep:Detail__c');
    expect(sweep?.detail).to.include({ strays: true });
    expect(sweep?.after).to.deep.equal(['records:undelete:Master__c']);
  });

  it('is not taken out again of a lookup in a row that somebody else saved last, unless that is asked for', () => {
    const changes = [
      deleted('Detail__c', D, { Master__c: M, Must__c: G }),
      deleted('Master__c', M, { Name: 'm' }),
      { ...updated('Other__c', O, { Look__c: [null, null] }, COLLEAGUE), kind: 'touched' as const },
    ];
    expect(itemsOf(plan(changes, decisions(), FAMILY), 'recheck', 'Other__c')).to.deep.equal([]);
    for (const how of [decisions({ onConflict: 'restore' }), decisions({}, { source: 'everybody' })])
      expect(itemsOf(plan(changes, how, FAMILY), 'recheck', 'Other__c')).to.have.length(1);
  });

  describe('and somebody else created since', () => {
    const passing = (id: string, master: string, creator: string): RecordChange => {
      const values = { Master__c: master, Must__c: G };
      const change = deleted('Detail__c', id, values);
      return {
        ...change,
        kind: 'passing',
        baseline: undefined,
        now: { Id: id, ...values, ...stamps(DEPLOYER, creator) },
      };
    };
    const swept = (draft: Draft): string[] => itemsOf(draft, 'sweep', 'Detail__c').map(({ id }) => id);
    const master = deleted('Master__c', M, { Name: 'm' });
    const D2 = recordIdOf('a03', 2);

    it('stays, as a conflict, whoever deleted it with its master; the deployers’ own goes again', () => {
      const draft = plan([master, passing(D, M, COLLEAGUE), passing(D2, M, DEPLOYER)], decisions(), FAMILY);
      expect(swept(draft)).to.deep.equal([D2]);
      expect(draft.conflicts).to.deep.equal([
        {
          target: `record:Detail__c:${D}`,
          kind: 'createdByOther',
          baseline: 'absent',
          current: 'it comes back with its parent, which took it along; created since',
          changedBy: 'cleo@example.com',
          changedAt: DEPLOYED_AT,
          decision: 'keep',
        },
      ]);
    });

    it('goes again where a person names it, or everybody’s changes go back', () => {
      const resolve = [{ selector: `record:Detail__c:${D}`, decision: 'restore' as const }];
      const named = plan([master, passing(D, M, COLLEAGUE)], decisions({ resolve }), FAMILY);
      expect(swept(named)).to.deep.equal([D]);
      expect(named.conflicts.map(({ kind, decision }) => [kind, decision])).to.deep.equal([
        ['createdByOther', 'restore'],
      ]);
      const everybody = decisions({}, { source: 'everybody' });
      const draft = plan([master, passing(D, M, COLLEAGUE)], everybody, FAMILY);
      expect([swept(draft), draft.conflicts]).to.deep.equal([[D], []]);
      const all = plan([master, passing(D, M, COLLEAGUE)], decisions({ onConflict: 'restore' }), FAMILY);
      expect(swept(all), 'not by --on-conflict restore').to.deep.equal([]);
    });

    it('keeps what it is a detail of, too', () => {
      const describes = [
        anObject('Master__c', [aField('Name'), aLookup('Up__c', 'Master__c', MASTER)]),
        ...FAMILY.slice(1),
      ];
      const own = recordIdOf('a01', 2);
      const between: RecordChange = {
        ...deleted('Master__c', own, { Name: 'own', Up__c: M }),
        kind: 'passing',
        baseline: undefined,
      };
      const draft = plan([master, between, passing(D, own, COLLEAGUE)], decisions(), describes);
      expect(draft.steps.map(({ operation }) => operation)).to.deep.equal(['undeleteRecords']);
      expect(draft.conflicts.map(({ kind, target }) => [kind, target])).to.deep.equal([
        ['createdByOther', `record:Detail__c:${D}`],
        ['cascadesOutsidePlan', `record:Master__c:${own}`],
      ]);
    });
  });
});
