import type { Store } from '../store/ports.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { earlierRuns } from './earlierRuns.js';
import type { RunResult } from './runResult.js';

/** The newest finished run of a plan that succeeded, if there is one. */
export async function succeededRun(store: Store, plan: RollbackPlan): Promise<RunResult | undefined> {
  let found: RunResult | undefined;
  for await (const { folder, state } of earlierRuns(store)) {
    if (state.planDigest !== plan.digest || (state.status !== 'succeeded' && state.status !== 'alreadyApplied'))
      continue;
    if (!(await folder.exists('result.json'))) continue;
    const result = JSON.parse((await folder.read('result.json')).toString('utf8')) as RunResult;
    found = { ...result, undoPoint: `${folder.display}/undo` };
  }
  return found;
}

/** Whether a run has carried this plan out: applied again, it writes nothing. */
export async function isApplied(store: Store, plan: RollbackPlan): Promise<boolean> {
  return (await succeededRun(store, plan)) !== undefined;
}
