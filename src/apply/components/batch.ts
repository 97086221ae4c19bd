import type { RollbackPlan, Step } from '../../plan/rollbackPlan.js';
import { flowBatch } from '../flows/flowLane.js';

/** Which steps go to the org in one go with `step`: all of its kind that wait for nothing any more. In plan order. */
export function batchOf(plan: RollbackPlan, step: Step, done: ReadonlySet<string>): Step[] {
  const kind = kindOf(step);
  if (kind === undefined) return [step];
  if (kind === 'permissions') return untilOther(plan, step, done);
  return plan.steps.filter(
    (other) => kindOf(other) === kind && !done.has(other.id) && other.waitsFor.every((id) => done.has(id))
  );
}

/** Permission rows go in few calls, as far as nothing stands between them in the plan. */
function untilOther(plan: RollbackPlan, step: Step, done: ReadonlySet<string>): Step[] {
  const rest = plan.steps.slice(plan.steps.indexOf(step));
  const end = rest.findIndex(
    (other) => other.lane !== 'permissions' || done.has(other.id) || other.waitsFor.some((id) => !done.has(id))
  );
  return end < 0 ? rest : rest.slice(0, end);
}

/** Record steps go alone: each is a request or a job of its own. */
function kindOf(step: Step): string | undefined {
  if (step.lane === 'flows') return `flows ${flowBatch(step)}`;
  if (step.lane === 'permissions') return 'permissions';
  return step.detail.kind === 'component' ? 'components' : undefined;
}
