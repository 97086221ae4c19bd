import type { ManualItem } from '../plan/rollbackPlan.js';

/**
 * The message that tells what to do with a plan: an item for a person that asks for a new plan has to be done before that
 * plan is made, or be gone without; of others some come first.
 */
export function whatComesNext(manual: readonly ManualItem[]): 'next' | 'nextWithHandwork' | 'nextAfterNewPlan' {
  if (manual.length === 0) return 'next';
  return manual.some(({ what }) => /plan again/i.test(what)) ? 'nextAfterNewPlan' : 'nextWithHandwork';
}
