import { addCounts, countOutcomes, type Operation, type OutcomeCounts } from '../model/operation.js';
import { makeStoreId, parseStoreId, type StoreId } from '../model/ids.js';
import type { Chance, Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import { recordTarget } from '../model/selector.js';
import type { OrgPorts, TestLevel } from '../org/ports.js';
import { readPlan } from '../plan/readPlan.js';
import type { RollbackPlan, Step } from '../plan/rollbackPlan.js';
import { openBaseline, type Baseline } from '../snapshot/baseline.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { applyComponentSteps } from './componentLane.js';
import { applyFlowStep } from './flowLane.js';
import { readJournal, runState, type RunStatus } from './journal.js';
import { outcomesCsv, type ItemOutcome } from './outcome.js';
import { knownNewIds } from './knownNewIds.js';
import { checkTargets, fieldsWritten, rowsReturning, type Checked, type Moved } from './preconditions.js';
import { applyRecordStep } from './recordLane.js';
import { itemOutcome, RunJournal, settle, type RunContext } from './runContext.js';
import { UndoPoint } from './undoPoint.js';

export interface ApplyRequest {
  readonly planId: StoreId;
  readonly maxChanges?: number;
  readonly reason?: string;
  readonly testLevel?: TestLevel;
  readonly tests: readonly string[];
  /** What the operator says of the package's triggers; undefined when the plan writes no record of the package. */
  readonly cpqTriggers?: 'attested-off' | 'leave-on';
  /** True once a person asked to stop: the step in flight is settled, the next is not begun. */
  readonly stopAsked: () => boolean;
}

export interface StepResult {
  readonly id: string;
  readonly operation: Operation;
  readonly target: string;
  readonly counts: OutcomeCounts;
  readonly errors: ReadonlyArray<{ readonly target: string; readonly code: string; readonly message: string }>;
}

export interface RunResult {
  readonly runId: string;
  readonly planId: string;
  readonly status: RunStatus;
  readonly steps: readonly StepResult[];
  readonly totals: OutcomeCounts;
  readonly undoPoint: string;
  readonly idMap: Readonly<Record<string, string>>;
  readonly durationMs: number;
}

/** A plan that was opened for this org and may be applied: whole, of this org, and its snapshot is whole too. */
export interface ReadyPlan {
  readonly plan: RollbackPlan;
  readonly folder: StoreFolder;
  readonly baseline: Baseline;
}

/** Opens a plan and its snapshot and proves that they belong to this org. Sends nothing. */
export async function openPlan(org: OrgPorts, store: Store, id: StoreId): Promise<ReadyPlan> {
  const folder = await store.open('plans', id);
  const plan = await readPlan(folder);
  if (plan.orgId !== org.identity.orgId)
    throw new Refusal('wrongOrg', { tokens: [`plan ${id}`, plan.orgId, org.identity.orgId] });
  const snapshotId = parseStoreId(plan.snapshotId);
  if (!snapshotId)
    throw new Refusal('planDamaged', { tokens: [id, `its snapshot has no valid id: ${plan.snapshotId}`] });
  const baseline = await openBaseline(store, snapshotId, org.identity.orgId, await knownNewIds(store, snapshotId));
  if (baseline.snapshot.digest !== plan.snapshotDigest)
    throw new Refusal('snapshotDamaged', {
      tokens: [snapshotId, 'snapshot.json', 'it is not the one the plan was made from'],
    });
  return { plan, folder, baseline };
}

/** The finished run of a plan that succeeded, if there is one. */
async function succeededRun(store: Store, plan: RollbackPlan): Promise<RunResult | undefined> {
  for (const id of (await store.ids('runs')).reverse()) {
    const folder = await store.open('runs', id);
    if (!(await folder.exists('journal.ndjson')) || !(await folder.exists('result.json'))) continue;
    const journal = readJournal((await folder.read('journal.ndjson')).toString('utf8'));
    const state = journal.kind === 'whole' ? runState(journal.entries) : undefined;
    if (state?.planDigest === plan.digest && (state.status === 'succeeded' || state.status === 'alreadyApplied'))
      return {
        ...(JSON.parse((await folder.read('result.json')).toString('utf8')) as RunResult),
        undoPoint: `${folder.display}/undo`,
      };
  }
  return undefined;
}

/** Whether a run has carried this plan out: applied again, it writes nothing. */
export async function isApplied(store: Store, plan: RollbackPlan): Promise<boolean> {
  return (await succeededRun(store, plan)) !== undefined;
}

/** Reads every target and refuses a plan from which the org has moved on, naming each item. Writes nothing. */
export async function checkFresh(org: OrgPorts, ready: ReadyPlan, progress: Progress): Promise<Checked> {
  progress.stage('Checking that the plan still fits');
  if (!ready.plan.applicable && ready.plan.steps.length > 0)
    throw new Refusal('planNotApplicable', {
      tokens: [
        ready.plan.id,
        ready.plan.findings
          .filter((finding) => finding.severity === 'error')
          .map((finding) => finding.message)
          .join(' '),
      ],
      actionTokens: [ready.plan.snapshotId, org.identity.label],
    });
  const writesRecords = ready.plan.steps.some((step) => step.lane === 'records');
  const [deployments, jobs, viewsAll, checked] = await Promise.all([
    org.deploymentsSince(ready.plan.createdAt),
    writesRecords ? org.ingestJobsInFlight() : [],
    writesRecords ? org.viewsAllData() : true,
    checkTargets(org, ready.plan, ready.folder, ready.baseline.idMap),
  ]);
  if (!viewsAll) {
    const objects = ready.plan.steps.flatMap(({ detail }) => (detail.kind === 'records' ? [detail.object] : []));
    throw new Refusal('viewAllNeeded', { tokens: [[...new Set(objects)].join(', ')] });
  }
  const running = [
    ...deployments
      .filter((deployment) => deployment.completedAt === null && !deployment.checkOnly)
      .map((deployment) => `deployment ${deployment.id} by ${deployment.createdByName}`),
    ...jobs.map((job) => `bulk load ${job.id} of ${job.object}`),
  ];
  if (running.length > 0) throw new Refusal('inFlight', { tokens: [running.join('; ')] });
  if (checked.moved.length > 0) throw await stale(org, ready.plan, checked.moved);
  return checked;
}

async function stale(org: OrgPorts, plan: RollbackPlan, moved: readonly Moved[]): Promise<Refusal> {
  const names = await org.userNames(moved.flatMap((item) => item.byId ?? []));
  const lines = moved.map((item) => ({
    target: item.target,
    what: item.what,
    by: item.byId ? (names.get(item.byId) ?? item.byId) : null,
    at: item.at,
  }));
  const text = lines
    .slice(0, 20)
    .map((line) => `${line.target}: ${line.what}${line.by ? ` (${line.by}${line.at ? `, ${line.at}` : ''})` : ''}`)
    .join('\n  ');
  return new Refusal('planStale', {
    tokens: [`${text}${lines.length > 20 ? `\n  and ${lines.length - 20} more` : ''}`],
    actionTokens: [plan.snapshotId, org.identity.label],
    data: { moved: lines },
  });
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
  const earlier = await succeededRun(store, plan);
  if (earlier) return { ...earlier, status: 'alreadyApplied', durationMs: Math.round(performance.now() - started) };
  const changes = plan.steps.reduce((n, step) => n + step.count, 0);
  if (request.maxChanges !== undefined && changes > request.maxChanges)
    throw new Refusal('tooManyChanges', { tokens: [changes, request.maxChanges] });
  const lock = await store.lock(org.identity.orgId, `rollback apply of plan ${plan.id}`);
  try {
    const checked = await checkFresh(org, ready, progress);
    const folder = await store.create('runs', makeStoreId(chance.now(), org.identity.label, chance.entropy(3)));
    const journal = new RunJournal(folder, chance);
    await journal.append({
      kind: 'runOpened',
      runId: folder.id,
      planId: plan.id,
      planDigest: plan.digest,
      snapshotId: plan.snapshotId,
      orgId: plan.orgId,
      username: org.identity.username,
      ...(request.reason ? { reason: request.reason } : {}),
    });
    const run: RunContext = {
      org,
      baseline: ready.baseline,
      plan,
      planFolder: ready.folder,
      folder,
      journal,
      undo: new UndoPoint(folder),
      chance,
      progress,
      current: checked.current,
      tests: { names: request.tests, ...(request.testLevel ? { level: request.testLevel } : {}) },
      idMap: new Map(ready.baseline.idMap),
      returning: rowsReturning(plan, checked.current.items),
      returned: new Set(),
      elsewhere: fieldsWritten(plan, checked.current.items),
      outcomes: new Map(),
    };
    if (request.cpqTriggers === 'attested-off')
      await journal.append({ kind: 'switchOff', name: 'CPQ triggers', by: 'operator' });
    if (checked.current.flows.length > 0) await run.undo.flows(checked.current.flows);
    const interrupted = await goThrough(run, request.stopAsked);
    if (request.cpqTriggers === 'attested-off')
      await journal.append({ kind: 'switchBack', name: 'CPQ triggers', how: 'reminded' });
    return await close(run, interrupted, Math.round(performance.now() - started));
  } finally {
    await lock.release();
  }
}

/** Goes through the steps in plan order. Component steps that are due at the same time go in one deployment. True when stopped. */
async function goThrough(run: RunContext, stopAsked: () => boolean): Promise<boolean> {
  const done = new Set<string>();
  for (const step of run.plan.steps) {
    if (done.has(step.id)) continue;
    if (stopAsked()) {
      await leaveRest(run);
      return true;
    }
    const together =
      step.detail.kind === 'component'
        ? run.plan.steps.filter(
            (other) =>
              other.detail.kind === 'component' && !done.has(other.id) && other.waitsFor.every((id) => done.has(id))
          )
        : [step];
    for (const member of together) done.add(member.id);
    const due: Step[] = [];
    for (const member of together) {
      const cause = member.waitsFor.find((id) => !succeeded(run.outcomes.get(id)));
      if (cause === undefined) due.push(member);
      else
        await settle(
          run,
          member,
          itemsOf(run, member, {
            outcome: 'skipped',
            code: 'DEPENDS_ON_FAILED',
            message: `step ${cause} did not succeed`,
          })
        );
    }
    if (due.length === 0) continue;
    run.progress.stage(stageName(step));
    run.progress.detail(step.target);
    try {
      if (step.lane === 'flows') await applyFlowStep(run, step);
      else if (step.detail.kind === 'component') await applyComponentSteps(run, due);
      else await applyRecordStep(run, step);
    } catch (error) {
      const unsettled = due.filter((member) => !run.outcomes.has(member.id));
      for (const member of unsettled)
        await settle(run, member, itemsOf(run, member, { outcome: 'inDoubt', ...reasonOf(error) }));
      // Without a session nothing that follows can work: what is left stays untouched, and can be gone on with later.
      if (error instanceof Refusal) {
        await leaveRest(run);
        return true;
      }
    }
  }
  return false;
}

/** Every item of a run has an outcome, also those that were not begun. */
async function leaveRest(run: RunContext): Promise<void> {
  for (const step of run.plan.steps.filter(({ id }) => !run.outcomes.has(id))) {
    await settle(
      run,
      step,
      itemsOf(run, step, { outcome: 'skipped', code: 'STOPPED', message: 'the run was stopped before this step' })
    );
  }
}

function reasonOf(error: unknown): { code: string; message: string } {
  const { code, message } = error as { code?: string; message: string };
  return { code: error instanceof Refusal ? error.key : (code ?? 'UNKNOWN'), message };
}

function stageName(step: Step): string {
  if (step.lane === 'flows') return 'Switching flow versions';
  return step.lane === 'metadata' ? 'Deploying the way back' : 'Restoring records';
}

/** A step on which others wait succeeded when nothing in it failed altogether: single rows may have. */
function succeeded(outcomes: readonly ItemOutcome[] | undefined): boolean {
  if (!outcomes) return false;
  return (
    outcomes.length === 0 ||
    outcomes.some((outcome) => ['restored', 'alreadyRestored', 'neutralised'].includes(outcome.outcome))
  );
}

/** The same outcome for every item of a step. */
function itemsOf(
  run: RunContext,
  step: Step,
  result: Pick<ItemOutcome, 'outcome' | 'code' | 'message'>
): ItemOutcome[] {
  const { detail } = step;
  if (detail.kind !== 'records') return [itemOutcome(run, step, result)];
  return (run.current.items.get(step.id) ?? []).map((item) =>
    itemOutcome(run, step, {
      target: recordTarget(detail.object, item.id),
      before: item.before,
      planned: item.after,
      ...result,
    })
  );
}

async function close(run: RunContext, interrupted: boolean, durationMs: number): Promise<RunResult> {
  const all = [...run.outcomes.values()].flat();
  const steps: StepResult[] = run.plan.steps
    .filter((step) => run.outcomes.has(step.id))
    .map((step) => {
      const outcomes = run.outcomes.get(step.id) ?? [];
      return {
        id: step.id,
        operation: step.operation,
        target: step.target,
        counts: countOutcomes(outcomes.map((outcome) => outcome.outcome)),
        errors: outcomes
          .filter((outcome) => ['failed', 'skipped', 'conflict', 'inDoubt'].includes(outcome.outcome))
          .map((outcome) => ({ target: outcome.target, code: outcome.code ?? '', message: outcome.message ?? '' })),
      };
    });
  const totals = addCounts(steps.map((step) => step.counts));
  const status = statusOf(totals, interrupted);
  const newIds = [...run.idMap].filter(([old]) => run.returning.has(old)).sort(([a], [b]) => (a < b ? -1 : 1));
  const result: RunResult = {
    runId: run.folder.id,
    planId: run.plan.id,
    status,
    steps,
    totals,
    undoPoint: run.undo.display,
    idMap: Object.fromEntries(newIds),
    durationMs,
  };
  await run.folder.write('outcomes.csv', outcomesCsv(all, run.org.identity.username));
  await run.folder.write(
    'idmap.csv',
    ['old,new', ...newIds.map((pair) => pair.join(','))].map((line) => `${line}\n`).join('')
  );
  // Inside the store paths are relative: it can be moved, and `--store` may have been absolute.
  await run.folder.write('result.json', `${JSON.stringify({ ...result, undoPoint: 'undo' }, null, 2)}\n`);
  const orgTime = run.org.lastAnswerAt();
  await run.journal.append({ kind: 'runClosed', status, ...(orgTime ? { orgTime } : {}) });
  return result;
}

export function statusOf(totals: OutcomeCounts, interrupted: boolean): RunStatus {
  if (interrupted) return 'interrupted';
  const bad = (totals.failed ?? 0) + (totals.skipped ?? 0) + (totals.conflict ?? 0) + (totals.inDoubt ?? 0);
  const good = (totals.restored ?? 0) + (totals.neutralised ?? 0);
  if (bad === 0) return good === 0 ? 'alreadyApplied' : 'succeeded';
  return good + (totals.alreadyRestored ?? 0) > 0 || (totals.inDoubt ?? 0) > 0 ? 'partial' : 'failed';
}
