import { countOutcomes } from '../model/operation.js';
import type { Chance, Progress } from '../model/progress.js';
import type { OrgPorts } from '../org/ports.js';
import type { RollbackPlan, Step } from '../plan/rollbackPlan.js';
import type { Baseline } from '../snapshot/baseline.js';
import { Refusal } from '../model/refusal.js';
import type { StoreFolder } from '../store/ports.js';
import { JOURNAL, chain, GENESIS, readJournal, type JournalEntry } from './journal/journal.js';
import type { ItemOutcome } from './outcome.js';
import type { Current } from './preconditions.js';
import type { ReadAhead } from './records/readAhead.js';
import type { UndoPoint } from './undo/undoPoint.js';

type WithoutTime<T> = T extends JournalEntry ? Omit<T, 'at'> : never;

/** A step of the record lane. */
export type RecordStep = Step & { readonly detail: Extract<Step['detail'], { kind: 'records' }> };

/** Everything a lane needs while a run is under way. */
export interface RunContext {
  readonly org: OrgPorts;
  readonly baseline: Baseline;
  readonly plan: RollbackPlan;
  readonly planFolder: StoreFolder;
  readonly folder: StoreFolder;
  readonly journal: RunJournal;
  readonly undo: UndoPoint;
  readonly chance: Chance;
  readonly progress: Progress;
  readonly current: Current;
  /** Steps that were settled when `current` was read. */
  readonly settledThen: ReadonlySet<string>;
  readonly tests: {
    readonly level?: 'NoTestRun' | 'RunSpecifiedTests' | 'RunLocalTests' | 'RunAllTestsInOrg';
    readonly names: readonly string[];
  };
  /**
   * Asked again right before an effect that comes long after its step was begun. Rejects where nothing more may be written:
   * the lock is somebody else's, what was begun cannot be written down, or the run has stopped meanwhile.
   */
  readonly mayWrite: () => Promise<void>;
  /** Old Ids to new ones, of this run and of earlier runs of the org since the snapshot. Grows as rows are inserted. */
  readonly idMap: Map<string, string>;
  /** Rows of which nobody knows whether a job of this run inserted them, by their old Ids: they are never sent again. */
  readonly inDoubt: Set<string>;
  /** Rows the plan brings back, by their old Ids, and those of them that are back already. */
  readonly returning: ReadonlySet<string>;
  readonly returned: Set<string>;
  /** Rows that come back with their masters though no step brings them back. */
  readonly strays: ReadonlySet<string>;
  /** Fields of a row that another step of the plan writes: a step that brings the row back does not judge them. */
  readonly elsewhere: ReadonlyMap<string, ReadonlySet<string>>;
  /** Steps that were begun before this run was cut off, with the rows that were to be written then. */
  readonly begun: ReadonlyMap<string, ReadonlySet<string>>;
  /** Steps that this process began. */
  readonly intended: Set<string>;
  /** What was read of the next record step along with the last request of the one before. */
  readonly ahead: ReadAhead;
  /** Outcomes so far, by step. */
  readonly outcomes: Map<string, readonly ItemOutcome[]>;
}

/**
 * Whether steps that count lie between the reading of the targets and now. They may have taken hours, in which somebody may
 * have changed what comes next.
 */
export function workedSince(run: RunContext, counts: (step: Step) => boolean): boolean {
  return run.plan.steps.some((step) => run.outcomes.has(step.id) && !run.settledThen.has(step.id) && counts(step));
}

/**
 * Appends to `journal.ndjson`: each line is on disk before the promise resolves. Lines that are appended at the same time
 * stand there in the order in which they were asked for.
 */
