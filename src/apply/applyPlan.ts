import { makeStoreId, type StoreId } from '../model/ids.js';
import type { Chance, Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import { recordTarget } from '../model/selector.js';
import type { OrgPorts, TestLevel } from '../org/ports.js';
import type { Step } from '../plan/rollbackPlan.js';
import type { Store } from '../store/ports.js';
import { batchOf } from './batch.js';
import { applyComponentSteps } from './componentLane.js';
import { applyFlowSteps } from './flowLane.js';
import type { ItemOutcome } from './outcome.js';
import { fieldsWritten, rowsReturning, strayRows } from './preconditions.js';
import { checkFresh, type ReadyPlan } from './readyPlan.js';
import { applyRecordStep } from './recordLane.js';
import { itemOutcome, RunJournal, settle, type RunContext } from './runContext.js';
import { closeRun, type RunResult } from './runResult.js';
import { succeededRun } from './succeededRun.js';
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
  const changes = plan.steps.reduce((n, step) => n + step.count - (step.onlyChecked ?? 0), 0);
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
      strays: strayRows(plan, checked.current.items),
      elsewhere: fieldsWritten(plan, checked.current.items),
      outcomes: new Map(),
    };
    if (request.cpqTriggers === 'attested-off')
      await journal.append({ kind: 'switchOff', name: 'CPQ triggers', by: 'operator' });
    if (checked.current.flows.length > 0) await run.undo.flows(checked.current.flows);
    const interrupted = await goThrough(run, request.stopAsked);
    if (request.cpqTriggers === 'attested-off')
      await journal.append({ kind: 'switchBack', name: 'CPQ triggers', how: 'reminded' });
    return await closeRun(run, interrupted, Math.round(performance.now() - started));
  } finally {
    await lock.release();
  }
}

/** Goes through the steps in plan order. Steps that are due at the same time go together where the org takes them together. True when stopped. */
async function goThrough(run: RunContext, stopAsked: () => boolean): Promise<boolean> {
  const done = new Set<string>();
  for (const step of run.plan.steps) {
    if (done.has(step.id)) continue;
    if (stopAsked()) {
      await leaveRest(run);
      return true;
    }
    const together = batchOf(run.plan, step, done);
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
      if (step.lane === 'flows') await applyFlowSteps(run, due);
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
