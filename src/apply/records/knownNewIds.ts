import type { StoreId } from '../../model/ids.js';
import { NO_NEW_IDS, type IdMap } from '../../records/idMap.js';
import type { Store } from '../../store/ports.js';
import { earlierRuns } from '../earlierRuns.js';

/**
 * New Ids that runs back to this snapshot gave, as their journals say: what was inserted once is never inserted twice, and
 * what points to it is compared with its new Id.
 */
export async function knownNewIds(store: Store, snapshotId: StoreId): Promise<IdMap> {
  const ids = new Map<string, string>();
  for await (const { state } of earlierRuns(store))
    if (state.snapshotId === snapshotId) for (const [old, fresh] of state.idMap) ids.set(old, fresh);
  return ids.size === 0 ? NO_NEW_IDS : ids;
}
