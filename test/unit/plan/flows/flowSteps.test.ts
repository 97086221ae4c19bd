import { expect } from 'chai';
import type { FlowTraits } from '../../../../src/flow/flowBody.js';
import type { FlowChange } from '../../../../src/flow/diffFlows.js';
import type { Draft } from '../../../../src/plan/draft.js';
import type { FlowFacts } from '../../../../src/plan/flows/flowFacts.js';
import { flowSteps } from '../../../../src/plan/flows/flowSteps.js';
import { orderSteps } from '../../../../src/plan/order/orderSteps.js';
import {
  aFlow,
  bodyOf,
  COLLEAGUE,
  decisions,
  DEPLOYER,
  flowBefore,
  flowChange,
  flowsPart,
  touch,
} from '../../support/worlds.js';

interface World {
  /** Versions whose bodies the snapshot holds. */
  readonly kept?: readonly number[];
  /** Bodies of versions that were read now. */
  readonly now?: Readonly<Record<string, string>>;
  readonly facts?: Partial<FlowFacts>;
}

function plan(change: FlowChange, how = decisions(), world: World = {}): Draft {
  const baseline = flowsPart(change.baseline ? [change.baseline] : [], {
    bodies: (world.kept ?? []).map((version) => bodyOf(change.flow, version)),
  });
  return flowSteps(
    [change],
    {
      baseline,
      bodies: new Map(Object.entries(world.now ?? {})),
      traits: new Map(),
      tests: new Map(),
      interviews: undefined,
      ...world.facts,
    },
    how
  );
}

const switched = (by?: string): FlowChange => flowChange('switched', flowBefore('A', 1, 1), aFlow('A', 2, 2), by);
const fallen = flowChange('deleted', flowBefore('A', 2, 3), undefined);

describe('the way back of a flow', () => {
  it('switches to the version that ran where it still exists', () => {
    const [step, ...more] = plan(switched(), decisions(), { kept: [1] }).steps;
    expect(more).to.deep.equal([]);
    expect(step).to.include({
      lane: 'flows',
      operation: 'activateFlowVersion',
      target: 'flow:A',
      risk: 'lossless',
      count: 1,
    });
    expect(step?.detail).to.deep.include({
      kind: 'flow',
      flow: 'A',
      definitionId: aFlow('A', 2, 2).definitionId,
      from: 2,
      to: 1,
    });
  });

  it('switches also when the body that was read is the one of the snapshot', () => {
    expect(
      plan(switched(), decisions(), { kept: [1], now: { 'A-1': bodyOf('A', 1).digest } }).steps[0]?.operation
    ).to.equal('activateFlowVersion');
  });

  it('redeploys the old body where the version was edited', () => {
    const edited = flowChange('edited', flowBefore('A', 1, 1), aFlow('A', 1, 1));
    const [step] = plan(edited, decisions(), { kept: [1], now: { 'A-1': 'edited' } }).steps;
    expect(step).to.include({ operation: 'redeployFlow', risk: 'lossy' });
    expect(step?.detail).to.include({ from: 1, to: 1, bodyDigest: bodyOf('A', 1).digest });
    expect(step?.reason).to.include('was edited');
  });

  it('redeploys the old body where the version is gone', () => {
    const now = { ...aFlow('A', 3, 3), versions: aFlow('A', 3, 3).versions.filter((version) => version.number !== 1) };
    const [step] = plan(flowChange('switched', flowBefore('A', 1, 1), now), decisions(), { kept: [1] }).steps;
    expect(step?.operation).to.equal('redeployFlow');
    expect(step?.reason).to.include('version 1 is gone');
  });

  it('redeploys a flow that was deleted', () => {
    const [step] = plan(
      fallen,
      decisions({}, { touches: new Map([['Flow:A', [touch(DEPLOYER, { deleted: true })]]]) }),
      { kept: [2] }
    ).steps;
    expect(step).to.include({ operation: 'redeployFlow' });
    expect(step?.detail).to.include({ definitionId: null, from: null, to: 2 });
  });

  it('is left to a person where the version is gone and its body was not kept', () => {
    const { steps, manual } = plan(fallen, decisions({}, { source: 'everybody' }));
    expect(steps).to.deep.equal([]);
    expect(manual[0]).to.deep.include({ target: 'flow:A' });
    expect(manual[0]?.what).to.include('version control');
  });

  it('deactivates a flow that was inactive, and one that did not exist', () => {
    for (const change of [
      flowChange('activated', flowBefore('A', null, 1), aFlow('A', 1, 1)),
      flowChange('created', undefined, aFlow('A', 1, 1)),
    ]) {
      const [step] = plan(change).steps;
      expect(step).to.include({ operation: 'deactivateFlow', risk: 'lossless' });
      expect(step?.detail).to.include({ from: 1, to: null });
    }
  });

  it('activates a flow again that was deactivated', () => {
    expect(plan(flowChange('deactivated', flowBefore('A', 1, 2), aFlow('A', null, 2))).steps[0]).to.include({
      operation: 'activateFlowVersion',
    });
  });

  it('takes no step against a flow that was added and never activated, and says so', () => {
    const { steps, conflicts, leftOut } = plan(flowChange('created', undefined, aFlow('A', null, 1)));
    expect([steps, conflicts]).to.deep.equal([[], []]);
    expect(leftOut).to.deep.equal([
      { target: 'flow:A', why: 'it does not run; plan with --delete-flows to delete it' },
    ]);
  });

  it('of an inactive flow that was deleted redeploys its body, inactive, or is left to a person where it was not saved', () => {
    const gone = flowChange('deleted', flowBefore('A', null, 3), undefined);
    const everybody = decisions({}, { source: 'everybody' });
    const kept = plan(gone, everybody, { kept: [3] });
    expect(kept.manual).to.deep.equal([]);
    expect(kept.steps[0]).to.include({ operation: 'redeployFlow', risk: 'lossy' });
    expect(kept.steps[0]?.detail).to.include({ from: null, to: 3, inactive: true });
    expect(kept.steps[0]?.reason).to.include('stays inactive; the 2 older versions are gone');
    const lost = plan(gone, everybody);
    expect(lost.steps).to.deep.equal([]);
    expect(lost.manual[0]?.what).to.include('version control');
  });

  it('touches no version where the way back is left to a person', () => {
    const now = { ...aFlow('A', 2, 2), versions: aFlow('A', 2, 2).versions.filter(({ number }) => number !== 1) };
    const { steps, manual } = plan(
      flowChange('switched', flowBefore('A', 1, 1), now),
      decisions({ deleteFlows: true })
    );
    expect(steps).to.deep.equal([]);
    expect(manual[0]?.what).to.include('version control');
  });

  it('of a package says that only its active version can be set', () => {
    const managed = flowChange(
      'switched',
      flowBefore('SBQQ__A', 1, 2, { managed: true }),
      aFlow('SBQQ__A', 2, 2, undefined, { managed: true })
    );
    const { steps, findings } = plan(managed);
    expect(steps[0]?.operation).to.equal('activateFlowVersion');
    expect(findings[0]).to.include({ code: 'managedFlow', severity: 'info', subject: 'flow:SBQQ__A' });
    const installed = flowChange('created', undefined, aFlow('SBQQ__B', 1, 1, undefined, { managed: true }));
    expect(plan(installed).findings[0]?.code).to.equal('managedFlow');
    expect(plan(switched()).findings).to.deep.equal([]);
  });
});

