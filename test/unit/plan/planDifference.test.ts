import { expect } from 'chai';
import fc from 'fast-check';
import { planDifference, type ItemsOf } from '../../../src/plan/planDifference.js';
import type { RecordItem, RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import { aPlan, componentStep, planned, pointerStep, recordIdOf, recordStep, versionStep } from '../support/worlds.js';

type Side = { readonly plan: RollbackPlan; readonly items: ItemsOf };
const row = (n: number, before: string, after: string): RecordItem => ({
  id: recordIdOf('01t', n),
  before: { Name: before },
  after: { Name: after },
});
const ROWS = [row(1, 'bad', 'good'), row(2, 'bad', 'good')];

function side(more: Partial<RollbackPlan>, rows: readonly RecordItem[] = []): Side {
  return { plan: aPlan(more), items: new Map([['s009', rows]]) };
}
const records = planned(recordStep('Product2', 'updateRecords', ROWS), 's009');
const told = (old: Side, now: Side): string[] =>
  planDifference(old, now).map(({ change, what, target }) => `${change} ${what} ${target}`);

describe('in what two plans differ', () => {
  it('is nothing where they say the same, whatever their steps are called and however they are ordered', () => {
    const steps = [planned(pointerStep('A'), 's001'), planned(componentStep('ApexClass', 'B'), 's002')];
    const renamed = [planned(componentStep('ApexClass', 'B'), 's001'), planned(pointerStep('A'), 's002')];
    expect(told(side({ steps }), side({ steps: renamed }))).to.deep.equal([]);
  });

  it('is told row by row: new, gone, and with another value', () => {
    const old = side({ steps: [records] }, [...ROWS, row(3, 'bad', 'good')]);
    const now = side({ steps: [records] }, [row(1, 'worse', 'good'), row(2, 'bad', 'good'), row(4, 'bad', 'good')]);
    expect(told(old, now)).to.deep.equal([
      `changed updateRecords record:Product2:${recordIdOf('01t', 1)}`,
      `gone updateRecords record:Product2:${recordIdOf('01t', 3)}`,
      `added updateRecords record:Product2:${recordIdOf('01t', 4)}`,
    ]);
  });

  it('is told of flows by their versions, of conflicts by who and when, of manual items by what to do', () => {
    const conflict = {
      target: 'flow:C',
      kind: 'changedByOther',
      baseline: '',
      current: 'x',
      changedBy: 'cleo',
      changedAt: null,
      decision: 'keep' as const,
    };
    const old = side({
      steps: [planned(pointerStep('A', 'activateFlowVersion', 2, 1), 's001'), planned(versionStep('A', 2), 's002')],
      conflicts: [conflict],
      manual: [{ target: 'flow:M', what: 'this' }],
    });
    const now = side({
      steps: [planned(pointerStep('A', 'activateFlowVersion', 3, 1), 's001'), planned(versionStep('A', 3), 's002')],
      conflicts: [{ ...conflict, decision: 'restore' }],
      manual: [{ target: 'flow:M', what: 'that' }],
    });
    expect(told(old, now)).to.deep.equal([
      'changed activateFlowVersion flow:A',
      'gone deleteFlowVersion flow:A-2',
      'added deleteFlowVersion flow:A-3',
      'changed conflict flow:C',
      'changed manual flow:M',
    ]);
  });

  it('holds for a row that several steps write, and for two conflicts of one item', () => {
    const again = planned(recordStep('Product2', 'updateRecords', ROWS), 's010');
    const both = (rows: readonly RecordItem[]): Side => ({
      plan: aPlan({ steps: [records, again] }),
      items: new Map([
        ['s009', ROWS],
        ['s010', rows],
      ]),
    });
    expect(told(both(ROWS), both([row(1, 'bad', 'other'), row(2, 'bad', 'good')]))).to.deep.equal([
      `changed updateRecords record:Product2:${recordIdOf('01t', 1)}`,
    ]);
  });

  it('one way is the other way turned round, and in one order', () => {
    const rows = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, rows, (left, right) => {
        const make = (ids: readonly number[]): Side =>
          side(
            { steps: [records] },
            ids.map((n) => row(n, 'bad', 'good'))
          );
        const there = told(make(left), make(right));
        const back = told(make(right), make(left)).map((line) =>
          line.replace(/^(added|gone)/, (word) => (word === 'added' ? 'gone' : 'added'))
        );
        expect(back).to.deep.equal(there);
        expect(told(make(left.toReversed()), make(right.toReversed()))).to.deep.equal(there);
      }),
      { numRuns: 50 }
    );
  });
});
