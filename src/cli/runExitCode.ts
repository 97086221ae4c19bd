import type { RunResult } from '../apply/applyPlan.js';
import { EXIT } from '../model/refusal.js';

/** The exit code of `apply`, from what became of the run. */
export function exitCodeOf(result: RunResult): number {
  if (result.status === 'interrupted' || (result.totals.inDoubt ?? 0) > 0) return EXIT.interrupted;
  if (result.status === 'partial') return EXIT.partial;
  return result.status === 'failed' ? EXIT.failed : EXIT.done;
}
