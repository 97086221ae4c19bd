import { allowanceNearlySpent } from '../model/headroom.js';
import { EXIT, Refusal } from '../model/refusal.js';
import { recordTarget } from '../model/selector.js';
import { permissionTarget } from '../permissions/permissionRow.js';
import type { Step } from '../plan/rollbackPlan.js';
import { Beside, goesBesideRows, type Stopped } from './beside.js';
import { batchOf } from './components/batch.js';
import { applyComponentSteps } from './components/componentLane.js';
import { reasonOf, stopsRun } from './errorKinds.js';
import { applyFlowSteps } from './flows/flowLane.js';
import type { ItemOutcome } from './outcome.js';
import { applyPermissionSteps } from './permissions/permissionLane.js';
import { applyRecordStep } from './records/recordLane.js';
import { CHANGED_AGAIN } from './records/rowOutcome.js';
import { itemOutcome, settle, type RunContext } from './runContext.js';

/**
 * Goes through the steps that have no outcome yet, in plan order. Component steps that are due at the same time go in one
 * deployment, and beside one that rows have nothing to do with the record steps go on. Where it is stopped, or an error
 * leaves open what the org did, the steps in hand stay open in the journal and the rest untouched: a run goes on from there.
 */
export async function carryOut(run: RunContext, stopAsked: () => boolean): Promise<Stopped | undefined> {
  const beside = new Beside(run, carryOutTogether);
  let stopped: Stopped | undefined;
  try {
    stopped = await inPlanOrder(run, beside, stopAsked);
    if (stopped?.by === 'error') beside.beginNothing(stopped.error);
  } catch (error) {
    beside.beginNothing(error);
    throw error;
  } finally {
    // Whatever happened here, what the org was asked for beside it comes to its account.
    await beside.end();
  }
  if (stopped?.by !== 'error') stopped = beside.stopped() ?? stopped;
  if (stopped) leaveRest(run);
  return stopped;
}

async function inPlanOrder(run: RunContext, beside: Beside, stopAsked: () => boolean): Promise<Stopped | undefined> {
  const done = new Set<string>(run.outcomes.keys());
  for (const step of run.plan.steps) {
    if (done.has(step.id)) continue;
    if (!beside.lets(step)) await beside.end();
    const stopped = beside.stopped() ?? (await reasonToStop(run, stopAsked));
    if (stopped) return stopped;
    const together = batchOf(run.plan, step, done);
    for (const member of together) done.add(member.id);
    const due: Step[] = [];
    for (const member of together) {
      const cause = member.waitsFor.find((id) => !succeeded(run.outcomes.get(id)));
      if (cause === undefined) due.push(member);
      else await settle(run, member, itemsOf(run, member, { ...WAITED, message: `step ${cause} did not succeed` }));
    }
    if (due.length === 0) continue;
    if (goesBesideRows(run, due, done)) beside.begin(due);
    else {
      const why = await carryOutTogether(run, due);
      if (why) return why;
    }
  }
  return undefined;
}

async function reasonToStop(run: RunContext, stopAsked: () => boolean): Promise<Stopped | undefined> {
  if (stopAsked()) return { by: 'asked' };
  const usage = run.org.apiUsage();
  if (allowanceNearlySpent(usage)) {
    const said = `${usage?.used} of ${usage?.max} requests are used`;
    return { by: 'error', error: new Refusal('apiLimitReached', { tokens: [said], exitCode: EXIT.interrupted }) };
  }
  await run.mayWrite();
  return undefined;
}

/** Steps that go to the org together. Each has an outcome then, unless the run has to stop. */
async function carryOutTogether(run: RunContext, due: readonly Step[]): Promise<Stopped | undefined> {
  const [step] = due;
  if (step === undefined) return undefined;
  run.progress.stage(stageName(step));
  run.progress.detail(step.target);
  try {
    if (step.detail.kind !== 'records') run.ahead.forget();
    if (step.lane === 'flows') await applyFlowSteps(run, due);
    else if (step.detail.kind === 'component') await applyComponentSteps(run, due);
    else if (step.detail.kind === 'permissions') await applyPermissionSteps(run, due);
    else await applyRecordStep(run, step);
    return undefined;
  } catch (error) {
    const unsettled = due.filter((member) => !run.outcomes.has(member.id));
    // Of a step begun before a crash, what it did then is not known before it could be read again.
    const unread = unsettled.some(({ id }) => run.begun.has(id) && !run.intended.has(id));
    if (!stopsRun(error) && !unread) {
      for (const member of unsettled)
        await settle(run, member, itemsOf(run, member, { outcome: 'failed', ...reasonOf(error) }));
      return undefined;
    }
    for (const member of unsettled) {
      const began = run.intended.has(member.id) || run.begun.has(member.id);
      run.outcomes.set(member.id, itemsOf(run, member, { outcome: began ? 'inDoubt' : 'skipped', ...reasonOf(error) }));
    }
    return { by: 'error', error };
  }
}

const WAITED = { outcome: 'skipped', code: 'DEPENDS_ON_FAILED' } as const;

/** Every item of a run has an outcome, also those that were not begun. In the journal they stay as they are. */
function leaveRest(run: RunContext): void {
  for (const step of run.plan.steps.filter(({ id }) => !run.outcomes.has(id)))
    run.outcomes.set(
      step.id,
      itemsOf(run, step, { outcome: 'skipped', code: 'STOPPED', message: 'the run was stopped before this step' })
    );
}

function stageName(step: Step): string {
  if (step.lane === 'flows') return 'Switching flow versions';
  if (step.lane === 'metadata') return 'Deploying the way back';
  return step.lane === 'permissions' ? 'Restoring permissions' : 'Restoring records';
}

/** A step on which others wait succeeded when nothing in it failed altogether: single rows may have. */
function succeeded(outcomes: readonly ItemOutcome[] | undefined): boolean {
  if (!outcomes) return false;
  return (
    outcomes.length === 0 ||
    outcomes.some(
      ({ outcome, code }) => ['restored', 'alreadyRestored', 'neutralised'].includes(outcome) || code === CHANGED_AGAIN
    )
  );
}

/** The same outcome for every item of a step. */
export function itemsOf(
  run: RunContext,
  step: Step,
  result: Pick<ItemOutcome, 'outcome' | 'code' | 'message'>
): ItemOutcome[] {
  const { detail } = step;
  if (detail.kind === 'permissions')
    return detail.rows.map((row) =>
      itemOutcome(run, step, { target: permissionTarget(detail.parent, row), ...result })
    );
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
