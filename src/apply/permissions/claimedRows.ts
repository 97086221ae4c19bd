import { parseStoreId, type StoreId } from '../../model/ids.js';
import { permissionKeyText, permissionTarget } from '../../permissions/permissionRow.js';
import { readPlan } from '../../plan/readPlan.js';
import type { Store } from '../../store/ports.js';
import { earlierRuns, readAccounts, undoneRuns } from '../earlierRuns.js';

/**
 * Permission rows that plans of runs back to this snapshot took for the deployment's, by `permissionKeyText`, with what they
 * granted then. Rows bear no name, and many no time: once a run has written to their permission set, nothing else tells
 * whose those are that it did not get to. What a person resolved, or `--all-changes` took, is not among them.
 */
export async function claimedRows(store: Store, snapshotId: StoreId): Promise<Map<string, readonly string[]>> {
  const claimed = new Map<string, readonly string[]>();
  const undone = await undoneRuns(store);
  for await (const { id, folder, state } of earlierRuns(store)) {
    const planId = parseStoreId(state.planId);
    if (state.snapshotId !== snapshotId || undone.has(id) || !planId) continue;
    const plan = await store
      .open('plans', planId)
      .then(readPlan)
      .catch(() => undefined);
    if (plan?.digest !== state.planDigest || plan.attribution === 'everybody') continue;
    const resolved = new Set(plan.conflicts.map(({ target }) => target));
    const accounts = await readAccounts(folder, state).catch(() => undefined);
    if (!accounts) continue;
    for (const { id: step, detail } of plan.steps) {
      if (detail.kind !== 'permissions') continue;
      const begun = state.steps.has(step);
      const became = new Map((accounts.get(step) ?? []).map((item) => [item.target, item.outcome]));
      for (const { kind, target, before } of detail.rows) {
        const key = { parent: detail.parent, kind, target };
        const name = permissionTarget(detail.parent, key);
        if (kind === 'User' || resolved.has(name)) continue;
        const outcome = became.get(name);
        // Written once, it is the run's work, and what became of it since is somebody's.
        if (!begun || outcome === 'failed' || outcome === 'skipped') claimed.set(permissionKeyText(key), before);
        else claimed.delete(permissionKeyText(key));
      }
    }
  }
  return claimed;
}
