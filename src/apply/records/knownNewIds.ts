import type { StoreId } from '../../model/ids.js';
import { NO_NEW_IDS, type IdMap } from '../../records/idMap.js';
import { readSnapshot } from '../../snapshot/baseline.js';
import type { Store } from '../../store/ports.js';
import { earlierRuns } from '../earlierRuns.js';
import type { RunState } from '../journal/journal.js';

/**
 * New Ids that runs back to this snapshot gave, as their journals say: what was inserted once is never inserted twice, and
 * what points to it is compared with its new Id. Each `--undo` of a run makes a snapshot of its own of the same undo point.
 */
export async function knownNewIds(store: Store, snapshotId: StoreId): Promise<IdMap> {
  const ids = new Map<string, string>();
  const undoes = await undoneBy(store, snapshotId);
  for await (const { state } of earlierRuns(store))
    if (isOfSameTarget(state, snapshotId, undoes)) for (const [old, fresh] of state.idMap) ids.set(old, fresh);
  return ids.size === 0 ? NO_NEW_IDS : ids;
}

/** Whether a run went back to this snapshot, or to the same undo point. */
export function isOfSameTarget(state: RunState, snapshotId: StoreId, undoes: string | undefined): boolean {
  return state.snapshotId === snapshotId || (undoes !== undefined && state.undoes === undoes);
}

/** The run whose undo point a snapshot is; undefined of one that a person took, and of one that cannot be read. */
export async function undoneBy(store: Store, snapshotId: StoreId): Promise<string | undefined> {
  if (!(await store.ids('snapshots')).includes(snapshotId)) return undefined;
  const snapshot = await readSnapshot(await store.open('snapshots', snapshotId)).catch(() => undefined);
  return snapshot?.undoOf;
}
