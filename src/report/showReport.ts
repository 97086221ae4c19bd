import type { ItemOutcome } from '../apply/outcome.js';
import type { PlanItem, RunItem, RunStep, SnapshotItem } from '../inventory/readItem.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';
import { countsOf, PLAN_STATES, runState, snapshotState } from './inventoryReport.js';
import { planDetail, valueText } from './planDetail.js';
import { planReport } from './planReport.js';
import { countsText } from './runReport.js';
import { columns, hanging, inPieces, plural, wrap } from './table.js';
import { OPERATION_WORDS, when, withoutLane } from './words.js';

/** Items of a run that are printed with their values before the rest is left to outcomes.csv. */
const OUTCOMES = 200;

function facts(rows: ReadonlyArray<readonly [name: string, text: string]>, width: number): string[] {
  return hanging(
    rows.filter(([, text]) => text !== '').map(([name, text]) => ['', name, text] as const),
    width
  ).flat();
}

function scopeWords(scope: Snapshot['scope']): string {
  const presets = [...new Set(scope.records.flatMap((entry) => entry.preset ?? []))];
  const objects = scope.records.filter((entry) => !entry.preset).length;
  return [
    scope.flows === 'all' ? 'all flows' : scope.flows.length > 0 ? plural(scope.flows.length, 'flow') : '',
    scope.metadata.length > 0 ? `${plural(scope.metadata.length, 'component')} named` : '',
    presets.length > 0 ? `records of preset ${presets.join(', ')}` : '',
    objects > 0 ? `records of ${plural(objects, 'object')} named` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** What a snapshot holds, from when, and what it does not hold. Never a record value. */
export function snapshotShown(item: SnapshotItem, width: number): string {
  const { entry, snapshot } = item;
  const lines = [
    ...wrap(`Snapshot ${snapshot.id}${snapshot.label ? ` "${snapshot.label}"` : ''}`, width),
    ...facts(
      [
        ['State', snapshotState(entry)],
        ['Org', `${snapshot.orgId}, API version ${snapshot.apiVersion}`],
        ['Taken', `${when(snapshot.createdAt)} to ${when(snapshot.finishedAt)} (org time) by ${snapshot.username}`],
        ['Follows', snapshot.follows ?? ''],
        ['Scope', scopeWords(snapshot.scope)],
        ['Holds', countsOf(snapshot.counts)],
        [
          'Packages',
          Object.entries(snapshot.packages)
            .map(([name, version]) => `${name} ${version}`)
            .join(', '),
        ],
        ['Gone back to', entry.goneBackToBy.join(', ')],
        ['Folder', entry.path],
      ],
      width
    ),
  ];
  for (const [severity, title] of [
    ['hole', 'INCOMPLETE: this is missing'],
    ['limit', 'Not covered'],
  ] as const) {
    const gaps = snapshot.gaps.filter((gap) => gap.severity === severity);
    if (gaps.length === 0) continue;
    lines.push(
      '',
      title,
      ...hanging(
        gaps.map((gap) => ['', gap.name, gap.reason] as const),
        width
      ).flat()
    );
  }
  const filled = snapshot.objects.filter((part) => part.rows > 0);
  if (filled.length > 0 && (item.flows || filled.length <= 12))
    lines.push(
      '',
      'Records',
      ...columns(
        filled.map((part) => [part.object, plural(part.rows, 'row'), part.where ? `where ${part.where}` : '']),
        width
      )
    );
  if (item.flows && item.flows.flows.length + item.flows.absent.length > 0)
    lines.push(
      '',
      'Flows',
      ...hanging(
        [
          ...item.flows.flows.map((flow): readonly [string, string, string] => [
            '',
            flow.name,
            `${flow.activeVersion === null ? 'inactive' : `version ${flow.activeVersion} active`}; versions ${flow.versions.map((version) => version.number).join(', ')}${flow.managed ? '; of a package' : ''}`,
          ]),
          ...item.flows.absent.map((name): readonly [string, string, string] => ['', name, 'proven absent']),
        ],
        width
      ).flat()
    );
  if (item.components && item.components.components.length + item.components.absent.length > 0)
    lines.push(
      '',
      'Metadata',
      ...hanging(
        [
          ...item.components.components.map((component): readonly [string, string, string] => [
            '',
            `${component.type}:${component.fullName}`,
            component.lastModifiedAt ? `last changed ${when(component.lastModifiedAt)}` : 'saved',
          ]),
          ...item.components.absent.map((key): readonly [string, string, string] => [
            '',
            `${key.type}:${key.fullName}`,
            'proven absent',
          ]),
        ],
        width
      ).flat()
    );
  return lines.join('\n');
}

/** A plan with nothing folded; with its items also each row before and after. */
export function planShown(item: PlanItem, width: number): string {
  const { entry, plan, items } = item;
  const state = [
    PLAN_STATES[entry.state],
    entry.runs.length > 0 ? `${plural(entry.runs.length, 'run')}: ${entry.runs.join(', ')}` : '',
  ]
    .filter(Boolean)
    .join('; ');
  const report = planReport(plan, { width, more: '', all: true });
  const lines = [
    report,
    '',
    ...facts(
      [
        ['State', state],
        ['Made', `${when(plan.createdAt)} by ${plan.createdBy}`],
        ['Folder', entry.path],
      ],
      width
    ),
  ];
  if (items) lines.push('', 'Step by step', '', planDetail(plan, items, entry.path, width));
  return lines.join('\n');
}

const STEP_STATES: Record<RunStep['state'], string> = {
  settled: '',
  begun: 'BEGUN, not settled: it may have happened',
  notBegun: 'not begun',
};

/** What became of each step of a run; with its outcomes also of each item, before, planned and after. */
export function runShown(item: RunItem, width: number): string {
  const { entry, steps, outcomes } = item;
  const lines = [
    `Run ${entry.id}`,
    ...facts(
      [
        ['State', runState(entry)],
        ['Plan', entry.planId ?? ''],
        ['Snapshot', entry.snapshotId ?? ''],
        [
          'Started',
          `${entry.openedAt ? when(entry.openedAt) : ''} by ${entry.username ?? 'somebody'}${entry.reason ? `: ${entry.reason}` : ''}`,
        ],
        ['Ended', entry.closedAt ? when(entry.closedAt) : 'no end is written down'],
        ['Total', countsText(entry.totals)],
        ['Folder', entry.path],
      ],
      width
    ),
    '',
    'Steps',
    ...hanging(
      steps.map((step) => [
        step.id,
        step.target ? withoutLane(step.target) : '',
        [step.operation ? OPERATION_WORDS[step.operation] : '', STEP_STATES[step.state] || countsText(step.counts)]
          .filter(Boolean)
          .join(': '),
      ]),
      width
    ).flat(),
  ];
  const errors = steps.flatMap((step) => step.errors);
  if (errors.length > 0) {
    lines.push('', `${plural(errors.length, 'item')} not restored`);
    for (const error of errors.slice(0, outcomes ? errors.length : 12))
      lines.push(
        ...inPieces(error.target, width, '  '),
        ...wrap(`${error.outcome}: ${error.code ?? ''} ${error.message ?? ''}`, width, '      ')
      );
    if (!outcomes && errors.length > 12) lines.push(`  … and ${errors.length - 12} more, with --detail`);
  }
  if (outcomes) {
    lines.push('', 'Item by item');
    for (const outcome of outcomes.slice(0, OUTCOMES)) lines.push(...outcomeLines(outcome, width));
    if (outcomes.length > OUTCOMES)
      lines.push(
        ...wrap(`… and ${plural(outcomes.length - OUTCOMES, 'more item')}: ${entry.path}/outcomes`, width, '  ')
      );
  }
  return lines.join('\n');
}

function outcomeLines(outcome: ItemOutcome, width: number): string[] {
  return [
    ...inPieces(`${outcome.step}  ${outcome.target}`, width, '  '),
    ...wrap(`${OPERATION_WORDS[outcome.operation]}: ${outcome.outcome}`, width, '      '),
    ...(['before', 'planned', 'after'] as const).flatMap((name) => sideLines(name, outcome[name], width)),
  ];
}

/** One of the three sides of an item: a word of the lane, or the fields of a row that hold something. */
function sideLines(name: string, side: ItemOutcome['after'], width: number): string[] {
  if (side === undefined) return [];
  if (side === null) return [`      ${name}: not there`];
  if (typeof side === 'string') return inPieces(`${name}: ${side}`, width, '      ');
  const filled = Object.entries(side).filter(([field, value]) => value !== null && field !== 'Id');
  if (filled.length === 0) return [`      ${name}: (empty)`];
  return [
    `      ${name}:`,
    ...filled.flatMap(([field, value]) => wrap(`${field}: ${valueText(value)}`, width, '        ')),
  ];
}
