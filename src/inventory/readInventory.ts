import pLimit from 'p-limit';
import { undoneRuns } from '../apply/earlierRuns.js';
import { readJournal, runState, type JournalEntry } from '../apply/journal/journal.js';
import type { StoreId } from '../model/ids.js';
import { parseJson } from '../model/json.js';
import { addCounts } from '../model/operation.js';
import { Refusal } from '../model/refusal.js';
import { readPlan } from '../plan/readPlan.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { readSnapshot } from '../snapshot/baseline.js';
import type { Store, StoreFolder, StoreKind } from '../store/ports.js';
import type { Verdict } from '../validate/verdict.js';
import type { Inventory, PlanEntry, PlanState, RunEntry, SnapshotEntry } from './entry.js';

/** Rows deleted longer ago than this are no longer in the recycle bin. */
const BIN_DAYS = 15;
const PARALLEL_READS = 16;

/**
 * Everything a store holds and how it stands, from its files alone. What is damaged is an entry that says so: it never
 * hides its neighbours. Writes nothing.
 */
export async function readInventory(store: Store, now: Date): Promise<Inventory> {
  const limit = pLimit(PARALLEL_READS);
  const each = async <T>(kind: StoreKind, read: (folder: StoreFolder) => Promise<T>): Promise<T[]> =>
    Promise.all((await store.ids(kind)).map((id: StoreId) => limit(async () => read(await store.open(kind, id)))));
  const undone = await undoneRuns(store);
  const runs = (await each('runs', readRunEntry)).map((run) => ({ ...run, undone: undone.has(run.id) }));
  const plans = await each('plans', (folder) => readPlanEntry(folder, runs));
  const snapshots = await each('snapshots', (folder) => readSnapshotEntry(folder, runs, now));
  return { snapshots, plans: plans.map((plan) => withNewer(plan, plans)), runs };
}

/** The reason of a refusal, without the ids that stand beside it anyway. */
function reasonOf(error: unknown): string {
  return error instanceof Refusal ? (error.tokens.at(-1) ?? error.key) : (error as Error).message;
}

async function readSnapshotEntry(folder: StoreFolder, runs: readonly RunEntry[], now: Date): Promise<SnapshotEntry> {
  const known = { kind: 'snapshot' as const, id: folder.id as string, path: folder.display };
  try {
    const snapshot = await readSnapshot(folder);
    return {
      ...known,
      state: snapshot.complete ? 'complete' : 'incomplete',
      problem: null,
      orgId: snapshot.orgId,
      label: snapshot.label ?? null,
      follows: snapshot.follows ?? null,
      undoOf: snapshot.undoOf ?? null,
      username: snapshot.username,
      createdAt: snapshot.createdAt,
      counts: snapshot.counts,
      holes: snapshot.gaps.filter((gap) => gap.severity === 'hole').length,
      goneBackToBy: runs
        .filter((run) => run.snapshotId === snapshot.id && run.state === 'succeeded' && !run.undone)
        .map((run) => run.id),
      olderThanRecycleBin: now.getTime() - Date.parse(snapshot.createdAt) > BIN_DAYS * 86_400_000,
    };
  } catch (error) {
    return {
      ...known,
      state: (await folder.exists('snapshot.json')) ? 'damaged' : 'unfinished',
      problem: reasonOf(error),
      orgId: null,
      label: null,
      follows: null,
      undoOf: null,
      username: null,
      createdAt: null,
      counts: null,
      holes: 0,
      goneBackToBy: [],
      olderThanRecycleBin: false,
    };
  }
}

