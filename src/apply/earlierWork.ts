import type { StoreId } from '../model/ids.js';
import type { EarlierWork } from '../snapshot/baseline.js';
import type { Store } from '../store/ports.js';
import { claimedRows } from './permissions/claimedRows.js';
import { wayBackDeployments } from './wayBackDeployments.js';

/** What the runs of a store tell a new plan of whose changes are: which deployments are theirs, and what they had begun. */
export async function earlierWork(store: Store, snapshotId: StoreId, orgId: string): Promise<EarlierWork> {
  return { wayBack: await wayBackDeployments(store, orgId), claimed: await claimedRows(store, snapshotId) };
}
