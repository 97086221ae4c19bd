import { countOutcomes } from '../model/operation.js';
import type { Chance, Progress } from '../model/progress.js';
import type { OrgPorts } from '../org/ports.js';
import type { RollbackPlan, Step } from '../plan/rollbackPlan.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { StoreFolder } from '../store/ports.js';
import { chain, GENESIS, type JournalEntry } from './journal.js';
import type { ItemOutcome } from './outcome.js';
import type { Current } from './preconditions.js';
import type { UndoPoint } from './undoPoint.js';

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
  readonly tests: {
    readonly level?: 'NoTestRun' | 'RunSpecifiedTests' | 'RunLocalTests' | 'RunAllTestsInOrg';
    readonly names: readonly string[];
  };
  /** Old Ids to new ones, of this run and of earlier runs back to the same snapshot. Grows as rows are inserted. */
  readonly idMap: Map<string, string>;
  /** Rows the plan brings back, by their old Ids, and those of them that are back already. */
  readonly returning: ReadonlySet<string>;
  readonly returned: Set<string>;
  /** Rows that come back with their masters and go again. */
  readonly strays: ReadonlySet<string>;
  /** Fields of a row that another step of the plan writes: a step that brings the row back does not judge them. */
  readonly elsewhere: ReadonlyMap<string, ReadonlySet<string>>;
  /** Outcomes so far, by step. */
  readonly outcomes: Map<string, readonly ItemOutcome[]>;
}

/** Appends to `journal.ndjson`: each line is on disk before the promise resolves. */
export class RunJournal {
  private n = 0;
  private hash = GENESIS;

  public constructor(
    private readonly folder: StoreFolder,
    private readonly chance: Chance
  ) {}

  public async append(entry: WithoutTime<JournalEntry>): Promise<void> {
    const line = chain(this.hash, this.n, { ...entry, at: this.chance.now().toISOString() });
    await this.folder.append('journal.ndjson', JSON.stringify(line));
    this.n += 1;
    this.hash = line.hash;
  }

  /** The account of a step is on disk before the journal says that the step is settled. */
  public async settle(step: Step, outcomes: readonly ItemOutcome[]): Promise<void> {
    const path = `outcomes/${step.id}.ndjson`;
    await this.folder.write(path, outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''));
    await this.append({
      kind: 'stepSettled',
      step: step.id,
      counts: countOutcomes(outcomes.map((outcome) => outcome.outcome)),
      outcomes: path,
    });
  }
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
