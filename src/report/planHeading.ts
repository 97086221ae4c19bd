import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { hanging, wrap } from './table.js';
import { when } from './words.js';

/** Which plan it is: back to what, whose changes, and the deployments since. */
export function heading(plan: RollbackPlan, width: number): string[] {
  const whose = plan.deployers.length > 0 ? plan.deployers.join(', ') : 'nobody';
  const real = plan.deployments.filter((deployment) => !deployment.checkOnly && !deployment.run);
  const taken = real.filter((deployment) => deployment.takenBack).length;
  return [
    `Plan ${plan.id}`,
    ...(plan.request?.undo
      ? [
          ...wrap(`takes a run back, to its undo point: snapshot ${plan.snapshotId}`, width, '  '),
          ...wrap(`Whatever changed after ${when(plan.request.undo.until)} is kept, whoever did it`, width, '  '),
        ]
      : [
          ...wrap(`takes the org back to snapshot ${plan.snapshotId}`, width, '  '),
          ...wrap(`Changes of: ${whose}${attributionNote(plan)}`, width, '  '),
        ]),
    ...(plan.after ? wrap(`Later changes are told apart by snapshot ${plan.after}`, width, '  ') : []),
    ...spanLines(plan, width),
    ...(plan.deployments.length > 0
      ? [
          ...wrap(
            `Deployments since the snapshot: ${real.length}, of which ${taken === 0 ? 'none is' : taken === 1 ? '1 is' : `${taken} are`} taken back`,
            width,
            '  '
          ),
          ...hanging(
            plan.deployments.map((deployment) => [
              deployment.id,
              deployment.status,
              `${deployment.at ? when(deployment.at) : 'not done'} by ${deployment.by}${deploymentNote(deployment)}`,
            ]),
            width,
            '    '
          ).flat(),
        ]
      : []),
  ];
}

function deploymentNote({ checkOnly, run, takenBack }: RollbackPlan['deployments'][number]): string {
  if (checkOnly) return ' (check only)';
  if (run) return ` (by run ${run} of this store)`;
  return takenBack ? '' : ' (not taken back)';
}

/** The span of time that was asked for, if any. */
function spanLines({ request }: RollbackPlan, width: number): string[] {
  const parts = [
    request?.since ? `since ${when(request.since)}` : '',
    request?.until ? `until ${when(request.until)}` : '',
  ].filter(Boolean);
  return parts.length > 0 ? wrap(`Only changes ${parts.join(' ')}`, width, '  ') : [];
}

function attributionNote(plan: RollbackPlan): string {
  switch (plan.attribution) {
    case 'deployments':
      return ' (deployed since the snapshot)';
    case 'named':
      return ' (deployers, and who was named)';
    case 'items':
      return ' (only what the named deployments and loads did)';
    case 'onlyAuthor':
      return plan.deployers.length > 0 ? ' (nobody else changed anything in scope)' : '';
    default:
      return ' (everybody, as asked)';
  }
}
