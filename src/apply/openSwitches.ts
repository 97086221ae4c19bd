import type { Store, StoreFolder } from '../store/ports.js';
import { earlierRuns } from './earlierRuns.js';
import type { JournalEntry } from './journal/journal.js';

/** What somebody switched off by hand for a run that never came to remind of it: it may still be off. */
export interface OpenSwitch {
  readonly runId: string;
  readonly planId: string;
  readonly name: string;
}

/** Written into the folder of a run once somebody says that what it left switched off is on again. */
const ACKNOWLEDGED = 'switchedBack.json';

/**
 * The switches that runs of this org (of any, where none is named) left off, by their journals. A later run of the same org
 * that reminded of the same switch has reminded for the earlier ones, too.
 */
export async function openSwitches(store: Store, orgId?: string): Promise<OpenSwitch[]> {
  let open: Array<OpenSwitch & { readonly of: string }> = [];
  for await (const { id, folder, state, entries } of earlierRuns(store)) {
    if (orgId !== undefined && state.orgId !== orgId) continue;
    const back = new Set(entries.flatMap((entry) => (entry.kind === 'switchBack' ? [entry.name] : [])));
    open = open.filter(({ name, of }) => of !== state.orgId || !back.has(name));
    const off = await stillOff(folder, entries, state.switchesOff);
    open.push(...off.map((name) => ({ of: state.orgId, runId: id, planId: state.planId, name })));
  }
  return open.map(({ runId, planId, name }) => ({ runId, planId, name }));
}

/** What is off by the journal of a run and was not said to be on since. */
async function stillOff(
  folder: StoreFolder,
  entries: readonly JournalEntry[],
  switchesOff: readonly string[]
): Promise<readonly string[]> {
  if (!(await folder.exists(ACKNOWLEDGED))) return switchesOff;
  const { entries: before } = JSON.parse((await folder.read(ACKNOWLEDGED)).toString('utf8')) as { entries?: number };
  // Gone on with after that, the run may have had it switched off once more.
  const since = entries.slice(before ?? entries.length);
  return switchesOff.filter((name) => since.some((entry) => entry.kind === 'switchOff' && entry.name === name));
}

/** Somebody says that everything is switched on again. */
export async function acknowledgeSwitches(store: Store, orgId: string, at: Date): Promise<void> {
  const runs = new Set((await openSwitches(store, orgId)).map(({ runId }) => runId));
  for await (const { id, folder, entries } of earlierRuns(store)) {
    const said = { at: at.toISOString(), entries: entries.length };
    if (runs.has(id)) await folder.write(ACKNOWLEDGED, `${JSON.stringify(said)}\n`);
  }
}
