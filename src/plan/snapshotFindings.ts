import type { Finding } from '../model/finding.js';
import type { DeployReport } from '../org/ports/components.js';
import type { Deployment } from '../org/ports/history.js';
import type { Baseline } from '../snapshot/baseline.js';
import {
  coverage,
  isReal,
  isTaken,
  outsideScope,
  touchesOf,
  type Attribution,
  type Touch,
} from './attribution/attribution.js';

/** Rows deleted longer ago than this are no longer in the recycle bin. */
const BIN_DAYS = 15;

/** What was deployed since a snapshot was taken. */
export interface Deployments {
  readonly deployments: readonly Deployment[];
  readonly reports: ReadonlyMap<string, DeployReport>;
}

/** What should be known of a snapshot and of the deployments since before any step is read. */
export function snapshotFindings(
  baseline: Baseline,
  observed: Deployments,
  attribution: Attribution,
  now: Date
): Finding[] {
  const { snapshot } = baseline;
  const findings: Finding[] = [];
  const days = (now.getTime() - Date.parse(snapshot.createdAt)) / 86_400_000;
  if (days > BIN_DAYS)
    findings.push({
      code: 'olderThanRecycleBin',
      severity: 'warning',
      subject: snapshot.id,
      message: `The snapshot is ${Math.floor(days)} days old. Rows deleted more than ${BIN_DAYS} days ago are no longer in the recycle bin.`,
    });
  for (const deployment of observed.deployments.filter((one) => one.completedAt === null && !one.checkOnly))
    findings.push({
      code: 'deploymentInFlight',
      severity: 'error',
      subject: deployment.id,
      message: `A deployment by ${deployment.createdByName} is still ${deployment.status}.`,
      action: 'Wait until it is done, then plan again.',
    });
  const real = observed.deployments.filter((one) => isReal(one) && !attribution.wayBack?.has(one.id));
  findings.push(...severalDeployers(real, attribution, snapshot.id));
  for (const deployment of real) {
    if (isTaken(attribution, deployment.id)) continue;
    findings.push({
      code: 'otherDeployment',
      severity: 'info',
      subject: deployment.id,
      message: `A deployment by ${deployment.createdByName}${deployment.completedAt ? `, ${deployment.completedAt}` : ''} is not taken back. What it changed too is a conflict.`,
    });
  }
  const silent = real.filter(
    ({ id, componentsDeployed }) => (componentsDeployed ?? 0) > 0 && observed.reports.get(id)?.components.length === 0
  );
  for (const deployment of silent)
    findings.push({
      code: 'deploymentForgotten',
      severity: 'warning',
      subject: deployment.id,
      message: `The org no longer tells what this deployment by ${deployment.createdByName} changed. Components are attributed by their last editor.`,
    });
  const taken = real.filter(({ id }) => isTaken(attribution, id));
  for (const { target, touches } of outsideScope(touchesOf(taken, observed.reports), coverage(snapshot.scope))) {
    const last = touches.at(-1) as Touch;
    const by = taken.find(({ id }) => id === last.deploymentId)?.createdByName ?? last.userId;
    const gone = last.deleted;
    findings.push({
      code: 'outsideSnapshot',
      severity: 'warning',
      subject: target,
      message: `Outside the snapshot, so it stays as it is: deployment ${last.deploymentId} by ${by} ${didWhat(touches)} it.`,
      action: gone
        ? 'If it is missed, bring it back from version control.'
        : 'If it is part of the fault, take it back by hand; name it in the next snapshot.',
    });
  }
  return findings;
}

/** What became of a component through several deployments, in a word. */
function didWhat(touches: readonly Touch[]): string {
  if (touches.at(-1)?.deleted) return 'deleted';
  return touches.some((touch) => touch.created) ? 'created' : 'changed';
}

/** Several people deployed: what each did goes back, by hand too, which is more than most who read the plan would think. */
function severalDeployers(real: readonly Deployment[], attribution: Attribution, subject: string): Finding[] {
  const { source } = attribution;
  if (source !== 'deployments' && source !== 'named') return [];
  const byUser = Map.groupBy(
    real.filter(({ id }) => isTaken(attribution, id)),
    (deployment) => deployment.createdById
  );
  if (byUser.size < 2) return [];
  const names = [...byUser.values()].map((own) => `${own[0]?.createdByName} (${own.map(({ id }) => id).join(', ')})`);
  return [
    {
      code: 'severalDeployers',
      severity: 'warning',
      subject,
      message: `${byUser.size} people deployed since the snapshot: ${names.sort().join(' and ')}. Whatever any of them changed goes back, also what they changed by hand.`,
      action: `To take back one deployment only, plan again with its id, for instance --deploy-id ${real[0]?.id ?? ''}`,
    },
  ];
}

/** How it is known whose changes go back, where that is worth knowing. */
export function attributionFindings(baseline: Baseline, attribution: Attribution): Finding[] {
  const { after } = attribution;
  if (!after) return [];
  return [
    {
      code: 'followed',
      severity: 'info',
      subject: after.snapshotId,
      message: `This snapshot, taken after the deployment, tells field by field what the deployment changed and what came later (${after.startedAt}).`,
    },
    ...baseline.snapshot.objects
      .filter((part) => !attribution.after?.objects.has(part.object))
      .map((part) => ({
        code: 'notFollowed',
        severity: 'warning' as const,
        subject: part.object,
        message: `Snapshot ${after.snapshotId} does not cover it: who changed its rows is known only by their last editor.`,
      })),
  ];
}
