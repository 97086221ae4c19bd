import type { Comparison, ComponentComparison, FlowComparison, RecordComparison, Side } from '../compare/comparison.js';
import { flowDiffLines, flowDiffSummary, propertyLines } from './flowDiffLines.js';
import { valueText } from './planDetail.js';
import { clip, hanging, inPieces, plural, wrap } from './table.js';
import { changedGrants } from './stepWords.js';
import { when, withoutLane } from './words.js';

/** Entries that are shown before the rest is folded. */
const SHOWN = 15;

export interface CompareReportView {
  readonly width: number;
  /** Record values, whole texts, and nothing folded. */
  readonly detail: boolean;
  /** The command that shows what is folded. */
  readonly more: string;
}

/** How A became B, lane by lane. Record values only where the comparison has them. */
export function compareReport(comparison: Comparison, view: CompareReportView): string {
  const { width } = view;
  const { flows, components, permissions, records, notCompared } = comparison;
  const lines = [
    ...wrap(`A: ${sideWords(comparison.a)}`, width),
    ...wrap(`B: ${sideWords(comparison.b)}`, width),
    '',
    comparison.equal
      ? 'Nothing differs.'
      : `From A to B: ${[
          flows.length > 0 ? plural(flows.length, 'flow') : '',
          components.length > 0 ? plural(components.length, 'component') : '',
          permissions.length > 0 ? plural(permissions.length, 'permission row') : '',
          records.length > 0 ? plural(records.length, 'row') : '',
        ]
          .filter(Boolean)
          .join(', ')}`,
  ];
  const section = (title: string, entries: ReadonlyArray<readonly string[]>, what: string): void => {
    if (entries.length === 0) return;
    const shown = view.detail ? entries : entries.slice(0, SHOWN);
    lines.push('', ...wrap(title, width), ...shown.flat());
    if (shown.length < entries.length)
      lines.push(...wrap(`… and ${entries.length - shown.length} more ${what}: ${view.more}`, width, '  '));
  };
  section(
    'Flows',
    flows.map((flow) => flowLines(flow, view)),
    'flows'
  );
  section(
    'Metadata',
    components.map((component) => componentLines(component, view)),
    'components'
  );
  section(
    'Permissions',
    permissions.map((row) => [
      ...inPieces(withoutLane(row.target), width, '  '),
      ...wrap(changedGrants(row), width, '      '),
    ]),
    'rows'
  );
  for (const [object, rows] of Map.groupBy(records, (row) => row.object)) {
    const authors = new Set(rows.map((row) => row.changedBy));
    const [author] = authors.size === 1 ? authors : [undefined];
    section(
      `Records of ${object}: ${rowCounts(rows)}${author ? `, by ${author}` : ''}`,
      rows.map((row) => rowLines(row, author !== undefined, view)),
      'rows'
    );
  }
  const reasons = Map.groupBy(notCompared, (entry) => entry.why);
  section(
    'Not compared',
    [...reasons].map(([why, group]) => [
      ...wrap(`${[...new Set(group.map((entry) => entry.what))].join(', ')}: ${why}`, width, '  '),
    ]),
    'reasons'
  );
  return lines.join('\n');
}

function sideWords(side: Side): string {
  return side.kind === 'org' ? `the org now, ${when(side.at)}` : `snapshot ${side.id}, ${when(side.at)}`;
}

function byWhom(entry: { readonly changedBy: string | null; readonly changedAt: string | null }): string {
  const by = entry.changedBy ? `by ${entry.changedBy}` : '';
  const at = entry.changedAt ? when(entry.changedAt) : '';
  return [by, at].filter(Boolean).join(', ');
}

const FLOW_KINDS: Record<FlowComparison['kind'], string> = {
  created: 'new',
  deleted: 'gone',
  activated: 'activated',
  deactivated: 'deactivated',
  switched: 'another version runs',
  edited: 'the running version was edited',
  versions: 'runs the same, other versions',
};

function active(version: number | null): string {
  return version === null ? 'inactive' : `version ${version}`;
}

