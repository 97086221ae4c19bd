import { LANES, type Lane } from '../model/operation.js';
import { NOT_TO_BE_DECIDED } from '../plan/conflictWords.js';
import type { RollbackPlan, Step } from '../plan/rollbackPlan.js';
import type { Conflict } from '../plan/conflict.js';
import { conflictEntries } from './conflictLines.js';
import { driftReport } from './driftReport.js';
import { findingLines, mindLines } from './findingLines.js';
import { folded, titled, type PlanView } from './folding.js';
import { heading } from './planHeading.js';
import { shortReason, stepWords } from './stepWords.js';
import { columns, hanging, inPieces, plural, wrap } from './table.js';
import { ONLY_CHECKED, OPERATION_WORDS, withoutLane } from './words.js';

const laneTitles: Record<Lane, string> = {
  flows: 'Flows',
  metadata: 'Metadata',
  permissions: 'Permissions',
  records: 'Records',
};

/**
 * A plan as a person reads it before approving it: in short what will happen, then what cannot be taken back without loss,
 * what is kept, what needs a person, and each step by lane. No record values; nothing is wider than the width.
 */
export function planReport(plan: RollbackPlan, view: PlanView): string {
  if (plan.request?.driftOnly) return driftReport(plan, view);
  const { width } = view;
  const errors = plan.findings.filter((finding) => finding.severity === 'error');
  // What a person can do something about; the rest is for whoever reads the JSON.
  const worth = plan.findings.filter(({ severity, action }) => severity === 'info' && action !== undefined);
  const sections = [
    heading(plan, width),
    inShort(plan, width),
    titled('May not be applied', errors.length > 0, () => findingLines(errors, view)),
    titled(lossTitle(plan), plan.steps.some(isRisky), () => lossLines(plan.steps.filter(isRisky), view)),
    titled(conflictTitle(plan.conflicts), plan.conflicts.length > 0, () => conflictLines(plan, view)),
    titled(`By hand: ${plural(plan.manual.length, 'item')} that no step can take back`, plan.manual.length > 0, () =>
      folded(
        plan.manual.map((item) => [...inPieces(item.target, width, '  '), ...wrap(item.what, width, '      ')]),
        'items',
        view
      )
    ),
    ...LANES.map((lane) => laneLines(plan, lane, view)),
    mindLines(plan, view),
    titled('Worth knowing', worth.length > 0, () => findingLines(worth, view)),
    leftOutLines(plan, view),
    closing(plan, width),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function isRisky(step: Step): boolean {
  return step.risk !== 'lossless';
}

/** What is done in each lane, and what is not: the lines an approver reads if he reads no others. */
function inShort(plan: RollbackPlan, width: number): string[] {
  const rows: string[][] = [];
  for (const lane of LANES) {
    const counts = new Map<string, number>();
    for (const step of plan.steps.filter((entry) => entry.lane === lane)) {
      const word = step.onlyChecked ? ONLY_CHECKED : OPERATION_WORDS[step.operation];
      counts.set(word, (counts.get(word) ?? 0) + step.count);
    }
    if (counts.size > 0)
      rows.push([laneTitles[lane], [...counts].map(([word, n]) => `${word} ${n.toLocaleString('en-US')}`).join(', ')]);
  }
  const kept = plan.conflicts.filter((conflict) => conflict.decision === 'keep').length;
  if (kept > 0)
    rows.push(['Kept', `${plural(kept, 'change')}, listed below with ${kept === 1 ? 'its reason' : 'their reasons'}`]);
  const overwritten = plan.conflicts.length - kept;
  if (overwritten > 0) rows.push(['OVERWRITTEN', `${plural(overwritten, 'later change')} by somebody else, as asked`]);
  if (plan.manual.length > 0) rows.push(['By hand', `${plural(plan.manual.length, 'item')}, listed below`]);
  if (plan.leftOut.length > 0) rows.push(['Left as it is', plural(plan.leftOut.length, 'change')]);
  return rows.length > 0 ? ['In short', ...columns(rows, width)] : [];
}

function lossTitle(plan: RollbackPlan): string {
  const risky = plan.steps.filter(isRisky);
  const rows = risky.reduce((n, step) => n + (step.rowsAtStake ?? 0), 0);
  return `Not without loss: ${plural(risky.length, 'step')}${rows > 0 ? `, ${plural(rows, 'row')} at stake` : ''}`;
}

function lossLines(steps: readonly Step[], view: PlanView): string[] {
  return folded(
    steps.map((step) => [
      ...inPieces(`${step.id}  ${step.risk.toUpperCase()}  ${step.target}`, view.width, '  '),
      ...wrap(`${stepWords(step)}; ${step.reason}`, view.width, '        '),
    ]),
    'steps',
    view
  );
}

function conflictTitle(conflicts: readonly Conflict[]): string {
  const restored = conflicts.filter((conflict) => conflict.decision === 'restore').length;
  const kept = conflicts.length - restored;
  const parts = [kept > 0 ? `${kept} kept` : '', restored > 0 ? `${restored} overwritten as asked` : ''].filter(
    Boolean
  );
  return `Conflicts: ${parts.join(', ')}`;
}

/** What and what happens with it, then who changed it and when, in full. What is overwritten comes first. */
function conflictLines({ conflicts, request, snapshotId, after, attribution }: RollbackPlan, view: PlanView): string[] {
  const sorted = [
    ...conflicts.filter((conflict) => conflict.decision === 'restore'),
    ...conflicts.filter((conflict) => conflict.decision === 'keep'),
  ];
  const open = conflicts.filter(({ decision, kind }) => decision === 'keep' && !NOT_TO_BE_DECIDED.has(kind));
  const mark = (conflict: Conflict): string => (conflict.decision === 'keep' ? 'keep   ' : 'RESTORE');
  const entries = conflictEntries(sorted, mark, {
    all: view.all === true,
    width: view.width,
    lastEditorOnly: after === undefined && attribution !== 'everybody',
  });
  return [
    ...folded(
      entries.map(({ lines }) => lines),
      'conflicts',
      view,
      entries.map(({ count }) => count)
    ),
    ...otherwise(open, request?.undo ? snapshotId : undefined, view.width),
  ];
}

/** How a conflict is decided otherwise; a plan to an undo point is not made anew by `plan` with the same flags. */
function otherwise(open: readonly Conflict[], undoPoint: string | undefined, width: number): string[] {
  const [first] = open;
  if (!first) return [];
  const { target } = first;
  const deletes = open.some(({ baseline }) => baseline === 'absent');
  if (undoPoint === undefined)
    return [
      ...wrap(
        open.length === 1
          ? 'To take it back all the same, plan again with:'
          : 'To take one of them back all the same, plan again with it, for instance:',
        width,
        '  '
      ),
      ...inPieces(`--resolve ${target}=restore`, width, '    '),
      ...(deletes ? wrap('What was created since is then deleted.', width, '  ') : []),
    ];
  return [
    ...wrap('To take such a later change back as well, plan it by itself, after this plan:', width, '  '),
    ...wrap(`sf rollback plan --snapshot ${undoPoint} --all-changes --only ${target}`, width, '    '),
  ];
}

/** Items that steps write, and beside them those that they expect to find in place. */
function itemCounts(steps: readonly Step[]): string {
  const checked = steps.reduce((n, step) => n + (step.onlyChecked ?? 0), 0);
  const written = steps.reduce((n, step) => n + step.count, 0) - checked;
  return `${plural(written, 'item')}${checked > 0 ? ` and ${checked.toLocaleString('en-US')} to check` : ''}`;
}

function laneLines(plan: RollbackPlan, lane: Lane, view: PlanView): string[] {
  // In the order in which they are done; the risky ones are listed above already.
  const steps = plan.steps.filter((step) => step.lane === lane);
  return titled(`${laneTitles[lane]}: ${itemCounts(steps)}`, steps.length > 0, () => [
    ...folded(
      hanging(
        steps.map((step) => [
          step.id,
          withoutLane(step.target),
          `${isRisky(step) ? `${step.risk.toUpperCase()}: ` : ''}${stepWords(step)}${why(step)}`,
        ]),
        view.width
      ),
      'steps',
      view
    ),
    ...(lane === 'records' && steps.some(mayInsert)
      ? wrap('A row that the recycle bin no longer has is inserted again, under a new Id.', view.width, '  ')
      : []),
    ...rowsHint(lane, view),
  ]);
}

/** Whether the bin is empty, an org tells only when it is asked to undelete. */
function mayInsert({ operation, fallbacks }: Step): boolean {
  return operation === 'undeleteRecords' && fallbacks.some((fallback) => fallback.operation === 'insertRecords');
}

/** Ids and values of rows are not in a plan's summary: where they are. */
function rowsHint(lane: Lane, view: PlanView): string[] {
  if (view.all || lane !== 'records') return [];
  return ['  Each row, before and after:', ...wrap(`${view.more} --detail`, view.width, '    ')];
}

/** Why this is the way back, in a few words. */
function why(step: Step): string {
  const reason = shortReason(step);
  if (reason === '') return '';
  // What a flow's pointer is now stands in brackets already.
  return step.lane === 'flows' ? `; ${reason}` : ` (${reason})`;
}

function leftOutLines(plan: RollbackPlan, view: PlanView): string[] {
  const reasons = Map.groupBy(plan.leftOut, (left) => left.why);
  return titled(`Left as it is: ${plural(plan.leftOut.length, 'change')}`, plan.leftOut.length > 0, () =>
    folded(
      [...reasons].map(([reason, group]) =>
        // What somebody left out on purpose he knows; the number tells whether it was as much as he meant.
        /--(only|exclude)$/.test(reason) && !view.all
          ? wrap(`${reason}: ${plural(group.length, 'change')}`, view.width, '  ')
          : [
              ...wrap(`${reason}:`, view.width, '  '),
              ...folded(
                group.map((left) => inPieces(left.target, view.width, '    ')),
                'changes',
                view
              ),
            ]
      ),
      'reasons',
      view
    )
  );
}

function closing(plan: RollbackPlan, width: number): string[] {
  return [
    ...(plan.steps.length > 0 ? ['Advice', ...wrap(plan.advice, width, '  ')] : wrap(plan.advice, width)),
    ...(plan.steps.length > 0
      ? wrap(
          `${plural(plan.steps.length, 'step')}, ${itemCounts(plan.steps)}, about ${plural(plan.estimate.requests, 'request')}${shareOfDay(plan.estimate)} and ${plan.estimate.seconds} s.`,
          width,
          '  '
        )
      : []),
  ];
}

/** What that is of the requests the org allows, where the user may see it. */
function shareOfDay({ limit, remaining }: RollbackPlan['estimate']): string {
  if (limit === undefined || remaining === undefined) return '';
  return ` (${remaining.toLocaleString('en-US')} of ${limit.toLocaleString('en-US')} left today)`;
}
