import type { RunResult } from '../apply/runResult.js';
import { OUTCOMES, type OutcomeCounts } from '../model/operation.js';
import { hanging, plural, wrap } from './table.js';
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

/** Of a plan that an earlier run carried out; whether the org still is as that run left it is another question. */
const APPLIED_BEFORE = 'Nothing to do: this plan was carried out already, by the run below.';

/** Items that were left out because the run was stopped; there is no more to say of them. */
const STOPPED = 'STOPPED';
/** Items of a step that waited for one that failed: what became of that one says it all. */
const WAITED = 'DEPENDS_ON_FAILED';
const SHOWN = 12;

/** What went wrong, item by item, in the org's own words; then the steps that were not begun. */
function errorLines(steps: RunResult['steps'], width: number): string[] {
  const entries = steps.flatMap(({ target, errors }) =>
    [...Map.groupBy(errors, ({ code, message }) => `${code}: ${message}`)]
      .filter(([, group]) => group[0]?.code !== STOPPED)
      .flatMap(([said, group]) =>
        group.length > 1 && group[0]?.code === WAITED
          ? [{ text: `${group.length} items of ${target}: ${said}`, items: group.length }]
          : group.map((error) => ({ text: `${error.target}: ${said}`, items: 1 }))
      )
  );
  const count = (some: typeof entries): number => some.reduce((n, { items }) => n + items, 0);
  const lines: string[] = [];
  if (entries.length > 0) {
    lines.push('', `${plural(count(entries), 'item')} not restored`);
    for (const { text } of entries.slice(0, SHOWN)) lines.push(...wrap(text, width - 2, '  '));
    const hidden = count(entries.slice(SHOWN));
    if (hidden > 0) lines.push(`  … and ${hidden} more in outcomes.csv`);
  }
  const open = steps.filter(({ errors }) => errors.some(({ code }) => code === STOPPED));
  const items = open.reduce((n, { errors }) => n + errors.filter(({ code }) => code === STOPPED).length, 0);
  if (items > 0)
    lines.push(
      '',
      ...wrap(
        `Not begun: ${plural(items, 'item')} of ${open.length > SHOWN ? plural(open.length, 'step') : open.map(({ id }) => id).join(', ')}.`,
        width
      )
    );
  return lines;
}

/** What a run did, with every failure in the org's own words. */
export function runReport(result: RunResult, width: number): string {
  const wroteBefore = (result.totals.restored ?? 0) + (result.totals.neutralised ?? 0) > 0;
  const done = result.status === 'alreadyApplied' && wroteBefore;
  const lines = [done ? APPLIED_BEFORE : headlines[result.status], `  Run ${result.runId}`];
  if (result.status === 'alreadyApplied') return lines.join('\n');
  lines.push(
    ...hanging(
      result.steps.map((step) => [
        step.id,
        step.target.replace(/^(flow|metadata|record|permission):/, ''),
        `${OPERATION_WORDS[step.operation]}: ${countsText(step.counts)}`,
      ]),
      width
    ).flat()
  );
  lines.push(...errorLines(result.steps, width));
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
