import { allowanceOf, headroomRefusal } from '../model/headroom.js';
import { makeStoreId, parseStoreId, type StoreId } from '../model/ids.js';
import type { Chance, Progress } from '../model/progress.js';
import { EXIT, Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import type { TestLevel } from '../org/ports/components.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { carryOut } from './carryOut.js';
import { refuseBehindEarlierRuns } from './runsInTheWay.js';
import { reasonOf } from './errorKinds.js';
import { ReadAhead } from './records/readAhead.js';
import { knownNewIds } from './records/knownNewIds.js';
import type { ItemOutcome } from './outcome.js';
import { fieldsWritten, rowsReturning, strayRows } from './records/rowStanding.js';
import type { Current } from './preconditions.js';
import { checkFresh, type ReadyPlan } from './readyPlan.js';
import { quarantine } from './quarantine.js';
import { RunJournal, type RunContext } from './runContext.js';
import type { RunResult } from './runResult.js';
import { closeRun } from './closeRun.js';
import { succeededRun } from './succeededRun.js';
import { UndoPoint } from './undo/undoPoint.js';

/** How a plan is carried out, by a new run or by one that is gone on with. */
export interface RunOptions {
  readonly testLevel?: TestLevel;
  readonly tests: readonly string[];
  /** What the operator says of the package's triggers; undefined when the plan writes no record of the package. */
  readonly cpqTriggers?: 'attested-off' | 'leave-on';
  /** The id of a lock whose holder is known to be dead. */
  readonly breakLock?: string;
  /** True once a person asked to stop: the step in flight is settled, the next is not begun. */
  readonly stopAsked: () => boolean;
  /** Told why, when an error stopped the run. */
  readonly onStopped?: (error: unknown) => void;
}

export interface ApplyRequest extends RunOptions {
  readonly planId: StoreId;
  readonly maxChanges?: number;
  readonly reason?: string;
}

/**
 * Applies a plan exactly as it stands: refuses it before the first write when the org moved on, writes each intention down
 * before its effect, saves what it overwrites or deletes, and accounts for every item. Applied again, it writes nothing.
 */
export async function applyPlan(
  org: OrgPorts,
  store: Store,
  ready: ReadyPlan,
  request: ApplyRequest,
  chance: Chance,
  progress: Progress
): Promise<RunResult> {
  const started = performance.now();
  const { plan } = ready;
  const applied = async (): Promise<RunResult | undefined> => {
    const earlier = await succeededRun(store, plan);
    return earlier && { ...earlier, status: 'alreadyApplied', durationMs: Math.round(performance.now() - started) };
  };
  const before = await applied();
  if (before) return before;
  refuseTooMany(plan, request.maxChanges);
  const lock = await store.lock(org.identity.orgId, `rollback apply of plan ${plan.id}`, request.breakLock);
  try {
    // Somebody else may have applied it between the look and the lock, and given rows new Ids.
    const meanwhile = await applied();
    if (meanwhile) return meanwhile;
    await refuseBehindEarlierRuns(store, plan);
    const snapshotId = parseStoreId(plan.snapshotId) as StoreId;
    const current: ReadyPlan = {
      ...ready,
      baseline: { ...ready.baseline, idMap: await knownNewIds(store, snapshotId) },
    };
    const checked = await checkFresh(org, current, progress);
    // Twice the estimate: automation in the org makes writes fail and be tried again.
    const tooLittle = headroomRefusal(2 * plan.estimate.requests, allowanceOf(org.apiUsage()));
    if (tooLittle) throw tooLittle;
    const folder = await store.create('runs', makeStoreId(chance.now(), org.identity.label, chance.entropy(3)));
    const journal = RunJournal.begin(folder, chance);
    const orgTime = org.lastAnswerAt();
    await journal.append({
      kind: 'runOpened',
      runId: folder.id,
      planId: plan.id,
      planDigest: plan.digest,
      snapshotId: plan.snapshotId,
      orgId: plan.orgId,
      username: org.identity.username,
      ...(request.reason ? { reason: request.reason } : {}),
      ...(ready.baseline.snapshot.undoOf ? { undoes: ready.baseline.snapshot.undoOf } : {}),
      ...(orgTime ? { orgTime } : {}),
    });
    return await orCutOff(folder.id, async () => {
      const run = runContext(org, current, folder, journal, checked.current, request, {
        ...{ chance, progress },
        isHeld: () => lock.isHeld(),
      });
      if (request.cpqTriggers === 'attested-off')
        await journal.append({ kind: 'switchOff', name: CPQ_TRIGGERS, by: 'operator' });
      return throughToTheEnd(run, request, started);
    });
  } finally {
    await lock.release();
  }
}

export const CPQ_TRIGGERS = 'CPQ triggers';

export function refuseTooMany(plan: RollbackPlan, maxChanges: number | undefined): void {
  const changes = plan.steps.reduce((n, step) => n + step.count - (step.onlyChecked ?? 0), 0);
  if (maxChanges !== undefined && changes > maxChanges)
    throw new Refusal('tooManyChanges', { tokens: [changes, maxChanges] });
}

/** What a run that is gone on with knows already. */
export interface Before {
  readonly idMap: ReadonlyMap<string, string>;
  readonly begun: ReadonlyMap<string, ReadonlySet<string>>;
  readonly outcomes: ReadonlyMap<string, readonly ItemOutcome[]>;
  readonly returned: ReadonlySet<string>;
  readonly inDoubt: ReadonlySet<string>;
}

const NOTHING_BEFORE: Before = {
  idMap: new Map(),
  begun: new Map(),
  outcomes: new Map(),
  returned: new Set(),
  inDoubt: new Set(),
};

export function runContext(
  org: OrgPorts,
  { plan, baseline, folder: planFolder }: ReadyPlan,
  folder: StoreFolder,
  journal: RunJournal,
  current: Current,
  options: RunOptions,
  surroundings: {
    readonly chance: Chance;
    readonly progress: Progress;
    /** Whether the lock of the org is still this run's. */
    readonly isHeld: () => Promise<boolean>;
  },
  before: Before = NOTHING_BEFORE
): RunContext {
  return {
    ...{ org, plan, baseline, planFolder, folder, journal, current },
    ...{ chance: surroundings.chance, progress: surroundings.progress },
    mayWrite: async () => {
      journal.refuseIfBroken();
      if (!(await surroundings.isHeld()))
        throw new Refusal('lockLost', { tokens: [folder.id], exitCode: EXIT.interrupted });
    },
    undo: new UndoPoint(folder),
    ahead: new ReadAhead(() => surroundings.chance.now()),
    tests: { names: options.tests, ...(options.testLevel ? { level: options.testLevel } : {}) },
    // What the baseline knows is of all runs of the org, this one included: a later one may have renewed a row once more.
    idMap: new Map([...before.idMap, ...baseline.idMap]),
    returning: rowsReturning(plan, current.items),
    returned: new Set(before.returned),
    inDoubt: new Set(before.inDoubt),
    strays: strayRows(plan, current.items),
    elsewhere: fieldsWritten(plan, current.items),
    begun: before.begun,
    intended: new Set(),
    outcomes: new Map(before.outcomes),
    settledThen: new Set(before.outcomes.keys()),
  };
}

/** The steps that are left, the reminder of what is to be switched on again, and the account. */
export async function throughToTheEnd(run: RunContext, options: RunOptions, started: number): Promise<RunResult> {
  // Also where the org had no flow at all: gone on with, the run has to know that what it finds is its own.
  if (run.plan.steps.some(({ lane }) => lane === 'flows')) await run.undo.flows(run.current.flows);
  await quarantine(run);
  const stopped = await carryOut(run, options.stopAsked);
  if (stopped?.by === 'error') options.onStopped?.(stopped.error);
  const result = await closeRun(run, stopped !== undefined, Math.round(performance.now() - started));
  // Last of all: a run that dies before has reminded nobody, and the next command warns.
  if (options.cpqTriggers === 'attested-off')
    await run.journal.append({ kind: 'switchBack', name: CPQ_TRIGGERS, how: 'reminded' });
  return result;
}

/** A run that could not even give its account (the disk is full): it stays open, and says how to go on. */
export async function orCutOff<T>(runId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal && error.key === 'lockLost') throw error;
    const { message } = reasonOf(error);
    throw new Refusal('runCutOff', {
      tokens: [runId, message],
      actionTokens: [runId],
      exitCode: EXIT.interrupted,
      cause: error,
    });
  }
}
