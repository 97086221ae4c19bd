import type { StoreId } from '../model/ids.js';
import { openBaseline, type Baseline } from '../snapshot/baseline.js';
import type { Store } from '../store/ports.js';
import { earlierWork } from './earlierWork.js';
import { knownNewIds } from './records/knownNewIds.js';

/** A snapshot as something to plan for: with what earlier runs of this store did, may have done and left open. */
export async function openBaselineToPlan(store: Store, id: StoreId, orgId: string): Promise<Baseline> {
  return openBaseline(store, id, orgId, await knownNewIds(store, id), await earlierWork(store, id, orgId));
}
