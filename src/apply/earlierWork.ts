import type { StoreId } from '../model/ids.js';
import type { EarlierWork } from '../snapshot/baseline.js';
import type { Store } from '../store/ports.js';
import { earlierRuns } from './earlierRuns.js';
import { isUnfinished } from './journal/journal.js';
import { claimedRows } from './permissions/claimedRows.js';
import { isOfSameTarget, knownNewIds, undoneBy } from './records/knownNewIds.js';
import { targetsInDoubt } from './runsInTheWay.js';
import { wayBackDeployments } from './wayBackDeployments.js';

/**
 * What the runs of a store tell a new plan: which deployments are theirs, what they had begun, which rows they may have
 * inserted of which the org did not tell, and which of them are not at their end.
 */
export async function earlierWork(store: Store, snapshotId: StoreId, orgId: string): Promise<EarlierWork> {
  const newIds = await knownNewIds(store, snapshotId);
  const undoes = await undoneBy(store, snapshotId);
  const inDoubt = new Map<string, string>();
  const unfinished: string[] = [];
  for await (const run of earlierRuns(store)) {
    if (run.state.orgId !== orgId) continue;
    if (isUnfinished(run.state)) unfinished.push(run.id);
    if (!isOfSameTarget(run.state, snapshotId, undoes)) continue;
    for (const target of await targetsInDoubt(run, newIds)) inDoubt.set(target.split(':').at(-1) ?? '', run.id);
  }
  return {
    wayBack: await wayBackDeployments(store, orgId),
    claimed: await claimedRows(store, snapshotId),
    inDoubt,
    unfinished,
  };
}
