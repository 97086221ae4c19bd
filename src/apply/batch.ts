import type { RollbackPlan, Step } from '../plan/rollbackPlan.js';
import { flowBatch } from './flowLane.js';

/** Which steps go to the org in one go with `step`: all of its kind that wait for nothing any more. In plan order. */
export function batchOf(plan: RollbackPlan, step: Step, done: ReadonlySet<string>): Step[] {
  const kind = kindOf(step);
  if (kind === undefined) return [step];
  return plan.steps.filter(
    (other) => kindOf(other) === kind && !done.has(other.id) && other.waitsFor.every((id) => done.has(id))
  );
}

/** Record steps go alone: each is a request or a job of its own. */
function kindOf(step: Step): string | undefined {
  if (step.lane === 'flows') return `flows ${flowBatch(step)}`;
  return step.detail.kind === 'component' ? 'components' : undefined;
}
