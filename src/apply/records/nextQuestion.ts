import type { RecordStep, RunContext } from '../runContext.js';
import { firstQuestion, itemsNow } from './recordItem.js';

/** A longer question is left to the step itself: its answer would get old. */
const MOST = 4;

function nextRecordStep(run: RunContext, step: RecordStep): RecordStep | undefined {
  const at = run.plan.steps.findIndex(({ id }) => id === step.id);
  const next = run.plan.steps.slice(at + 1).find(({ id }) => !run.outcomes.has(id));
  return next?.detail.kind === 'records' ? (next as RecordStep) : undefined;
}

/** Has the describe at hand that `nextQuestion` needs, so that nothing is asked between the rows of this step and their write. */
export async function describeNext(run: RunContext, step: RecordStep): Promise<void> {
  const next = nextRecordStep(run, step);
  if (next) await run.org.describe(next.detail.object).catch(() => undefined);
}

/**
 * What the step after this one will ask first, where it is about rows too: asked along with the last request of this step, it
 * costs none of its own. Nothing where that cannot be said; a question that was not asked ahead the step asks itself.
 */
export async function nextQuestion(run: RunContext, step: RecordStep): Promise<readonly string[]> {
  const next = nextRecordStep(run, step);
  if (!next) return [];
  // What fails here fails once more, and is told, when the step itself begins.
  const question = await firstQuestion(run, next, itemsNow(run, next)).catch(() => undefined);
  return question && question.soqls.length <= MOST ? question.soqls : [];
}
