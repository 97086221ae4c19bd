import { expect } from 'chai';
import fc from 'fast-check';
import { groupRows } from '../../../../../src/plan/order/rows/groupRows.js';
import { gate, type RowEdge } from '../../../../../src/plan/order/rows/rowRule.js';
import type { RowWork } from '../../../../../src/plan/order/rows/rowWorks.js';
import { shuffled } from '../../../support/arbitraries.js';
import { recordIdOf } from '../../../support/worlds.js';

const ids = Array.from({ length: 10 }, (_row, at) => recordIdOf('a01', at));
const works: RowWork[] = ids.map((id, at) => {
  const sheet = at % 3 === 0 ? ('delete' as const) : ('update' as const);
  return { key: `${sheet}:${id}`, object: `Object${at % 2}__c`, sheet, item: { id, before: {}, after: {} } };
});
const keyAt = (at: number): string => works[at]?.key as string;

/** Orders without a circle: from lower to higher places only. */
const edges = fc
  .array(fc.tuple(fc.nat(9), fc.nat(9), fc.constantFrom<RowEdge['strength']>('must', 'along', 'wish')), {
    maxLength: 20,
  })
  .map((list) =>
    list
      .filter(([from, to]) => from < to)
      .map(([from, to, strength]): RowEdge => ({ before: keyAt(from), after: keyAt(to), strength }))
  );
const anyEdges = fc
  .array(fc.tuple(fc.nat(9), fc.nat(9), fc.constantFrom<RowEdge['strength']>('must', 'along', 'wish')), {
    maxLength: 30,
  })
  .map((list) => list.map(([from, to, strength]): RowEdge => ({ before: keyAt(from), after: keyAt(to), strength })));

describe('rows grouped into steps', () => {
  it('are each in one step of their sheet and object, after every step they must wait for', () => {
    fc.assert(
      fc.property(edges, (list) => {
        const steps = groupRows(works, list);
        const placeOf = new Map(steps.flatMap((step, place) => step.works.map(({ key }) => [key, place] as const)));
        expect(steps.flatMap((step) => step.works.map(({ key }) => key))).to.have.members(works.map(({ key }) => key));
        for (const step of steps)
          for (const work of step.works) expect(work).to.include({ sheet: step.sheet, object: step.object });
        for (const { before, after, strength } of list.filter((edge) => edge.strength !== 'wish')) {
          const place = placeOf.get(after) as number;
          expect(placeOf.get(before), strength).to.be.lessThan(place);
          expect(steps[place]?.waitsFor).to.include(placeOf.get(before));
        }
        expect(steps.flatMap(({ givenUp }) => givenUp)).to.deep.equal([]);
      })
    );
  });

  it('are one step for each sheet and object where nothing divides them', () => {
    expect(groupRows(works, [])).to.have.lengthOf(4);
    const wishes = ids
      .slice(1)
      .map((_id, at): RowEdge => ({ before: keyAt(at), after: keyAt(at + 1), strength: 'wish' }));
    expect(groupRows(works, wishes)).to.have.lengthOf(4);
  });

  it('have an order whatever is asked, the same one in whatever order it is asked', () => {
    fc.assert(
      fc.property(
        anyEdges.chain((list) => fc.tuple(fc.constant(list), shuffled(list), shuffled(works))),
        ([list, otherList, otherWorks]) => {
          const steps = groupRows(works, list);
          expect(steps.flatMap((step) => step.works)).to.have.lengthOf(works.length);
          for (const [place, step] of steps.entries())
            for (const other of step.waitsFor) expect(other).to.be.lessThan(place);
          expect(JSON.stringify(groupRows(otherWorks, otherList))).to.equal(JSON.stringify(steps));
        }
      )
    );
  });

  it('say which rows they should come after, where a circle of musts had to be broken', () => {
    const circle: RowEdge[] = [
      { before: keyAt(1), after: keyAt(2), strength: 'must' },
      { before: keyAt(2), after: keyAt(1), strength: 'must' },
    ];
    expect(groupRows(works, circle).flatMap(({ givenUp }) => givenUp)).to.have.lengthOf(1);
  });

  it('wait for all that leads to a gate', () => {
    const list: RowEdge[] = [
      { before: keyAt(0), after: gate('all back'), strength: 'must' },
      { before: keyAt(1), after: gate('all back'), strength: 'must' },
      { before: gate('all back'), after: keyAt(2), strength: 'must' },
    ];
    const steps = groupRows(works.slice(0, 3), list);
    expect(steps.at(-1)?.works.map(({ key }) => key)).to.deep.equal([keyAt(2)]);
    expect(steps.at(-1)?.waitsFor).to.deep.equal([0, 1]);
  });
});
