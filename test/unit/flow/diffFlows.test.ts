import { expect } from 'chai';
import fc from 'fast-check';
import { diffFlows, type BodyNow } from '../../../src/flow/diffFlows.js';
import type { FlowEntry } from '../../../src/flow/flowVersion.js';
import { shuffled } from '../support/arbitraries.js';
import { aFlow, bodyOf, COLLEAGUE, DEPLOYED_AT, DEPLOYER, flowBefore, flowsPart } from '../support/worlds.js';

const notRead: BodyNow = () => undefined;
const pointer = fc.option(fc.integer({ min: 1, max: 4 }), { nil: null });

describe('flows against the baseline', () => {
  const cases: ReadonlyArray<readonly [kind: string, before: number | null, now: number | null]> = [
    ['activated', null, 1],
    ['deactivated', 2, null],
    ['switched', 2, 3],
    ['switched', 3, 2],
  ];
  for (const [kind, before, now] of cases) {
    it(`says ${kind} when ${before ?? 'no version'} ran and ${now ?? 'no version'} runs, and who did it`, () => {
      const [change, ...more] = diffFlows(
        flowsPart([flowBefore('A', before, 3)]),
        [aFlow('A', now, 3, DEPLOYER)],
        false,
        notRead
      );
      expect(more).to.have.lengthOf(0);
      expect(change).to.include({ flow: 'A', kind, changedById: DEPLOYER, changedAt: DEPLOYED_AT });
    });
  }

  it('says deleted when the flow is gone, and knows no editor', () => {
    const [change] = diffFlows(flowsPart([flowBefore('A', 1, 1)]), [], false, notRead);
    expect(change).to.include({ kind: 'deleted', now: undefined, changedById: undefined, changedAt: undefined });
  });

  it('says edited when the version that ran has another body now', () => {
    const part = flowsPart([flowBefore('A', 1, 1)], { bodies: [bodyOf('A', 1)] });
    expect(diffFlows(part, [aFlow('A', 1, 1)], false, () => 'other')[0]?.kind).to.equal('edited');
    expect(diffFlows(part, [aFlow('A', 1, 1)], false, () => bodyOf('A', 1).digest)).to.deep.equal([]);
  });

  it('does not guess that a body was edited when either body was not read', () => {
    expect(
      diffFlows(flowsPart([flowBefore('A', 1, 1)], { bodies: [bodyOf('A', 1)] }), [aFlow('A', 1, 1)], false, notRead)
    ).to.deep.equal([]);
    expect(diffFlows(flowsPart([flowBefore('A', 1, 1)]), [aFlow('A', 1, 1)], false, () => 'other')).to.deep.equal([]);
  });

  it('takes another number with the same body for the same flow, as after a redeploy', () => {
    const part = flowsPart([flowBefore('A', 1, 1)], { bodies: [bodyOf('A', 1)] });
    expect(
      diffFlows(part, [aFlow('A', 2, 2)], false, (_flow, version) =>
        version === 2 ? bodyOf('A', 1).digest : undefined
      )
    ).to.deep.equal([]);
    expect(
      diffFlows(part, [aFlow('A', 2, 2)], false, (_flow, version) =>
        version === 1 ? bodyOf('A', 1).digest : 'other'
      )[0]?.kind
    ).to.equal('switched');
  });

  it('does not count versions that were added and left inactive', () => {
    expect(diffFlows(flowsPart([flowBefore('A', 1, 1)]), [aFlow('A', 1, 4)], false, notRead)).to.deep.equal([]);
    expect(diffFlows(flowsPart([flowBefore('A', null, 1)]), [aFlow('A', null, 4)], false, () => 'other')).to.deep.equal(
      []
    );
  });

  it('says created of a flow that was proven absent, or of any unknown one when all flows are in scope', () => {
    const fresh = aFlow('New', 1, 1);
    expect(diffFlows(flowsPart([], { absent: ['New'] }), [fresh], false, notRead)[0]).to.include({
      kind: 'created',
      flow: 'New',
      changedById: DEPLOYER,
    });
    expect(diffFlows(flowsPart([]), [fresh], true, notRead)[0]?.kind).to.equal('created');
    expect(diffFlows(flowsPart([]), [fresh], false, notRead)).to.deep.equal([]);
  });

  it('names the editor of the newest version of a created flow that does not run', () => {
    expect(
      diffFlows(flowsPart([], { absent: ['New'] }), [aFlow('New', null, 2, COLLEAGUE)], false, notRead)[0]?.changedById
    ).to.equal(COLLEAGUE);
  });

  it('names the editor of the version that runs, not of a newer draft', () => {
    const flow = aFlow('A', 2, 3);
    const now: FlowEntry = {
      ...flow,
      versions: flow.versions.map((version) =>
        version.number === 2 ? { ...version, lastModifiedById: COLLEAGUE } : version
      ),
    };
    expect(diffFlows(flowsPart([flowBefore('A', 1, 1)]), [now], false, notRead)[0]?.changedById).to.equal(COLLEAGUE);
  });

  it('does not name an editor from a stamp that did not move', () => {
    const [change] = diffFlows(flowsPart([flowBefore('A', 1, 2)]), [flowBefore('A', 2, 2)], false, notRead);
    expect(change).to.include({ kind: 'switched', changedById: undefined, changedAt: undefined });
  });

  it('finds nothing between a baseline and itself', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('A', 'B', 'C'), pointer), (worlds) => {
        const flows = Object.entries(worlds).map(([name, active]) => aFlow(name, active, 4));
        expect(diffFlows(flowsPart(flows), flows, true, notRead)).to.deep.equal([]);
      })
    );
  });

  it('gives the same changes in whatever order the org lists its flows', () => {
    const world = fc
      .dictionary(fc.constantFrom('A', 'B', 'C', 'D', 'E'), fc.tuple(pointer, pointer), { minKeys: 1 })
      .chain((flows) => {
        const before = Object.entries(flows).map(([name, [active]]) => flowBefore(name, active, 4));
        const now = Object.entries(flows).map(([name, [, active]]) => aFlow(name, active, 4));
        return fc.record({
          before: fc.constant(before),
          now: fc.constant(now),
          otherBefore: shuffled(before),
          otherNow: shuffled(now),
        });
      });
    fc.assert(
      fc.property(world, ({ before, now, otherBefore, otherNow }) => {
        const changes = diffFlows(flowsPart(before), now, true, notRead);
        expect(diffFlows(flowsPart(otherBefore), otherNow, true, notRead)).to.deep.equal(changes);
        expect(changes.map((change) => change.flow)).to.deep.equal(changes.map((change) => change.flow).sort());
      })
    );
  });
});
