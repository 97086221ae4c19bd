import type { DryRun } from '../apply/dryRun.js';
import { plural, wrap } from './table.js';

/** What a dry run found, as a person reads it below the plan. */
export function dryRunReport({ planId, passes, findings }: DryRun, changes: number, width: number): string {
  const head = passes
    ? `Dry run: nothing stands in the way of ${plural(changes, 'change')}. Nothing was written.`
    : 'Dry run: it would fail as things are. Nothing was written.';
  const lines = wrap(head, width);
  for (const finding of findings) lines.push(...wrap(`${finding.subject}: ${finding.message}`, width, '  '));
  return [...lines, ...wrap(`Plan ${planId} still fits the org.`, width, '  ')].join('\n');
}
