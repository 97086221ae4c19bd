import type { Snapshot } from '../snapshot/snapshotFormat.js';
import { columns, plural, wrap } from './table.js';
import { size } from './words.js';

/** What a snapshot holds, and what it does not. */
export function snapshotReport(snapshot: Snapshot, path: string, width: number): string {
  const { counts } = snapshot;
  const lines = wrap(`Snapshot ${snapshot.id}${snapshot.label ? ` "${snapshot.label}"` : ''}`, width);
  const rows: string[][] = [];
  if (snapshot.scope.flows.length > 0)
    rows.push(['Flows', `${plural(counts.flows, 'flow')}, ${plural(counts.flowVersions, 'version')}`]);
  if (counts.components + counts.absent > 0)
    rows.push([
      'Metadata',
      `${plural(counts.components, 'component')}${counts.absent > 0 ? `, ${counts.absent} proven absent` : ''}`,
    ]);
  if (counts.permissionRows > 0) rows.push(['Permissions', plural(counts.permissionRows, 'row')]);
  if (counts.objects > 0)
    rows.push(['Records', `${plural(counts.records, 'row')} of ${plural(counts.objects, 'object')}`]);
  rows.push(['Size', size(counts.bytes)], ['Folder', path]);
  lines.push(...columns(rows, width));
  const holes = snapshot.gaps.filter((gap) => gap.severity === 'hole');
  const limits = snapshot.gaps.filter((gap) => gap.severity === 'limit');
  if (holes.length > 0) {
    lines.push('', `INCOMPLETE: ${plural(holes.length, 'hole')}`);
    for (const gap of holes) lines.push(...wrap(`${gap.name}: ${gap.reason}`, width - 2, '  '));
  }
  if (limits.length > 0)
    lines.push(
      ...wrap(
        `Not covered: ${limits.map((gap) => gap.name).join(', ')}. Why: sf rollback show ${snapshot.id}`,
        width,
        '  '
      )
    );
  return lines.join('\n');
}
