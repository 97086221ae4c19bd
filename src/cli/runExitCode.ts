import type { RunResult } from '../apply/runResult.js';
import { EXIT } from '../model/refusal.js';
import type { Verdict } from '../validate/verdict.js';

/**
 * The exit code of `apply`, from what became of the run; a run that did all it was to do has failed all the same when the
 * proof says that the org is not back.
 */
export function exitCodeOf(result: RunResult, verdict?: Verdict): number {
  if (result.status === 'interrupted' || (result.totals.inDoubt ?? 0) > 0) return EXIT.interrupted;
  if (result.status === 'partial') return EXIT.partial;
  return result.status === 'failed' || verdict === 'notRestored' ? EXIT.failed : EXIT.done;
}
