import { sha256 } from '../model/digest.js';
import type { OutcomeCounts } from '../model/operation.js';

/** What a run writes down, in order. An intention stands before its effect, a settlement after it. */
export type JournalEntry =
  | {
      readonly kind: 'runOpened';
      readonly at: string;
      readonly runId: string;
      readonly planId: string;
      readonly planDigest: string;
      readonly snapshotId: string;
      readonly orgId: string;
      readonly username: string;
      readonly reason?: string;
    }
  | {
      /** Rows that were inserted again: old Id, new Id. Written as soon as the org has told them. */
      readonly kind: 'idsMapped';
      readonly at: string;
      readonly step: string;
      readonly pairs: ReadonlyArray<readonly [old: string, fresh: string]>;
    }
  | { readonly kind: 'switchOff'; readonly at: string; readonly name: string; readonly by: 'operator' }
  | { readonly kind: 'switchBack'; readonly at: string; readonly name: string; readonly how: 'reminded' }
  | { readonly kind: 'stepIntended'; readonly at: string; readonly step: string }
  | {
      readonly kind: 'jobCreated';
      readonly at: string;
      readonly step: string;
      readonly job: string;
      readonly what: 'ingest' | 'deploy' | 'validation';
    }
  | {
      readonly kind: 'stepSettled';
      readonly at: string;
      readonly step: string;
      readonly counts: OutcomeCounts;
      readonly outcomes: string;
    }
  | {
      readonly kind: 'runClosed';
      readonly at: string;
      readonly status: RunStatus;
      /** The org's clock at its last answer: what changed later changed after the run. */
      readonly orgTime?: string;
    };

export type RunStatus = 'succeeded' | 'partial' | 'failed' | 'interrupted' | 'alreadyApplied';

/** A line as it stands in `journal.ndjson`: number, entry, and the hash over the line before and itself. */
export interface JournalLine {
  readonly n: number;
  readonly entry: JournalEntry;
  readonly hash: string;
}

export const GENESIS = '0'.repeat(64);

export function chain(previous: string, n: number, entry: JournalEntry): JournalLine {
  return { n, entry, hash: sha256(`${previous}\n${n}\n${JSON.stringify(entry)}`) };
}

export type JournalReading =
  | {
      readonly kind: 'whole';
      readonly entries: readonly JournalEntry[];
      readonly lastHash: string;
      readonly droppedTail: boolean;
    }
  | { readonly kind: 'edited'; readonly line: number };

/**
 * The entries of a journal file. A torn last line (a crash while it was written) is dropped; a line that does not fit the
 * chain anywhere else means that the file was edited.
 */
export function readJournal(text: string): JournalReading {
  const lines = text.split('\n');
  const torn = lines.pop() !== '';
  const entries: JournalEntry[] = [];
  let hash = GENESIS;
  for (const [at, line] of lines.entries()) {
    const parsed = parseLine(line);
    const expected = parsed ? chain(hash, at, parsed.entry).hash : undefined;
    if (!parsed || parsed.n !== at || parsed.hash !== expected) {
      if (at === lines.length - 1 && parsed === undefined)
        return { kind: 'whole', entries, lastHash: hash, droppedTail: true };
      return { kind: 'edited', line: at + 1 };
    }
    entries.push(parsed.entry);
    hash = parsed.hash;
  }
  return { kind: 'whole', entries, lastHash: hash, droppedTail: torn };
}

function parseLine(line: string): JournalLine | undefined {
  try {
    return JSON.parse(line) as JournalLine;
  } catch {
    return undefined;
  }
}

/** Where a run stands: a fold over its entries. */
export interface RunState {
  readonly runId: string;
  readonly planId: string;
  readonly planDigest: string;
  readonly settled: ReadonlyMap<string, { readonly counts: OutcomeCounts; readonly outcomes: string }>;
  /** Intended and not settled: the effect may have happened. With the jobs that were created for it. */
  readonly open: ReadonlyMap<string, ReadonlyArray<{ readonly job: string; readonly what: string }>>;
  readonly switchesOff: readonly string[];
  readonly status: RunStatus | undefined;
}

export function runState(entries: readonly JournalEntry[]): RunState | undefined {
  const [first] = entries;
  if (first?.kind !== 'runOpened') return undefined;
  const settled = new Map<string, { counts: OutcomeCounts; outcomes: string }>();
  const open = new Map<string, Array<{ job: string; what: string }>>();
  const switches = new Set<string>();
  let status: RunStatus | undefined;
  for (const entry of entries) {
    if (entry.kind === 'stepIntended' && !settled.has(entry.step)) open.set(entry.step, open.get(entry.step) ?? []);
    else if (entry.kind === 'jobCreated') open.get(entry.step)?.push({ job: entry.job, what: entry.what });
    else if (entry.kind === 'stepSettled') {
      settled.set(entry.step, { counts: entry.counts, outcomes: entry.outcomes });
      open.delete(entry.step);
    } else if (entry.kind === 'switchOff') switches.add(entry.name);
    else if (entry.kind === 'switchBack') switches.delete(entry.name);
    else if (entry.kind === 'runClosed') status = entry.status;
  }
  return {
    runId: first.runId,
    planId: first.planId,
    planDigest: first.planDigest,
    settled,
    open,
    switchesOff: [...switches],
    status,
  };
}
