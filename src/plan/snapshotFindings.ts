import { keyText } from '../metadata/component.js';
import type { Finding } from '../model/finding.js';
import type { Deployment, DeployReport } from '../org/ports.js';
import type { Baseline } from '../snapshot/baseline.js';
import { isReal, outsideScope, touchesOf } from './attribution.js';

/** Rows deleted longer ago than this are no longer in the recycle bin. */
const BIN_DAYS = 15;

/** What was deployed since a snapshot was taken. */
export interface Deployments {
  readonly deployments: readonly Deployment[];
  readonly reports: ReadonlyMap<string, DeployReport>;
}

/** What should be known of a snapshot and of the deployments since before any step is read. */
export function snapshotFindings(baseline: Baseline, observed: Deployments, now: Date): Finding[] {
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
  const running = observed.deployments.filter((deployment) => deployment.completedAt === null);
  for (const deployment of running)
    findings.push({
      code: 'deploymentInFlight',
      severity: 'error',
      subject: deployment.id,
      message: `A deployment by ${deployment.createdByName} is still ${deployment.status}.`,
      action: 'Wait until it is done, then plan again.',
    });
  const named = new Set([...snapshot.scope.metadata.map(keyText)]);
  const covers = (type: string, fullName: string): boolean =>
    type === 'Flow' || type === 'FlowDefinition'
      ? snapshot.scope.flows === 'all' || snapshot.scope.flows.includes(fullName.replace(/-\d+$/, ''))
      : named.has(`${type}:*`) || named.has(`${type}:${fullName}`);
  for (const target of outsideScope(touchesOf(observed.deployments.filter(isReal), observed.reports), covers)) {
    findings.push({
      code: 'outsideSnapshot',
      severity: 'warning',
      subject: target,
      message: 'A deployment changed it, and the snapshot does not cover it: it is not taken back.',
    });
  }
  return findings;
}