describe('versions that were added since', () => {
  it('stay unless they are asked to go', () => {
    expect(plan(switched()).steps.filter((step) => step.operation === 'deleteFlowVersion')).to.deep.equal([]);
  });

  it('go with --delete-flows, newest first, those the snapshot knows never', () => {
    const { steps } = plan(
      flowChange('switched', flowBefore('A', 1, 2), aFlow('A', 4, 4)),
      decisions({ deleteFlows: true })
    );
    expect(steps.map((step) => step.operation)).to.deep.equal([
      'activateFlowVersion',
      'deleteFlowVersion',
      'deleteFlowVersion',
    ]);
    expect(
      steps.slice(1).map(({ detail }) => detail.kind === 'flowVersion' && [detail.flow, detail.version])
    ).to.deep.equal([
      ['A', 4],
      ['A', 3],
    ]);
    expect(steps.slice(1).every((step) => step.risk === 'lossy')).to.equal(true);
    expect(new Set(steps.map((step) => step.key)).size).to.equal(3);
  });

  it('are all there is of a created flow', () => {
    const active = plan(flowChange('created', undefined, aFlow('A', 1, 2)), decisions({ deleteFlows: true }));
    expect(active.steps.map((step) => step.operation)).to.deep.equal([
      'deactivateFlow',
      'deleteFlowVersion',
      'deleteFlowVersion',
    ]);
    const inactive = plan(flowChange('created', undefined, aFlow('A', null, 1)), decisions({ deleteFlows: true }));
    expect(inactive.steps.map((step) => step.operation)).to.deep.equal(['deleteFlowVersion']);
  });
});