function flowLines(flow: FlowComparison, view: CompareReportView): string[] {
  const { width } = view;
  const pointer =
    flow.kind === 'created' || flow.activeBefore === flow.activeAfter
      ? active(flow.activeAfter)
      : `${active(flow.activeBefore)} -> ${flow.kind === 'deleted' ? 'gone' : active(flow.activeAfter)}`;
  const versions = [
    flow.versionsAdded.length > 0 ? `added ${flow.versionsAdded.join(', ')}` : '',
    flow.versionsRemoved.length > 0 ? `removed ${flow.versionsRemoved.join(', ')}` : '',
    flow.versionsEdited.length > 0 ? `saved again ${flow.versionsEdited.join(', ')}` : '',
  ].filter(Boolean);
  const lines = [
    ...inPieces(flow.flow, width, '  '),
    ...wrap([FLOW_KINDS[flow.kind], pointer, byWhom(flow)].filter(Boolean).join('; '), width, '      '),
  ];
  if (versions.length > 0) lines.push(...wrap(`versions: ${versions.join('; ')}`, width, '      '));
  if (flow.versions && flow.elements)
    lines.push(
      ...wrap(
        `version ${flow.versions.before} against ${flow.versions.after}: ${flowDiffSummary(flow.elements)}`,
        width,
        '      '
      ),
      ...flowDiffLines(flow.elements, view.detail, width, '        ')
    );
  else if (flow.versions) lines.push('      the body of one of the versions is not known');
  return lines;
}

const COMPONENT_KINDS: Record<ComponentComparison['kind'], string> = {
  created: '+',
  deleted: '-',
  changed: '~',
};

function componentLines(component: ComponentComparison, view: CompareReportView): string[] {
  const { width, detail } = view;
  const who = byWhom(component);
  const lines = [
    ...inPieces(`${COMPONENT_KINDS[component.kind]} ${component.type}:${component.fullName}`, width, '  '),
    ...(who ? wrap(who, width, '      ') : []),
  ];
  if (!component.content) return lines;
  const { properties, texts, binaries } = component.content;
  const shown = detail ? properties : properties.slice(0, SHOWN);
  lines.push(...shown.flatMap((change) => propertyLines(change, detail, width, '      ')));
  if (shown.length < properties.length) lines.push(`      … and ${properties.length - shown.length} more`);
  for (const text of texts) {
    lines.push(...wrap(`${text.path}: ${plural(text.added, 'line')} added, ${text.removed} removed`, width, '      '));
    if (detail)
      for (const hunk of text.hunks) {
        lines.push(`      @@ line ${hunk.before} -> ${hunk.after}`);
        lines.push(...hunk.lines.map((line) => clip(`      ${line.replace(/\t/g, '    ')}`, width)));
      }
  }
  lines.push(...binaries.map((path) => `      ${path} differs`));
  return lines;
}

const ROW_KINDS: Record<RecordComparison['kind'], string> = { inserted: '+', deleted: '-', updated: '~' };

function rowCounts(rows: readonly RecordComparison[]): string {
  const count = (kind: RecordComparison['kind']): number => rows.filter((row) => row.kind === kind).length;
  return [
    count('inserted') > 0 ? `${count('inserted')} new` : '',
    count('updated') > 0 ? `${count('updated')} changed` : '',
    count('deleted') > 0 ? `${count('deleted')} gone` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

function rowLines(row: RecordComparison, authorKnown: boolean, view: CompareReportView): string[] {
  const { width } = view;
  const who = authorKnown ? (row.changedAt ? when(row.changedAt) : '') : byWhom(row);
  const fields = row.values ? '' : row.fields.join(', ');
  const lines = hanging([[ROW_KINDS[row.kind], row.id, who]], width).flat();
  if (fields) lines.push(...wrap(fields, width, '        '));
  for (const { field, before, after } of row.values ?? [])
    lines.push(
      ...wrap(
        row.kind === 'updated'
          ? `${field}: ${valueText(before)} -> ${valueText(after)}`
          : `${field}: ${valueText(row.kind === 'inserted' ? after : before)}`,
        width,
        '        '
      )
    );
  return lines;
}
