import type { StoreId } from '../model/ids.js';
import type { Store } from '../store/ports.js';
import { earlierRuns } from './earlierRuns.js';

/**
 * The deployments by which runs of this store took an org back, by id to the run: they are nobody's release. A run that took
 * such a run back again is none of these: it brought the changes back.
 */
export async function wayBackDeployments(store: Store, orgId: string): Promise<Map<string, StoreId>> {
  const deployments = new Map<string, StoreId>();
  const forth = new Set<string>();
  for await (const { id, state } of earlierRuns(store)) {
    if (state.undoes !== undefined && !forth.has(state.undoes)) forth.add(id);
    if (state.orgId !== orgId || forth.has(id)) continue;
    for (const { jobs } of state.steps.values())
      for (const { job, what } of jobs) if (what === 'deploy') deployments.set(job, id);
  }
  return deployments;
}
