import type { Store } from '../store/ports.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { readJournal, runState } from './journal.js';
import type { RunResult } from './runResult.js';

/** The finished run of a plan that succeeded, if there is one. */
export async function succeededRun(store: Store, plan: RollbackPlan): Promise<RunResult | undefined> {
  for (const id of (await store.ids('runs')).reverse()) {
    const folder = await store.open('runs', id);
    if (!(await folder.exists('journal.ndjson')) || !(await folder.exists('result.json'))) continue;
    const journal = readJournal((await folder.read('journal.ndjson')).toString('utf8'));
    const state = journal.kind === 'whole' ? runState(journal.entries) : undefined;
    if (state?.planDigest === plan.digest && (state.status === 'succeeded' || state.status === 'alreadyApplied'))
      return {
        ...(JSON.parse((await folder.read('result.json')).toString('utf8')) as RunResult),
        undoPoint: `${folder.display}/undo`,
      };
  }
  return undefined;
}

/** Whether a run has carried this plan out: applied again, it writes nothing. */
export async function isApplied(store: Store, plan: RollbackPlan): Promise<boolean> {
  return (await succeededRun(store, plan)) !== undefined;
}