describe('versions that a colleague added', () => {
  /** Versions 1 (known), 2 and 4 of the deployer, of which 4 runs, and 3 of a colleague. */
  const mixed = (active: number | null, baseline: 1 | null): FlowChange => {
    const now = aFlow('A', active, 4);
    const versions = now.versions.map((version) =>
      version.number === 3 ? { ...version, lastModifiedById: COLLEAGUE } : version
    );
    return baseline === null
      ? flowChange('created', undefined, { ...now, versions })
      : flowChange('switched', flowBefore('A', 1, 1), { ...now, versions });
  };
  const goes = (draft: Draft): number[] =>
    draft.steps.flatMap(({ detail }) => (detail.kind === 'flowVersion' ? [detail.version] : []));

  it('stay with --delete-flows, and are listed', () => {
    const draft = plan(mixed(4, 1), decisions({ deleteFlows: true }));
    expect(goes(draft)).to.deep.equal([4, 2]);
    expect(draft.conflicts).to.have.lengthOf(1);
    expect(draft.conflicts[0]).to.include({
      target: 'flow:A-3',
      kind: 'changedByOther',
      changedBy: 'cleo@example.com',
      decision: 'keep',
    });
    expect(draft.leftOut).to.deep.equal([]);
  });

  it('go only when the version or its flow is named', () => {
    for (const [selector, expected] of [
      ['flow:A-3', [4, 3, 2]],
      ['flow:A', [4, 3, 2]],
      ['flow:*', [4, 2]],
      ['flow:A*', [4, 2]],
      ['flow:B', [4, 2]],
    ] as const) {
      const draft = plan(mixed(4, 1), decisions({ deleteFlows: true, resolve: [{ selector, decision: 'restore' }] }));
      expect(goes(draft), selector).to.deep.equal(expected);
      expect(draft.conflicts[0]?.decision).to.equal(expected.length === 3 ? 'restore' : 'keep');
    }
    expect(goes(plan(mixed(4, 1), decisions({ deleteFlows: true, onConflict: 'restore' })))).to.deep.equal([4, 2]);
    const resolve = [
      { selector: 'flow:A-3', decision: 'keep' },
      { selector: 'flow:A', decision: 'restore' },
    ] as const;
    expect(goes(plan(mixed(4, 1), decisions({ deleteFlows: true, resolve })))).to.deep.equal([4, 2]);
  });

  it('go when everybody’s changes do, without a word', () => {
    const draft = plan(mixed(4, 1), decisions({ deleteFlows: true }, { source: 'everybody' }));
    expect([goes(draft), draft.conflicts]).to.deep.equal([[4, 3, 2], []]);
  });

  it('leave something of a flow that was absent, which is said where nothing of it ran', () => {
    const draft = plan(mixed(null, null), decisions({ deleteFlows: true }));
    expect(goes(draft)).to.deep.equal([4, 2, 1]);
    expect(draft.leftOut.map(({ target }) => target)).to.deep.equal(['flow:A']);
    expect(plan(mixed(4, null), decisions({ deleteFlows: true })).leftOut).to.deep.equal([]);
  });

  it('are no matter without --delete-flows', () => {
    expect(plan(mixed(4, 1)).conflicts).to.deep.equal([]);
  });
});

describe('a flow that somebody else switched', () => {
  it('is kept and listed with what ran and what runs', () => {
    const { steps, conflicts } = plan(switched(COLLEAGUE));
    expect(steps).to.deep.equal([]);
    expect(conflicts[0]).to.include({
      target: 'flow:A',
      kind: 'changedByOther',
      baseline: 'version 1 active',
      current: 'version 2 active',
      changedBy: 'cleo@example.com',
      decision: 'keep',
    });
  });

  it('goes back when that is asked for, and is still listed', () => {
    const { steps, conflicts } = plan(
      switched(COLLEAGUE),
      decisions({ resolve: [{ selector: 'flow:A', decision: 'restore' }] })
    );
    expect(steps[0]?.operation).to.equal('activateFlowVersion');
    expect(conflicts[0]?.decision).to.equal('restore');
  });

  it('and that is gone now is a conflict, unless a deployment shows who deleted it', () => {
    const { steps, conflicts } = plan(fallen, decisions(), { kept: [2] });
    expect(steps).to.deep.equal([]);
    expect(conflicts[0]).to.include({
      kind: 'unknownAuthor',
      baseline: 'version 2 active',
      current: 'absent',
      changedBy: null,
    });
    for (const type of ['Flow', 'FlowDefinition']) {
      expect(
        plan(fallen, decisions({}, { touches: new Map([[`${type}:A`, [touch(DEPLOYER, { deleted: true })]]]) }), {
          kept: [2],
        }).conflicts
      ).to.deep.equal([]);
    }
  });

  it('was inactive or absent, in words', () => {
    expect(
      plan(flowChange('activated', flowBefore('A', null, 1), aFlow('A', 1, 1), COLLEAGUE)).conflicts[0]?.baseline
    ).to.equal('inactive');
    expect(plan(flowChange('created', undefined, aFlow('A', 1, 1), COLLEAGUE)).conflicts[0]?.baseline).to.equal(
      'absent'
    );
  });
});

