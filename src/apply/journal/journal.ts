import { sha256 } from '../../model/digest.js';
import type { OutcomeCounts } from '../../model/operation.js';

/** Its file in the folder of a run. */
export const JOURNAL = 'journal.ndjson';

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
      /** The run that this one takes back. */
      readonly undoes?: string;
      /** The org's clock at its last answer: jobs of this run are not older. */
      readonly orgTime?: string;
    }
  | {
      /** Somebody went on with a run that was cut off or stopped. */
      readonly kind: 'runResumed';
      readonly at: string;
      readonly username: string;
    }
  | {
      /** Rows that a job inserted: old Id, new Id. Written as soon as the org has told them, also when there are none. */
      readonly kind: 'idsMapped';
      readonly at: string;
      readonly step: string;
      readonly job: string;
      readonly pairs: ReadonlyArray<readonly [old: string, fresh: string]>;
      /** Old Ids of rows that may be in the org all the same: the job inserted rows that are like none that was sent. */
      readonly inDoubt?: readonly string[];
    }
  | { readonly kind: 'switchOff'; readonly at: string; readonly name: string; readonly by: 'operator' }
  | { readonly kind: 'switchBack'; readonly at: string; readonly name: string; readonly how: 'reminded' }
  | {
      readonly kind: 'stepIntended';
      readonly at: string;
      readonly step: string;
      /** The org's clock at its last answer: a job of this step is not older. */
      readonly orgTime?: string;
      /** The file with the rows that are about to be written, of a step with rows, and its SHA-256. */
      readonly rows?: string;
      readonly sha256?: string;
    }
  | {
      readonly kind: 'jobCreated';
      readonly at: string;
      readonly step: string;
      readonly job: string;
      readonly what: JobKind;
      /** The file with the rows that were to be sent, of an insert, and its SHA-256. */
      readonly sent?: string;
      readonly sha256?: string;
    }
  | {
      readonly kind: 'stepSettled';
      readonly at: string;
      readonly step: string;
      readonly counts: OutcomeCounts;
      /** The file with the outcome of each item, and its SHA-256. */
      readonly outcomes: string;
      readonly sha256?: string;
    }
  | {
      readonly kind: 'runClosed';
      readonly at: string;
      readonly status: RunStatus;
      /** The org's clock at its last answer: what changed later changed after the run. */
      readonly orgTime?: string;
      /** The result and everything in the undo point, each with its SHA-256. */
      readonly files?: ReadonlyArray<readonly [path: string, sha256: string]>;
    };

export type JobKind = 'ingest' | 'deploy' | 'validation';

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
      // Ended by its line break, it is torn only where blocks before that never reached the disk, and read as zeros.
      if (at === lines.length - 1 && parsed === undefined && line.includes('\0'))
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

/** A job of the org that a step started, by its id. */
export interface StepJob {
  readonly job: string;
  readonly what: JobKind;
  readonly sent?: string;
  readonly sha256?: string;
  /** The new Ids it gave are in the journal. */
  readonly taken: boolean;
}

/** What the journal says of one step. */
export interface StepState {
  readonly intended: boolean;
  /** The org's clock just before the effect, where the intention has it. */
  readonly intendedAt?: string;
  /** The file with the rows that were to be written, by the last intention that names one. */
  readonly rows?: { readonly path: string; readonly sha256?: string };
  readonly jobs: readonly StepJob[];
  readonly settled?: { readonly counts: OutcomeCounts; readonly outcomes: string; readonly sha256?: string };
}

/** Where a run stands: a fold over its entries. */
export interface RunState {
  readonly runId: string;
  readonly planId: string;
  readonly planDigest: string;
  readonly snapshotId: string;
  readonly orgId: string;
  readonly username: string;
  readonly openedAt: string;
  readonly orgTime?: string;
  readonly undoes?: string;
  /** The org's clock when the run ended, or this machine's where the org's is not known. */
  readonly closedAt?: string;
  readonly steps: ReadonlyMap<string, StepState>;
  /** Steps that were intended and not settled: the effect may have happened. */
  readonly open: readonly string[];
  readonly idMap: ReadonlyMap<string, string>;
  /** Old Ids of rows that a job may have inserted, without a result that is theirs. */
  readonly inDoubt: ReadonlySet<string>;
  readonly switchesOff: readonly string[];
  /** What its end names, with SHA-256; undefined while it has none. */
  readonly files?: ReadonlyMap<string, string>;
  /** How the run ended; undefined while it is under way, or since it was cut off. */
  readonly status: RunStatus | undefined;
}

