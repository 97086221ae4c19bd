import type { Choice } from './choice.js';

/** What a person asked for. */
export interface PlanRequest {
  readonly choice: Choice;
  readonly everybody: boolean;
  readonly changedBy: readonly string[];
  readonly full: boolean;
  readonly acceptGaps: boolean;
}
