import type { Step } from '../../plan/rollbackPlan.js';
import { reasonOf, stopsRun } from '../errorKinds.js';
import { deleteFlowVersions } from './flowDeletes.js';
import { existed, setPointers } from './flowPointers.js';
import { redeployFlows } from './flowRedeploys.js';
import type { ItemOutcome } from '../outcome.js';
import { standingOfFlow } from './flowStanding.js';
import { intend, itemOutcome, settle, type RunContext } from '../runContext.js';

/** Steps of the flow lane that go to the org together: pointers with pointers, redeploys with redeploys. */
export function flowBatch(step: Step): 'pointers' | 'redeploys' | 'deletes' {
  if (step.detail.kind === 'flowVersion') return 'deletes';
  return step.operation === 'redeployFlow' ? 'redeploys' : 'pointers';
}

/**
 * Carries out steps of one batch of the flow lane and settles each. Every intention stands in the journal before the
 * first effect. Effects are repeatable: a pointer is set, not moved; a body that runs already is not deployed again.
 */
export async function applyFlowSteps(run: RunContext, steps: readonly Step[]): Promise<void> {
  const due: Step[] = [];
  for (const step of steps) {
    const standing = standingOfFlow(step, run.current.flows, run.current.flowBodies, switchedOff(run, step));
    if (standing === 'asPlanned') due.push(step);
    else if (standing === 'moved') await settle(run, step, [itemOutcome(run, step, MOVED)]);
    else {
      const outcome = run.begun.has(step.id) ? doneBefore(run, step) : 'alreadyRestored';
      await settle(run, step, [itemOutcome(run, step, { outcome })]);
    }
  }
  const [first] = due;
  if (!first) return;
  for (const step of due) await keepBadBody(run, step);
  for (const step of due) await intend(run, step);
  try {
    switch (flowBatch(first)) {
      case 'pointers':
        return await setPointers(run, due);
      case 'redeploys':
        return await redeployFlows(run, due);
      case 'deletes':
        return await deleteFlowVersions(run, due);
    }
  } catch (error) {
    // Where the org may have acted the steps stay open, and what runs is looked at again.
    if (stopsRun(error)) throw error;
    for (const step of due.filter(({ id }) => !run.outcomes.has(id)))
      await settle(run, step, [itemOutcome(run, step, { outcome: 'failed', ...reasonOf(error) })]);
  }
}

/** Whether an earlier step of this run switched the flow off. What somebody else switched off stays so. */
function switchedOff(run: RunContext, { target }: Step): boolean {
  return run.plan.steps.some(
    (step) =>
      step.operation === 'deactivateFlow' &&
      step.target === target &&
      (run.outcomes.get(step.id) ?? []).some(({ outcome }) => outcome === 'restored' || outcome === 'neutralised')
  );
}

const MOVED = {
  outcome: 'conflict',
  code: 'MOVED',
  message: 'somebody switched this flow after the plan was checked; it was not touched',
} as const;

/** The outcome of a step that came through although the run was cut off before it could say so. */
function doneBefore(run: RunContext, { detail }: Step): ItemOutcome['outcome'] {
  return detail.kind === 'flow' && !existed(run, detail.flow) ? 'neutralised' : 'restored';
}

/** What ran before the way back is kept in the run folder, also where it stays in the org as an inactive version. */
async function keepBadBody(run: RunContext, { detail }: Step): Promise<void> {
  if (detail.kind !== 'flow' || !detail.bad) return;
  await run.undo.flowBody(detail.flow, detail.bad.version, await run.planFolder.read(detail.bad.path));
}
