import type { StoreId } from '../model/ids.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { JOURNAL, readJournal, runState, type JournalEntry, type RunState } from './journal/journal.js';
import { readNamed } from './journal/namedFiles.js';
import type { ItemOutcome } from './outcome.js';

/** A run as its journal tells it. */
export interface EarlierRun {
  readonly id: StoreId;
  readonly folder: StoreFolder;
  readonly state: RunState;
  readonly entries: readonly JournalEntry[];
}

/**
 * What stands in the folder of a run: `nothing` when it was cut off before its first line, and so before anything was
 * written to the org; `damaged` when the journal was edited, or is gone though the run had begun.
 */
export type RunReading =
  | { readonly kind: 'run'; readonly run: EarlierRun }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'damaged'; readonly why: string };

export async function readRun(store: Store, id: StoreId): Promise<RunReading> {
  const folder = await store.open('runs', id);
  const text = (await folder.exists(JOURNAL)) ? (await folder.read(JOURNAL)).toString('utf8') : '';
  const journal = readJournal(text);
  if (journal.kind === 'edited') return { kind: 'damaged', why: `${JOURNAL} was edited at line ${journal.line}` };
  const state = runState(journal.entries);
  if (state?.runId === id) return { kind: 'run', run: { id, folder, state, entries: journal.entries } };
  if (state) return { kind: 'damaged', why: `${JOURNAL} is of run ${state.runId}` };
  const others = (await folder.list()).filter((path) => path !== JOURNAL);
  if (journal.entries.length === 0 && others.length === 0) return { kind: 'nothing' };
  return { kind: 'damaged', why: `${JOURNAL} is missing or has lost its first line` };
}

/** The runs of a store that can be read, oldest first. */
export async function* earlierRuns(store: Store): AsyncGenerator<EarlierRun> {
  for (const id of await store.ids('runs')) {
    const reading = await readRun(store, id);
    if (reading.kind === 'run') yield reading.run;
  }
}

/** What became of each item, by step, of the steps that are settled. A file that is gone or was changed is refused. */
export async function readAccounts(folder: StoreFolder, state: RunState): Promise<Map<string, readonly ItemOutcome[]>> {
  const accounts = new Map<string, readonly ItemOutcome[]>();
  for (const [step, { settled }] of state.steps) {
    if (!settled) continue;
    const content = await readNamed(folder, settled.outcomes, settled.sha256);
    const lines = content.toString('utf8').split('\n').filter(Boolean);
    accounts.set(
      step,
      lines.map((line) => JSON.parse(line) as ItemOutcome)
    );
  }
  return accounts;
}

/** Runs that a later run took back, which was not itself taken back again. */
export async function undoneRuns(store: Store): Promise<Set<string>> {
  const undone = new Set<string>();
  const runs: EarlierRun[] = [];
  for await (const run of earlierRuns(store)) runs.push(run);
  for (const { id, state } of runs.reverse()) {
    const wrote = state.status === 'succeeded' || state.status === 'partial';
    if (wrote && state.undoes !== undefined && !undone.has(id)) undone.add(state.undoes);
  }
  return undone;
}
