import type { StoreId } from '../model/ids.js';
import { NO_NEW_IDS, type IdMap } from '../records/idMap.js';
import type { Store } from '../store/ports.js';
import { readJournal } from './journal.js';

/**
 * New Ids that runs back to this snapshot gave, as their journals say: what was inserted once is never inserted twice, and
 * what points to it is compared with its new Id.
 */
export async function knownNewIds(store: Store, snapshotId: StoreId): Promise<IdMap> {
  const ids = new Map<string, string>();
  for (const id of await store.ids('runs')) {
    const folder = await store.open('runs', id);
    if (!(await folder.exists('journal.ndjson'))) continue;
    const journal = readJournal((await folder.read('journal.ndjson')).toString('utf8'));
    if (journal.kind !== 'whole') continue;
    const [first] = journal.entries;
    if (first?.kind !== 'runOpened' || first.snapshotId !== snapshotId) continue;
    for (const entry of journal.entries) {
      if (entry.kind === 'idsMapped') for (const [old, fresh] of entry.pairs) ids.set(old, fresh);
    }
  }
  return ids.size === 0 ? NO_NEW_IDS : ids;
}