export class RunJournal {
  /** Why a line could not be written. */
  private broken: { readonly why: unknown } | undefined;
  private last: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: StoreFolder,
    private readonly chance: Chance,
    private n: number,
    private hash: string,
    /** Files with outcomes that lines of it name. */
    private readonly accounts: Set<string>
  ) {}

  public static begin(folder: StoreFolder, chance: Chance): RunJournal {
    return new RunJournal(folder, chance, 0, GENESIS, new Set());
  }

  /** Goes on behind the last whole line; what a crash left of the next one is cut off. */
  public static async goOn(folder: StoreFolder, chance: Chance): Promise<RunJournal> {
    const bytes = await folder.read(JOURNAL);
    const reading = readJournal(bytes.toString('utf8'));
    if (reading.kind === 'edited')
      throw new Refusal('runDamaged', { tokens: [folder.id, `${JOURNAL} was edited at line ${reading.line}`] });
    if (reading.droppedTail) {
      let whole = 0;
      for (let line = 0; line < reading.entries.length; line += 1) whole = bytes.indexOf(10, whole) + 1;
      await folder.cut(JOURNAL, whole);
    }
    const accounts = reading.entries.flatMap((entry) => (entry.kind === 'stepSettled' ? [entry.outcomes] : []));
    return new RunJournal(folder, chance, reading.entries.length, reading.lastHash, new Set(accounts));
  }

  public append(entry: WithoutTime<JournalEntry>): Promise<void> {
    const written = this.last.then(() => this.write(entry));
    this.last = written.catch(() => undefined);
    return written;
  }

  /**
   * Throws once a line could not be written: after one that may stand half on disk nothing more is, since it would look like
   * an edited one, and so nothing more may be begun either.
   */
  public refuseIfBroken(): void {
    const why = this.broken?.why;
    if (why === undefined) return;
    const { message } = why as Error;
    throw new Error(`${JOURNAL} could not be written before: ${message}`, { cause: why });
  }

  /** The account of a step is on disk before the journal says that the step is settled. */
  public async settle(step: Step, outcomes: readonly ItemOutcome[]): Promise<void> {
    const path = this.freeAccount(step.id);
    const text = outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('');
    const { sha256 } = await this.folder.write(path, text);
    await this.append({
      kind: 'stepSettled',
      step: step.id,
      counts: countOutcomes(outcomes.map((outcome) => outcome.outcome)),
      outcomes: path,
      sha256,
    });
    this.accounts.add(path);
  }

  /** A step that is settled once more has a file of its own: what a line of the journal names stays as it was. */
  private freeAccount(step: string): string {
    for (let n = 1; ; n += 1) {
      const path = `outcomes/${step}${n === 1 ? '' : `.${n}`}.ndjson`;
      if (!this.accounts.has(path)) return path;
    }
  }

  private async write(entry: WithoutTime<JournalEntry>): Promise<void> {
    this.refuseIfBroken();
    const line = chain(this.hash, this.n, { ...entry, at: this.chance.now().toISOString() });
    try {
      await this.folder.append(JOURNAL, JSON.stringify(line));
    } catch (why) {
      this.broken = { why };
      throw why;
    }
    this.n += 1;
    this.hash = line.hash;
  }
}

/**
 * The intention is on disk before the effect, and before it the rows that are to be written: `rows`, besides those that were
 * before a crash.
 */
export async function intend(run: RunContext, step: Step, rows?: readonly string[]): Promise<void> {
  // Rows that become due only when the run is gone on with are written by it too; those of before stay its own.
  const all = rows && [...new Set([...(run.begun.get(step.id) ?? []), ...rows])];
  const named = all && (await keepIntended(run.folder, step.id, all));
  const orgTime = run.org.lastAnswerAt();
  run.intended.add(step.id);
  await run.journal.append({
    kind: 'stepIntended',
    step: step.id,
    ...(orgTime ? { orgTime } : {}),
    ...(named ?? {}),
  });
}

/** A step that is begun once more has a file of its own: what a line of the journal names stays as it was. */
async function keepIntended(
  folder: StoreFolder,
  step: string,
  rows: readonly string[]
): Promise<{ readonly rows: string; readonly sha256: string }> {
  let path = intendedPath(step);
  for (let n = 2; await folder.exists(path); n += 1) path = intendedPath(`${step}.${n}`);
  const { sha256 } = await folder.write(path, rows.map((row) => `${row}\n`).join(''));
  return { rows: path, sha256 };
}

/** Where the rows stand that a step was about to write, when it was begun for the first time. */
export function intendedPath(step: string): string {
  return `intended/${step}.txt`;
}

export async function settle(run: RunContext, step: Step, outcomes: readonly ItemOutcome[]): Promise<void> {
  run.outcomes.set(step.id, outcomes);
  await run.journal.settle(step, outcomes);
}

/** One outcome of a step, stamped. */
export function itemOutcome(
  run: RunContext,
  step: Step,
  fields: Omit<ItemOutcome, 'step' | 'operation' | 'at' | 'target'> & { target?: string }
): ItemOutcome {
  return {
    target: step.target,
    ...fields,
    step: step.id,
    operation: step.operation,
    at: run.chance.now().toISOString(),
  };
}
