import type { Store } from '../store/ports.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { earlierRuns, undoneRuns } from './earlierRuns.js';
import { readResult } from './journal/namedFiles.js';
import type { RunResult } from './runResult.js';

/** The newest finished run of a plan that succeeded, if there is one that was not undone. */
export async function succeededRun(store: Store, plan: RollbackPlan): Promise<RunResult | undefined> {
  let found: RunResult | undefined;
  const undone = await undoneRuns(store);
  for await (const { id, folder, state } of earlierRuns(store)) {
    if (undone.has(id)) continue;
    if (state.planDigest !== plan.digest || (state.status !== 'succeeded' && state.status !== 'alreadyApplied'))
      continue;
    const result = await readResult(folder, state);
    if (result) found = { ...result, undoPoint: `${folder.display}/undo` };
  }
  return found;
}

/** Whether a run has carried this plan out: applied again, it writes nothing. */
export async function isApplied(store: Store, plan: RollbackPlan): Promise<boolean> {
  return (await succeededRun(store, plan)) !== undefined;
}