async function readPlanEntry(folder: StoreFolder, runs: readonly RunEntry[]): Promise<PlanEntry> {
  const known = { kind: 'plan' as const, id: folder.id as string, path: folder.display };
  // A run that was taken back leaves its plan as if it had never been applied.
  const mine = runs.filter((run) => run.planId === folder.id && !run.undone);
  try {
    const plan = await readPlan(folder);
    return {
      ...known,
      state: planState(plan, mine),
      problem: null,
      orgId: plan.orgId,
      snapshotId: plan.snapshotId,
      createdAt: plan.createdAt,
      createdBy: plan.createdBy,
      summary: plan.summary,
      steps: plan.steps.length,
      items: plan.steps.reduce((n, step) => n + step.count, 0),
      conflicts: plan.conflicts.length,
      manual: plan.manual.length,
      runs: mine.map((run) => run.id),
    };
  } catch (error) {
    return {
      ...known,
      state: (await folder.exists('plan.json')) ? 'damaged' : 'unfinished',
      problem: reasonOf(error),
      orgId: null,
      snapshotId: null,
      createdAt: null,
      createdBy: null,
      summary: {},
      steps: 0,
      items: 0,
      conflicts: 0,
      manual: 0,
      runs: mine.map((run) => run.id),
    };
  }
}

/** How a plan stands by what its runs came to. */
export function planState(plan: Pick<RollbackPlan, 'empty' | 'applicable'>, runs: readonly RunEntry[]): PlanState {
  if (runs.some((run) => run.state === 'succeeded' || run.state === 'alreadyApplied')) return 'applied';
  if (runs.length > 0) return 'begun';
  if (plan.empty) return 'empty';
  return plan.applicable ? 'open' : 'notApplicable';
}

function withNewer(plan: PlanEntry, plans: readonly PlanEntry[]): PlanEntry {
  const newer = plans.some(
    (other) =>
      other.snapshotId !== null &&
      other.snapshotId === plan.snapshotId &&
      other.orgId === plan.orgId &&
      (other.createdAt ?? '') > (plan.createdAt ?? '')
  );
  return plan.state === 'open' && newer ? { ...plan, state: 'superseded' } : plan;
}

async function readRunEntry(folder: StoreFolder): Promise<RunEntry> {
  const known = { kind: 'run' as const, id: folder.id as string, path: folder.display };
  const broken = (problem: string): RunEntry => ({
    ...known,
    state: 'damaged',
    problem,
    orgId: null,
    planId: null,
    snapshotId: null,
    username: null,
    reason: null,
    openedAt: null,
    closedAt: null,
    settledSteps: 0,
    openSteps: [],
    undoes: null,
    undone: false,
    totals: {},
    verdict: null,
    switchesOff: [],
  });
  if (!(await folder.exists('journal.ndjson'))) return broken('journal.ndjson is missing');
  const journal = readJournal((await folder.read('journal.ndjson')).toString('utf8'));
  if (journal.kind !== 'whole') return broken(`journal.ndjson was edited at line ${journal.line}`);
  const state = runState(journal.entries);
  const [first] = journal.entries;
  if (!state || first?.kind !== 'runOpened') return broken('journal.ndjson does not say which run it is');
  const settled = [...state.steps.values()].flatMap((step) => step.settled ?? []);
  return {
    ...known,
    state: state.status ?? 'cutOff',
    problem: null,
    orgId: first.orgId,
    planId: first.planId,
    snapshotId: first.snapshotId,
    username: first.username,
    reason: first.reason ?? null,
    openedAt: first.at,
    closedAt: closedAt(journal.entries),
    settledSteps: settled.length,
    openSteps: state.open,
    undoes: state.undoes ?? null,
    undone: false,
    totals: addCounts(settled.map(({ counts }) => counts)),
    verdict: await lastVerdict(folder),
    switchesOff: (await folder.exists('switchedBack.json')) ? [] : state.switchesOff,
  };
}

function closedAt(entries: readonly JournalEntry[]): string | null {
  const closed = entries.findLast((entry) => entry.kind === 'runClosed');
  return closed?.at ?? null;
}

const VERDICTS: readonly Verdict[] = ['restored', 'restoredExceptKept', 'notRestored'];

async function lastVerdict(folder: StoreFolder): Promise<Verdict | null> {
  if (!(await folder.exists('validation.json'))) return null;
  try {
    const { verdict } = parseJson((await folder.read('validation.json')).toString('utf8')) as { verdict?: unknown };
    return VERDICTS.find((known) => known === verdict) ?? null;
  } catch {
    // Evidence that cannot be read is none; `show` names the file.
    return null;
  }
}
