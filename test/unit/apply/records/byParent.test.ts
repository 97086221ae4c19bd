import { expect } from 'chai';
import { byParent } from '../../../../src/apply/records/byParent.js';
import type { RecordItem } from '../../../../src/plan/rollbackPlan.js';
import { aLookup, anObject } from '../../support/describes.js';
import { recordIdOf } from '../../support/worlds.js';

const [P1, P2] = [recordIdOf('a01', 1), recordIdOf('a01', 2)];
const row = (n: number, values: Record<string, string | null>): RecordItem => ({
  id: recordIdOf('a02', n),
  before: values,
  after: null,
});
const sorted = (describe: ReturnType<typeof anObject>, items: readonly RecordItem[]): number[] =>
  byParent(describe, items, ({ before }) => before).map(({ id }) => Number(id.slice(3, 15)));

describe('rows to be written', () => {
  it('stand by their master first, then by a lookup they must have, then by any, and by Id', () => {
    const describe = anObject('Child__c', [
      aLookup('Any__c', 'Parent__c'),
      aLookup('Must__c', 'Parent__c', { nillable: false }),
      aLookup('Master__c', 'Parent__c', { cascadeDelete: true, nillable: false }),
    ]);
    expect(
      sorted(describe, [
        row(1, { Master__c: P2, Any__c: P1 }),
        row(2, { Master__c: P1, Must__c: P2 }),
        row(3, { Master__c: P2 }),
        row(4, { Any__c: P1 }),
        row(5, {}),
      ])
    ).to.deep.equal([5, 2, 4, 1, 3]);
  });

  it('do not stand by who owns or saved them', () => {
    const describe = anObject('Child__c', [aLookup('OwnerId', 'User', { nillable: false })]);
    expect(sorted(describe, [row(1, { OwnerId: P2 }), row(2, { OwnerId: P1 })])).to.deep.equal([1, 2]);
  });
});
