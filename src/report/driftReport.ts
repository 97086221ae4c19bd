import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { conflictEntries } from './conflictLines.js';
import { hanging, plural, wrap } from './table.js';

const SHOWN = 12;

const LANES: ReadonlyArray<readonly [lane: string, title: string]> = [
  ['flow', 'Flows'],
  ['metadata', 'Metadata'],
  ['permission', 'Permissions'],
  ['record', 'Records'],
];

/** A plan that was only asked what differs: it has no step, and nobody's changes are told from anybody's. */
export function driftReport(
  plan: RollbackPlan,
  view: { readonly width: number; readonly more: string; readonly all?: boolean; readonly compare?: string }
): string {
  const { width } = view;
  const ofLane = (lane: string): RollbackPlan['conflicts'] =>
    plan.conflicts.filter((conflict) => conflict.target.startsWith(`${lane}:`));
  const lines = [
    plan.conflicts.length === 0
      ? 'NO DRIFT: the org is as in the snapshot.'
      : `DRIFT: ${plural(plan.conflicts.length, 'difference')} since the snapshot.`,
    ...wrap(`Compared with snapshot ${plan.snapshotId}`, width, '  '),
    ...hanging(
      LANES.flatMap(([lane, title]): Array<readonly [string, string, string]> => {
        const authors = new Set(ofLane(lane).flatMap((conflict) => conflict.changedBy ?? []));
        return ofLane(lane).length > 0
          ? [['', title, `${ofLane(lane).length}${authors.size > 0 ? `, by ${[...authors].sort().join(', ')}` : ''}`]]
          : [];
      }),
      width
    ).flat(),
  ];
  for (const [lane, title] of LANES) {
    const entries = conflictEntries(ofLane(lane), () => '~', { all: view.all === true, width, lastEditorOnly: false });
    if (entries.length === 0) continue;
    const shown = view.all ? entries : entries.slice(0, SHOWN);
    lines.push('', title, ...shown.flatMap((entry) => entry.lines));
    const hidden = entries.slice(shown.length).reduce((n, { count }) => n + count, 0);
    if (hidden > 0) lines.push(...wrap(`… and ${hidden.toLocaleString('en-US')} more: ${view.more}`, width, '  '));
  }
  const notes = plan.findings.filter((finding) => finding.severity !== 'info');
  if (notes.length > 0)
    lines.push('', 'Mind', ...notes.flatMap((note) => wrap(`${note.subject}: ${note.message}`, width, '  ')));
  if (plan.conflicts.length > 0)
    lines.push(
      '',
      ...(view.compare ? ['Value by value, before and after:', `  ${view.compare}`] : []),
      ...wrap('Only compared, as asked. To take changes back, plan again without --drift-only.', width)
    );
  return lines.join('\n');
}
