import type { Conflict, LeftOut, ManualItem, Step } from './rollbackPlan.js';

/** A few plain sentences: roll back, or fix forward. */
export function adviceFor(
  steps: readonly Step[],
  conflicts: readonly Conflict[],
  manual: readonly ManualItem[],
  leftOut: readonly LeftOut[] = []
): string {
  if (steps.length === 0) {
    const drift = conflicts.filter((conflict) => conflict.kind === 'drift').length;
    if (drift > 0) return `${drift} ${drift === 1 ? 'thing is' : 'things are'} not as in the snapshot.`;
    if (conflicts.length + manual.length > 0)
      return 'Nothing can be taken back as it stands. See the conflicts and manual items.';
    return leftOut.length > 0
      ? 'Nothing to take back, except for what was left out.'
      : 'Nothing to take back: the org is as in the snapshot.';
  }
  const kept = conflicts.filter((conflict) => conflict.decision === 'keep').length;
  const lossy = steps.filter((step) => step.risk !== 'lossless').length;
  const pointers = steps.every(
    (step) => step.operation === 'activateFlowVersion' || step.operation === 'deactivateFlow'
  );
  const sentences: string[] = [];
  if (pointers && kept === 0)
    sentences.push('Roll back: only flow versions are switched, which takes effect at once and can be switched again.');
  else if (lossy === 0 && manual.length === 0) sentences.push('Roll back: every step can be undone without loss.');
  else
    sentences.push(
      'Roll back after reading the lossy steps and manual items; fix forward if what they leave behind costs more than the fault.'
    );
  if (lossy > 0) sentences.push(`${lossy} ${lossy === 1 ? 'step leaves' : 'steps leave'} something behind.`);
  const irreversible = steps.filter((step) => step.risk === 'irreversible').length;
  if (irreversible > 0)
    sentences.push(`${irreversible} of them cannot be undone again: fix forward unless that is what you want.`);
  const overwritten = conflicts.length - kept;
  if (overwritten > 0)
    sentences.push(
      `${overwritten} ${overwritten === 1 ? 'change' : 'changes'} by others ${overwritten === 1 ? 'is' : 'are'} overwritten as asked, and saved in quarantine first.`
    );
  if (kept > 0)
    sentences.push(`${kept} later ${kept === 1 ? 'change' : 'changes'} by others ${kept === 1 ? 'is' : 'are'} kept.`);
  if (manual.length > 0)
    sentences.push(`${manual.length} ${manual.length === 1 ? 'item needs' : 'items need'} a person.`);
  return sentences.join(' ');
}
