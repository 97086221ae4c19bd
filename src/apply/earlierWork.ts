import type { StoreId } from '../model/ids.js';
import type { EarlierWork } from '../snapshot/baseline.js';
import type { Store } from '../store/ports.js';
import { readRun } from './earlierRuns.js';
import { isUnfinished } from './journal/journal.js';
import { claimedRows } from './permissions/claimedRows.js';
import { knownNewIds } from './records/knownNewIds.js';
import { targetsInDoubt } from './runsInTheWay.js';
import { countsFor, targetSnapshot } from './targetSnapshot.js';
import { wayBackDeployments } from './wayBackDeployments.js';

/** Characters of an id that are its day. */
const DAY = 8;

/**
 * What the runs of a store tell a new plan: which deployments are theirs, what they had begun, which rows they may have
 * inserted of which the org did not tell, and which of them are not at their end or tell nothing that can be believed.
 */
export async function earlierWork(store: Store, snapshotId: StoreId, orgId: string): Promise<EarlierWork> {
  const newIds = await knownNewIds(store, snapshotId);
  const target = await targetSnapshot(store, snapshotId);
  const inDoubt = new Map<string, string>();
  const unfinished: string[] = [];
  const damaged = new Map<string, string>();
  for (const id of await store.ids('runs')) {
    const reading = await readRun(store, id);
    // Of which org it is nobody knows. An id begins with its day, and clocks are right to that.
    if (reading.kind === 'damaged' && id.slice(0, DAY) >= snapshotId.slice(0, DAY)) damaged.set(id, reading.why);
    if (reading.kind !== 'run') continue;
    const { run } = reading;
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
    damaged,
  };
}
