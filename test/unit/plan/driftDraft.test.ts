import { expect } from 'chai';
import type { ChangeSet } from '../../../src/plan/changeSet.js';
import { driftDraft } from '../../../src/plan/driftDraft.js';
import {
  aFlow,
  COLLEAGUE,
  componentChange,
  decisions,
  deleted,
  DEPLOYED_AT,
  flowBefore,
  flowChange,
  LATER,
  recordIdOf,
  touch,
  updated,
} from '../support/worlds.js';

const ROW = recordIdOf('01t', 1);
const changes: ChangeSet = {
  flows: [flowChange('switched', flowBefore('F', 1, 1), aFlow('F', 2, 2))],
  components: [componentChange('deleted', 'ApexClass', 'A')],
  permissions: [],
  records: [
    updated('Product2', ROW, { Price__c: ['1', '2'], Name: ['x', 'y'] }, COLLEAGUE),
    deleted('Product2', recordIdOf('01t', 2), {}),
  ],
};
const touches = new Map([['ApexClass:A', [touch(COLLEAGUE, { deleted: true })]]]);

describe('what is not as in the snapshot', () => {
  it('is named with what was and what is, who did it and when, and never goes back', () => {
    const draft = driftDraft(changes, decisions({ onConflict: 'restore' }, { source: 'everybody', touches }));
    expect(draft.steps).to.deep.equal([]);
    expect(
      draft.conflicts.map(({ target, baseline, current, changedBy, decision, fields }) => [
        target.split(':').slice(0, 2).join(':'),
        `${baseline} -> ${current}`,
        changedBy,
        decision,
        fields,
      ])
    ).to.deep.equal([
      ['flow:F', 'version 1 active -> version 2 active', 'dora@example.com', 'keep', undefined],
      // Nobody edited what is gone: the deployment that deleted it says who.
      ['metadata:ApexClass', 'as in the snapshot -> deleted since', 'cleo@example.com', 'keep', undefined],
      [
        'record:Product2',
        'Name, Price__c as in the snapshot -> Name, Price__c changed since',
        'cleo@example.com',
        'keep',
        ['Name', 'Price__c'],
      ],
      ['record:Product2', 'present -> deleted since', 'dora@example.com', 'keep', undefined],
    ]);
  });

  it('is narrowed by selectors and by time, and the rest is listed as left out', () => {
    const window = { since: LATER };
    const late = driftDraft(changes, decisions({}, { source: 'everybody', touches, window }));
    expect([late.conflicts.length, late.leftOut.length]).to.deep.equal([0, 4]);
    const some = driftDraft(changes, decisions({ only: ['flow:*'] }, { source: 'everybody', touches }));
    expect([some.conflicts.length, some.leftOut.length]).to.deep.equal([1, 3]);
    const upTo = driftDraft(changes, decisions({}, { source: 'everybody', touches, window: { until: DEPLOYED_AT } }));
    expect(upTo.conflicts.length).to.equal(4);
  });
});
