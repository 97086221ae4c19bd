import type { DraftStep, RecordItem } from '../rollbackPlan.js';

export interface RecordDraft {
  readonly key: string;
  readonly object: string;
  readonly items: readonly RecordItem[];
}

/** The record steps of one operation, with their items. */
export function recordStepsOf(steps: readonly DraftStep[], operation: DraftStep['operation']): RecordDraft[] {
  return steps.flatMap((step) =>
    step.operation === operation && step.detail.kind === 'records'
      ? [{ key: step.key, object: step.detail.object, items: step.detail.items }]
      : []
  );
}
