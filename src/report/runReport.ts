import type { RunResult } from '../apply/runResult.js';
import { OUTCOMES, type OutcomeCounts } from '../model/operation.js';
import { columns, plural, wrap } from './table.js';
import { OPERATION_WORDS } from './words.js';

const words: Record<(typeof OUTCOMES)[number], string> = {
  restored: 'restored',
  alreadyRestored: 'already as before',
  neutralised: 'made harmless',
  failed: 'failed',
  skipped: 'skipped',
  conflict: 'moved meanwhile, not written',
  inDoubt: 'in doubt',
};

export function countsText(counts: OutcomeCounts): string {
  return OUTCOMES.filter((outcome) => counts[outcome])
    .map((outcome) => `${counts[outcome]} ${words[outcome]}`)
    .join(', ');
}

const headlines: Record<RunResult['status'], string> = {
  succeeded: 'Rolled back.',
  partial: 'Partly rolled back.',
  failed: 'Not rolled back: nothing succeeded.',
  interrupted: 'Stopped before the end. What was not begun is untouched.',
  alreadyApplied: 'Nothing to do: the org is already as this plan leaves it.',
};

/** What a run did, with every failure in the org's own words. */
export function runReport(result: RunResult, width: number): string {
  const lines = [headlines[result.status], `  Run ${result.runId}`];
  if (result.status === 'alreadyApplied') return lines.join('\n');
  lines.push(
    ...columns(
      result.steps.map((step) => [
        step.id,
        step.target.replace(/^(flow|metadata|record|permission):/, ''),
        OPERATION_WORDS[step.operation],
        countsText(step.counts),
      ]),
      width
    )
  );
  const errors = result.steps.flatMap((step) => step.errors);
  if (errors.length > 0) {
    lines.push('', plural(errors.length, 'item') + ' not restored');
    for (const error of errors.slice(0, 12))
      lines.push(...wrap(`${error.target}: ${error.code}: ${error.message}`, width - 2, '  '));
    if (errors.length > 12) lines.push(`  … and ${errors.length - 12} more in outcomes.csv`);
  }
  const fresh = Object.keys(result.idMap).length;
  if (fresh > 0)
    lines.push(
      '',
      ...wrap(
        `${plural(fresh, 'row')} came back under new Ids, listed in idmap.csv with their old and new auto-numbers. Files, history and shares did not come back.`,
        width
      )
    );
  lines.push(
    '',
    ...wrap(`Total: ${countsText(result.totals)}. ${(result.durationMs / 1000).toFixed(1)} s.`, width),
    ...wrap(`What was overwritten or deleted is saved in ${result.undoPoint}.`, width)
  );
  return lines.join('\n');
}
