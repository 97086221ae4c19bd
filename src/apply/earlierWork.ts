import type { StoreId } from '../model/ids.js';
import type { EarlierWork } from '../snapshot/baseline.js';
import type { Store } from '../store/ports.js';
import { earlierRuns } from './earlierRuns.js';
import { isUnfinished } from './journal/journal.js';
import { claimedRows } from './permissions/claimedRows.js';
import { knownNewIds } from './records/knownNewIds.js';
import { targetsInDoubt } from './runsInTheWay.js';
import { countsFor, targetSnapshot } from './targetSnapshot.js';
import { wayBackDeployments } from './wayBackDeployments.js';

/**
 * What the runs of a store tell a new plan: which deployments are theirs, what they had begun, which rows they may have
 * inserted of which the org did not tell, and which of them are not at their end.
 */
export async function earlierWork(store: Store, snapshotId: StoreId, orgId: string): Promise<EarlierWork> {
  const newIds = await knownNewIds(store, snapshotId);
  const target = await targetSnapshot(store, snapshotId);
  const inDoubt = new Map<string, string>();
  const unfinished: string[] = [];
  for await (const run of earlierRuns(store)) {
    const { state } = run;
    if (state.orgId !== orgId) continue;
    if (isUnfinished(state)) unfinished.push(run.id);
    // It may have inserted them up to its end.
    if (!countsFor(target, state, state.closedAt ?? run.entries.at(-1)?.at ?? state.openedAt)) continue;
    for (const row of await targetsInDoubt(run, newIds)) inDoubt.set(row.split(':').at(-1) ?? '', run.id);
  }
  return {
    wayBack: await wayBackDeployments(store, orgId),
    claimed: await claimedRows(store, snapshotId),
    inDoubt,
    unfinished,
  };
}