const NEVER: StepState = { intended: false, jobs: [] };

export function runState(entries: readonly JournalEntry[]): RunState | undefined {
  const [first] = entries;
  if (first?.kind !== 'runOpened') return undefined;
  const steps = new Map<string, StepState>();
  const change = (step: string, by: (state: StepState) => StepState): void =>
    void steps.set(step, by(steps.get(step) ?? NEVER));
  const idMap = new Map<string, string>();
  const inDoubt = new Set<string>();
  const switches = new Set<string>();
  let status: RunStatus | undefined;
  let closedAt: string | undefined;
  let files: ReadonlyMap<string, string> | undefined;
  for (const entry of entries) {
    switch (entry.kind) {
      case 'stepIntended':
        // Begun again after it was settled (it had been skipped or left in doubt): the old account no longer holds.
        change(entry.step, ({ jobs, intendedAt, rows: before }) => {
          const at = intendedAt ?? entry.orgTime;
          const { rows: path, sha256: hash } = entry;
          const rows = path === undefined ? before : { path, ...(hash === undefined ? {} : { sha256: hash }) };
          return {
            ...{ intended: true, jobs },
            ...(at === undefined ? {} : { intendedAt: at }),
            ...(rows === undefined ? {} : { rows }),
          };
        });
        break;
      case 'jobCreated': {
        const { job, what, sent, sha256: hash } = entry;
        change(entry.step, (state) => ({
          ...state,
          intended: true,
          jobs: [
            ...state.jobs,
            {
              ...{ job, what, taken: false },
              ...(sent === undefined ? {} : { sent }),
              ...(hash === undefined ? {} : { sha256: hash }),
            },
          ],
        }));
        break;
      }
      case 'idsMapped':
        for (const [old, fresh] of entry.pairs) idMap.set(old, fresh);
        for (const old of entry.inDoubt ?? []) inDoubt.add(old);
        change(entry.step, (state) => ({
          ...state,
          jobs: state.jobs.map((job) => (job.job === entry.job ? { ...job, taken: true } : job)),
        }));
        break;
      case 'stepSettled':
        change(entry.step, (state) => {
          const { counts, outcomes, sha256: hash } = entry;
          return { ...state, settled: { counts, outcomes, ...(hash === undefined ? {} : { sha256: hash }) } };
        });
        break;
      case 'switchOff':
        switches.add(entry.name);
        break;
      case 'switchBack':
        switches.delete(entry.name);
        break;
      case 'runResumed':
        status = undefined;
        files = undefined;
        break;
      case 'runClosed':
        status = entry.status;
        closedAt = entry.orgTime ?? entry.at;
        files = entry.files && new Map(entry.files);
        break;
      default:
        break;
    }
  }
  const { runId, planId, planDigest, snapshotId, orgId, username, at, orgTime, undoes } = first;
  return {
    ...{ runId, planId, planDigest, snapshotId, orgId, username, openedAt: at },
    ...(orgTime === undefined ? {} : { orgTime }),
    ...(undoes === undefined ? {} : { undoes }),
    ...(closedAt === undefined ? {} : { closedAt }),
    ...(files === undefined ? {} : { files }),
    steps,
    open: [...steps].filter(([, state]) => state.intended && !state.settled).map(([step]) => step),
    idMap,
    inDoubt,
    switchesOff: [...switches],
    status,
  };
}

/** A run that can be gone on with: cut off, stopped, or left in doubt. */
export function isUnfinished(state: RunState): boolean {
  return state.status === undefined || state.status === 'interrupted' || state.open.length > 0;
}
