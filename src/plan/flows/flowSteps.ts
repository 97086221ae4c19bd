import type { FlowChange } from '../../flow/diffFlows.js';
import { baselineBodies, type FlowEntry } from '../../flow/flowVersion.js';
import { flowTarget } from '../../model/selector.js';
import { conflict, decide, leftOut } from '../choice/choice.js';
import { claimFlow } from '../attribution/claims.js';
import { emptyDraft, type Decisions, type Draft } from '../draft.js';
import type { FlowFacts } from './flowFacts.js';
import { flowFindings } from './flowFindings.js';
import { addedVersions } from './flowVersionDeletes.js';
import { wayBack } from './flowWayBack.js';

/** What of a flow runs, in words. */
export function runs(flow: FlowEntry | undefined): string {
  if (!flow) return 'absent';
  return flow.activeVersion === null ? 'inactive' : `version ${flow.activeVersion} active`;
}

/** Steps of the flow lane. A flow that somebody else switched since is a conflict. */
export function flowSteps(changes: readonly FlowChange[], facts: FlowFacts, decisions: Decisions): Draft {
  const draft = emptyDraft();
  for (const change of changes) {
    const target = flowTarget(change.flow);
    const skipped = leftOut(decisions.choice, target);
    if (skipped) {
      draft.leftOut.push(skipped);
      continue;
    }
    const claim = claimFlow(change, decisions.attribution, {
      baseline: baselineBodies(facts.baseline),
      now: facts.bodies,
    });
    if (!claim.ours) {
      const { decision } = decide(decisions.choice, target);
      draft.conflicts.push(
        conflict(target, claim.kind, runs(change.baseline), runs(change.now), claim.author, decision, decisions.names)
      );
      if (decision === 'keep') continue;
    }
    // An inactive newcomer does no harm and is no difference in what runs.
    const harmless = change.kind === 'created' && change.now?.activeVersion === null;
    if (harmless && !decisions.choice.deleteFlows) {
      draft.leftOut.push({ target, why: 'it does not run; plan with --delete-flows to delete it' });
      continue;
    }
    const added = addedVersions(change, facts, decisions);
    const way = harmless ? { steps: [] } : wayBack(change, facts, added.going);
    if ('manual' in way) {
      // What runs now keeps running until a person has seen to it: none of its versions may go.
      draft.manual.push({ target, what: way.manual });
      draft.findings.push(...flowFindings(change, [], facts));
      continue;
    }
    draft.steps.push(...way.steps, ...added.steps);
    draft.conflicts.push(...added.conflicts);
    draft.findings.push(...flowFindings(change, way.steps, facts));
    if (harmless && added.stays) draft.leftOut.push({ target, why: 'it does not run, and a version of it is kept' });
  }
  return draft;
}
