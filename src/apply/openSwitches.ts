import type { Store } from '../store/ports.js';
import { readJournal, runState, type JournalEntry } from './journal.js';

/** What somebody switched off by hand for a run that never came to remind of it: it may still be off. */
export interface OpenSwitch {
  readonly runId: string;
  readonly planId: string;
  readonly name: string;
}

/** Written into the folder of a run once somebody says that what it left switched off is on again. */
const ACKNOWLEDGED = 'switchedBack.json';

async function entriesOf(store: Store, id: Parameters<Store['open']>[1]): Promise<readonly JournalEntry[]> {
  const folder = await store.open('runs', id);
  if (!(await folder.exists('journal.ndjson'))) return [];
  const journal = readJournal((await folder.read('journal.ndjson')).toString('utf8'));
  return journal.kind === 'whole' ? journal.entries : [];
}

/**
 * The switches that runs of this org left off, by their journals. A later run that reminded of the same switch has reminded
 * for the earlier ones, too.
 */
export async function openSwitches(store: Store, orgId: string): Promise<OpenSwitch[]> {
  let open: OpenSwitch[] = [];
  for (const id of await store.ids('runs')) {
    const entries = await entriesOf(store, id);
    const [first] = entries;
    const state = runState(entries);
    if (first?.kind !== 'runOpened' || first.orgId !== orgId || !state) continue;
    const back = new Set(entries.flatMap((entry) => (entry.kind === 'switchBack' ? [entry.name] : [])));
    open = open.filter(({ name }) => !back.has(name));
    if (await (await store.open('runs', id)).exists(ACKNOWLEDGED)) continue;
    open.push(...state.switchesOff.map((name) => ({ runId: state.runId, planId: state.planId, name })));
  }
  return open;
}

/** Somebody says that everything is switched on again. */
export async function acknowledgeSwitches(store: Store, orgId: string, at: Date): Promise<void> {
  const runs = new Set((await openSwitches(store, orgId)).map(({ runId }) => runId));
  for (const id of await store.ids('runs'))
    if (runs.has(id))
      await (await store.open('runs', id)).write(ACKNOWLEDGED, `${JSON.stringify({ at: at.toISOString() })}\n`);
}
