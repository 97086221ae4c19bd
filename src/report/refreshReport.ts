import type { PlanDifference } from '../plan/planDifference.js';
import { clip, plural, wrap } from './table.js';

/** Entries that are shown before the rest is only counted; all of them are in the JSON result. */
const SHOWN = 20;

const MARKS: Record<PlanDifference['change'], string> = { added: '+', gone: '-', changed: '~' };

/** In what a plan that was made anew differs from the old one. */
export function refreshReport(
  refreshed: {
    readonly from: string;
    readonly appliedBy: string | null;
    readonly changes: readonly PlanDifference[];
  },
  width: number
): string {
  const { from, appliedBy, changes } = refreshed;
  const lines = appliedBy ? wrap(`Plan ${from} was carried out by run ${appliedBy}.`, width) : [];
  if (changes.length === 0) return [...lines, ...wrap(`Nothing differs from plan ${from}.`, width)].join('\n');
  return [
    ...lines,
    ...wrap(`Against plan ${from} (+ new, - gone, ~ different): ${plural(changes.length, 'difference')}`, width),
    ...changes.slice(0, SHOWN).map(({ change, what, target }) => clip(`  ${MARKS[change]} ${what} ${target}`, width)),
    ...(changes.length > SHOWN ? [`  and ${changes.length - SHOWN} more, with --json`] : []),
  ].join('\n');
}
