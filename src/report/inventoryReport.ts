import type { Inventory, PlanEntry, RunEntry, SnapshotEntry } from '../inventory/entry.js';
import type { RunStatus } from '../apply/journal/journal.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';
import type { Verdict } from '../validate/verdict.js';
import { countsText } from './runReport.js';
import { plural, wrap } from './table.js';
import { size } from './words.js';

/** What is shown of each kind before the rest is folded: the newest. */
const SHOWN = 10;

export const PLAN_STATES: Record<PlanEntry['state'], string> = {
  open: 'open',
  begun: 'begun, not finished',
  applied: 'applied',
  superseded: 'superseded by a newer plan',
  empty: 'nothing to do',
  notApplicable: 'may not be applied',
  stale: 'STALE: the org changed after it was made',
  alreadyRestored: 'nothing left to do: the org is as this plan leaves it',
  unfinished: 'UNFINISHED',
  damaged: 'DAMAGED',
};

const RUN_STATES: Record<RunStatus | 'cutOff' | 'damaged', string> = {
  succeeded: 'succeeded',
  partial: 'PARTIAL',
  failed: 'FAILED',
  interrupted: 'STOPPED as asked',
  alreadyApplied: 'nothing was left to do',
  cutOff: 'CUT OFF, or still under way',
  damaged: 'DAMAGED',
};

const VERDICTS: Record<Verdict, string> = {
  restored: 'validated: restored',
  restoredExceptKept: 'validated: restored, except for what was kept',
  notRestored: 'validated: NOT RESTORED',
};

export function countsOf(counts: Snapshot['counts']): string {
  const parts = [
    counts.flows > 0 ? `${plural(counts.flows, 'flow')} (${plural(counts.flowVersions, 'version')})` : '',
    counts.components > 0 ? plural(counts.components, 'component') : '',
    counts.absent > 0 ? `${counts.absent} proven absent` : '',
    counts.permissionRows > 0 ? plural(counts.permissionRows, 'permission row') : '',
    counts.objects > 0 ? `${plural(counts.records, 'row')} of ${plural(counts.objects, 'object')}` : '',
    size(counts.bytes),
  ];
  return parts.filter(Boolean).join(', ');
}

/** What there is to say of a snapshot beside its content. */
export function snapshotState(entry: SnapshotEntry): string {
  if (entry.state === 'damaged' || entry.state === 'unfinished')
    return `${entry.state.toUpperCase()}: ${entry.problem ?? ''}`;
  return [
    entry.state === 'complete' ? 'complete' : `INCOMPLETE: ${plural(entry.holes, 'hole')}`,
    entry.follows ? `follows ${entry.follows}` : '',
    entry.undoOf ? `undo point of run ${entry.undoOf}` : '',
    entry.goneBackToBy.length > 0 ? 'gone back to' : '',
    entry.olderThanRecycleBin ? 'older than the recycle bin (15 days)' : '',
  ]
    .filter(Boolean)
    .join(', ');
}

export function planWhat(entry: PlanEntry): string {
  return [
    entry.steps > 0 ? `${plural(entry.steps, 'step')} with ${plural(entry.items, 'item')}` : '',
    entry.conflicts > 0 ? plural(entry.conflicts, 'conflict') : '',
    entry.manual > 0 ? `${entry.manual} by hand` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

export function runState(entry: RunEntry): string {
  return [
    entry.problem ? `${RUN_STATES[entry.state]}: ${entry.problem}` : RUN_STATES[entry.state],
    entry.undoes ? `took back run ${entry.undoes}` : '',
    entry.undone ? 'taken back since' : '',
    entry.verdict ? VERDICTS[entry.verdict] : '',
    entry.switchesOff.length > 0 ? `${entry.switchesOff.join(', ')} may still be OFF` : '',
  ]
    .filter(Boolean)
    .join('; ');
}

/** The id, how it stands beside it, and below what it holds. */
function entryLines(id: string, state: string, what: string, width: number): string[] {
  const oneLine = `  ${id}  ${state}`;
  return [
    ...(oneLine.length <= width ? [oneLine] : [`  ${id}`, ...wrap(state, width, '      ')]),
    ...(what ? wrap(what, width, '      ') : []),
  ];
}

/** The newest last, as in a log; older ones are counted. */
function section(title: string, entries: readonly string[][], all: boolean, width: number): string[] {
  if (entries.length === 0) return [];
  const hidden = all ? 0 : Math.max(0, entries.length - SHOWN);
  return [
    title,
    ...(hidden > 0 ? wrap(`… ${hidden} older: sf rollback list --all`, width, '  ') : []),
    ...entries.slice(hidden).flat(),
    '',
  ];
}

export interface ListView {
  readonly kinds: ReadonlyArray<'snapshot' | 'plan' | 'run'>;
  readonly all: boolean;
  readonly width: number;
}

/** What a store holds, what of it is open and what is stale. Empty when there is nothing of the kinds asked for. */
export function inventoryReport(inventory: Inventory, view: ListView): string {
  const { kinds, all, width } = view;
  const stepsOf = new Map(inventory.plans.map((plan) => [plan.id, plan.steps]));
  const lines: string[] = [];
  if (kinds.includes('snapshot'))
    lines.push(
      ...section(
        'Snapshots',
        inventory.snapshots.map((entry) =>
          entryLines(
            entry.id,
            `${entry.label ? `"${entry.label}", ` : ''}${snapshotState(entry)}`,
            entry.counts ? countsOf(entry.counts) : '',
            width
          )
        ),
        all,
        width
      )
    );
  if (kinds.includes('plan'))
    lines.push(
      ...section(
        'Plans',
        inventory.plans.map((entry) =>
          entryLines(
            entry.id,
            `${PLAN_STATES[entry.state]}${entry.problem ? `: ${entry.problem}` : ''}`,
            [planWhat(entry), entry.snapshotId ? `back to ${entry.snapshotId}` : ''].filter(Boolean).join('; '),
            width
          )
        ),
        all,
        width
      )
    );
  if (kinds.includes('run'))
    lines.push(
      ...section(
        'Runs',
        inventory.runs.map((entry) =>
          entryLines(entry.id, runState(entry), runWhat(entry, stepsOf.get(entry.planId ?? '')), width)
        ),
        all,
        width
      )
    );
  return lines.join('\n').trimEnd();
}

function runWhat(entry: RunEntry, steps: number | undefined): string {
  return [
    countsText(entry.totals),
    entry.state === 'cutOff' ? `${entry.settledSteps} of ${plural(steps ?? 0, 'step')} settled` : '',
    entry.planId ? `plan ${entry.planId}` : '',
  ]
    .filter(Boolean)
    .join('; ');
}
