import { Refusal } from '../model/refusal.js';
import type { Step } from '../plan/rollbackPlan.js';
import { deleteFlowVersions } from './flowDeletes.js';
import { setPointers } from './flowPointers.js';
import { redeployFlows } from './flowRedeploys.js';
import { standingOfFlow } from './preconditions.js';
import { itemOutcome, settle, type RunContext } from './runContext.js';

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
    if (standingOfFlow(step, run.current.flows, run.current.flowBodies) === 'alreadyRestored')
      await settle(run, step, [itemOutcome(run, step, { outcome: 'alreadyRestored' })]);
    else due.push(step);
  }
  const [first] = due;
  if (!first) return;
  for (const step of due) await keepBadBody(run, step);
  for (const step of due) await run.journal.append({ kind: 'stepIntended', step: step.id });
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
    // Without a session, or beyond the day's limit, nothing that follows can work either.
    if (error instanceof Refusal) throw error;
    const { code, message, mayHaveActed } = error as { code?: string; message: string; mayHaveActed?: boolean };
    const outcome = mayHaveActed === true ? ('inDoubt' as const) : ('failed' as const);
    for (const step of due.filter(({ id }) => !run.outcomes.has(id)))
      await settle(run, step, [itemOutcome(run, step, { outcome, code: code ?? 'UNKNOWN', message })]);
  }
}

/** What ran before the way back is kept in the run folder, also where it stays in the org as an inactive version. */
async function keepBadBody(run: RunContext, { detail }: Step): Promise<void> {
  if (detail.kind !== 'flow' || !detail.bad) return;
  await run.undo.flowBody(detail.flow, detail.bad.version, await run.planFolder.read(detail.bad.path));
}