describe('what a person leaves out of the flow lane', () => {
  it('makes no step and no conflict, and is listed as left out', () => {
    for (const [choice, why] of [
      [{ only: ['record:*'] }, 'not among --only'],
      [{ exclude: ['flow:A'] }, 'excluded by --exclude'],
    ] as const) {
      const draft = plan(switched(COLLEAGUE), decisions(choice));
      expect([draft.steps, draft.conflicts, draft.leftOut]).to.deep.equal([[], [], [{ target: 'flow:A', why }]]);
    }
  });
});

describe('a flow that has as many versions as it can have', () => {
  const full = (active: number): FlowChange => {
    const now = aFlow('A', active, 50);
    const versions = [...now.versions.filter(({ number }) => number !== 1), { ...now.versions[0]!, number: 51 }];
    return flowChange('switched', flowBefore('A', 1, 49), { ...now, activeVersion: active, versions });
  };

  it('is left to a person, who is told how to make room, where its body has to be redeployed', () => {
    const { steps, manual } = plan(full(51), decisions(), { kept: [1] });
    expect(steps).to.deep.equal([]);
    expect(manual[0]?.what).to.include('50 versions').and.to.include('--delete-flows');
  });

  it('needs no room where only the pointer moves', () => {
    const change = flowChange('switched', flowBefore('A', 1, 49), aFlow('A', 50, 50));
    expect(plan(change, decisions(), { kept: [1] }).steps.map(({ operation }) => operation)).to.deep.equal([
      'activateFlowVersion',
    ]);
  });

  it('is switched off, loses a version that was added, and gets its old body back, in this order', () => {
    const { steps } = plan(full(51), decisions({ deleteFlows: true }), { kept: [1] });
    const ordered = orderSteps(steps).map(({ step }) => step.operation);
    expect(ordered).to.deep.equal(['deactivateFlow', 'deleteFlowVersion', 'deleteFlowVersion', 'redeployFlow']);
  });
});

describe('interviews on a version that was added since', () => {
  const change = flowChange('switched', flowBefore('A', 1, 1), aFlow('A', 2, 2));
  const facts = { interviews: new Map([['A-2', ['0Fo000000000001AAA']]]) };
  const deletes = (how: Parameters<typeof decisions>[0]): Draft =>
    plan(change, decisions({ deleteFlows: true, ...how }), { kept: [1], facts });

  it('keep it from being deleted, whatever is said in general', () => {
    for (const how of [
      {},
      { onConflict: 'restore' as const },
      { resolve: [{ selector: 'flow:A', decision: 'restore' as const }] },
    ]) {
      const { steps, conflicts } = deletes(how);
      expect(steps.map(({ operation }) => operation)).to.deep.equal(['activateFlowVersion']);
      expect(conflicts.map(({ target, kind, decision }) => [target, kind, decision])).to.deep.equal([
        ['flow:A-2', 'interviewsOnVersion', 'keep'],
      ]);
    }
  });

  it('go with it, for good, when the version itself is named', () => {
    const { steps, conflicts } = deletes({ resolve: [{ selector: 'flow:A-2', decision: 'restore' }] });
    expect(steps.at(-1)).to.include({ operation: 'deleteFlowVersion', risk: 'irreversible' });
    expect(steps.at(-1)?.detail).to.deep.include({ interviews: ['0Fo000000000001AAA'] });
    expect(conflicts.map(({ decision }) => decision)).to.deep.equal(['restore']);
  });
});

describe('what a person is told of a flow', () => {
  const traits = (more: Partial<FlowTraits>): FlowTraits => ({
    processType: 'AutoLaunchedFlow',
    scheduled: false,
    subflows: [],
    ...more,
  });
  const findingsOf = (change: FlowChange, facts: Partial<FlowFacts>): Array<[string, string]> =>
    plan(change, decisions(), { kept: [1], facts }).findings.map(({ code, message }) => [code, message]);

  it('is that activating a scheduled flow makes its schedule anew', () => {
    const [[code] = []] = findingsOf(switched(DEPLOYER), { traits: new Map([['A-1', traits({ scheduled: true })]]) });
    expect(code).to.equal('scheduledFlow');
  });

  it('is who calls it, as a warning where it stops', () => {
    const callers = { traits: new Map([['B-3', traits({ subflows: ['A'] })]]) };
    expect(findingsOf(switched(DEPLOYER), callers)).to.deep.equal([
      ['usedAsSubflow', 'Called as a subflow by B-3: they call the version that is active.'],
    ]);
    expect(findingsOf(flowChange('created', undefined, aFlow('A', 1, 1)), callers)[0]?.[0]).to.equal('calledByOthers');
  });

  it('is which tests it has', () => {
    expect(findingsOf(switched(DEPLOYER), { tests: new Map([['A', ['A_Happy', 'A_Sad']]]) })[0]?.[1]).to.include(
      'A_Happy, A_Sad'
    );
  });
});
