import { LANES, type Lane } from '../model/operation.js';
import type { Conflict, RollbackPlan, Step } from '../plan/rollbackPlan.js';
import { clip, columns, plural, wrap } from './table.js';

/** Entries of a list that are shown before the rest is folded. */
const SHOWN = 12;

const laneTitles: Record<Lane, string> = {
  flows: 'Flows',
  metadata: 'Metadata',
  permissions: 'Permissions',
  records: 'Records',
};

function verb(step: Step): string {
  const { detail } = step;
  switch (step.operation) {
    case 'activateFlowVersion':
      return detail.kind === 'flow'
        ? `activate version ${detail.to} (now ${detail.from === null ? 'inactive' : `version ${detail.from}`})`
        : '';
    case 'deactivateFlow':
      return 'deactivate';
    case 'redeployFlow':
      return detail.kind === 'flow' ? `redeploy the body of version ${detail.to} as a new version` : '';
    case 'deleteFlowVersion':
      return detail.kind === 'flowVersion' ? `delete version ${detail.version}` : '';
    case 'restoreComponent':
      return 'restore';
    case 'recreateComponent':
      return 'create again';
    case 'deleteComponent':
      return 'delete';
    case 'undeleteRecords':
      return `undelete ${plural(step.count, 'row')}`;
    case 'updateRecords':
      return `update ${plural(step.count, 'row')}`;
    case 'deleteRecords':
      return `delete ${plural(step.count, 'row')}`;
    case 'insertRecords':
      return `insert ${plural(step.count, 'row')} again`;
    case 'deactivateRecords':
      return `deactivate ${plural(step.count, 'row')}`;
    default:
      return step.operation;
  }
}

function riskMark(step: Step): string {
  return step.risk === 'lossless' ? '' : `${step.risk.toUpperCase()}: `;
}

function shortTarget(target: string): string {
  return target.replace(/^(flow|metadata|record|permission):/, '');
}

/** The first entries of a list, each in as many lines as it needs, and how many more there are. */
function folded(entries: ReadonlyArray<readonly string[]>, what: string, more: string, width: number): string[] {
  const shown = entries.slice(0, SHOWN).flat();
  if (entries.length <= SHOWN) return shown;
  return [...shown, ...wrap(`… and ${entries.length - SHOWN} more ${what}: ${more}`, width, '  ')];
}

function stepLines(steps: readonly Step[], width: number): string[][] {
  const risky = [...steps].sort(
    (a, b) => Number(b.risk !== 'lossless') - Number(a.risk !== 'lossless') || (a.id < b.id ? -1 : 1)
  );
  return columns(
    risky.map((step) => [
      step.id,
      shortTarget(step.target),
      `${riskMark(step)}${verb(step)}${step.risk === 'lossless' ? '' : `; ${step.reason}`}`,
    ]),
    width
  ).map((line) => [line]);
}

/** Two lines each: what and what happens with it, then who changed it and when, in full. */
function conflictLines(conflicts: readonly Conflict[], width: number): string[][] {
  return conflicts.map((conflict) => [
    clip(`  ${conflict.decision === 'keep' ? 'keep   ' : 'RESTORE'}  ${conflict.target}`, width),
    ...wrap(
      `${conflict.current}${conflict.changedBy ? ` by ${conflict.changedBy}` : ''}${conflict.changedAt ? `, ${conflict.changedAt}` : ''}`,
      width,
      '           '
    ),
  ]);
}

function conflictTitle(conflicts: readonly Conflict[]): string {
  const restored = conflicts.filter((conflict) => conflict.decision === 'restore').length;
  const kept = conflicts.length - restored;
  const parts = [kept > 0 ? `${kept} kept` : '', restored > 0 ? `${restored} overwritten as asked` : ''].filter(
    Boolean
  );
  return `Conflicts: ${parts.join(', ')}`;
}

/** A plan as a person reads it before approving it: what will happen, what is kept, what needs a person. */
export function planReport(plan: RollbackPlan, folder: string, width: number): string {
  const lines: string[] = [];
  const more = `${folder}/plan.json`;
  const items = plan.steps.reduce((n, step) => n + step.count, 0);
  lines.push(`Plan ${plan.id}`);
  lines.push(...wrap(`takes the org back to snapshot ${plan.snapshotId}`, width, '  '));
  lines.push(
    ...wrap(
      `Changes of: ${plan.deployers.length > 0 ? plan.deployers.join(', ') : 'nobody'}${attributionNote(plan)}`,
      width,
      '  '
    )
  );
  if (plan.deployments.length > 0) {
    lines.push('', `Deployments since the snapshot`);
    lines.push(
      ...columns(
        plan.deployments.map((deployment) => [
          deployment.id,
          deployment.status,
          `${deployment.by}, ${deployment.at ?? 'not done'}${deployment.takenBack ? '' : ' (not taken back)'}`,
        ]),
        width
      )
    );
  }
  const conflicts = plan.conflicts;
  if (conflicts.length > 0) {
    lines.push('', conflictTitle(conflicts));
    lines.push(...folded(conflictLines(conflicts, width), 'conflicts', more, width));
  }
  if (plan.manual.length > 0) {
    lines.push('', `By hand: ${plural(plan.manual.length, 'item')} that no step can take back`);
    lines.push(
      ...folded(
        plan.manual.map((item) => wrap(`${item.target}: ${item.what}`, width - 2, '  ')),
        'items',
        more,
        width
      )
    );
  }
  for (const lane of LANES) {
    const steps = plan.steps.filter((step) => step.lane === lane);
    if (steps.length === 0) continue;
    lines.push(
      '',
      `${laneTitles[lane]}: ${plural(
        steps.reduce((n, step) => n + step.count, 0),
        'item'
      )}`
    );
    lines.push(...folded(stepLines(steps, width), 'steps', more, width));
  }
  const notes = plan.findings.filter((finding) => finding.severity !== 'info');
  if (notes.length > 0) {
    lines.push('', 'Mind');
    lines.push(
      ...folded(
        notes.map((finding) => wrap(`${finding.subject}: ${finding.message}`, width - 2, '  ')),
        'findings',
        more,
        width
      )
    );
  }
  const asked = plan.leftOut.filter((left) => /--(only|exclude)$/.test(left.why));
  if (asked.length > 0) lines.push('', `Left out as asked: ${plural(asked.length, 'change')}`);
  const others = plan.leftOut.filter((left) => !asked.includes(left));
  if (others.length > 0) {
    lines.push('', `Stays as it is: ${plural(others.length, 'change')}`);
    lines.push(
      ...folded(
        others.map((left) => wrap(`${left.target}: ${left.why}`, width, '  ')),
        'changes',
        more,
        width
      )
    );
  }
  lines.push('', ...wrap(`${plan.advice}`, width));
  if (plan.steps.length > 0)
    lines.push(
      ...wrap(
        `${plural(plan.steps.length, 'step')}, ${plural(items, 'item')}, about ${plural(plan.estimate.requests, 'request')} and ${plan.estimate.seconds} s.`,
        width
      )
    );
  return lines.join('\n');
}

function attributionNote(plan: RollbackPlan): string {
  switch (plan.attribution) {
    case 'deployments':
      return ' (they deployed since the snapshot)';
    case 'named':
      return ' (deployers, and who was named)';
    case 'onlyAuthor':
      return plan.deployers.length > 0 ? ' (nobody else changed anything in scope)' : '';
    default:
      return ' (everybody, as asked)';
  }
}
