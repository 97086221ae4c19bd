import { diffFlows } from '../flow/diffFlows.js';
import { versionMember } from '../flow/flowVersion.js';
import { keyText, type ComponentKey, type ComponentsPart } from '../metadata/component.js';
import { diffComponents } from '../metadata/diffComponents.js';
import type { Progress } from '../model/progress.js';
import type { OrgPorts } from '../org/ports.js';
import type { DeployReport } from '../org/ports/components.js';
import type { Deployment } from '../org/ports/history.js';
import type { Baseline } from '../snapshot/baseline.js';
import { isReal } from './attribution/attribution.js';
import type { ChangeSet } from './changeSet.js';
import { readComponentsNow, type ComponentsNow } from './components/readComponentsNow.js';
import type { PermissionsNow } from './permissions/permissionDraft.js';
import { readPermissionsNow } from './permissions/readPermissionsNow.js';
import { readRecordsNow, type RecordsNow } from './records/readRecordsNow.js';

/** The org against a baseline: what changed, and what is known of who did it. */
export interface Observed {
  readonly changes: ChangeSet;
  readonly components: ComponentsNow;
  readonly permissions: PermissionsNow;
  readonly records: RecordsNow;
  readonly deployments: readonly Deployment[];
  readonly reports: ReadonlyMap<string, DeployReport>;
}

/** Reads the org against the baseline. Changes nothing. */
export async function observe(org: OrgPorts, baseline: Baseline, full: boolean, progress: Progress): Promise<Observed> {
  progress.stage('Looking at the org');
  const [deployments, components, permissions, records] = await Promise.all([
    org.deploymentsSince(baseline.snapshot.createdAt),
    readComponentsNow(org, baseline, progress),
    readPermissionsNow(org, baseline, progress),
    readRecordsNow(org, baseline, full, progress),
  ]);
  const reports = new Map<string, DeployReport>();
  await Promise.all(
    deployments
      .filter(isReal)
      .map(async (deployment) => reports.set(deployment.id, await org.deployReport(deployment.id)))
  );
  const changes: ChangeSet = {
    flows: diffFlows(
      { ...baseline.flows, flows: flowsRead(baseline.flows.flows, components.notRead) },
      flowsRead(components.flows, components.notRead),
      baseline.snapshot.scope.flows === 'all',
      (flow, version) => components.flowBodies.get(versionMember(flow, version))
    ),
    components: diffComponents(knownOf(baseline.components, components.notRead), components.states),
    permissions: permissions.changes,
    records: records.changes,
  };
  return { changes, components, permissions, records, deployments, reports };
}

/** What was not given and is not proven to be gone is neither a change nor as before. */
function knownOf(part: ComponentsPart, notRead: readonly ComponentKey[]): ComponentsPart {
  const unread = new Set(notRead.map(keyText));
  return { ...part, components: part.components.filter((state) => !unread.has(keyText(state))) };
}

/** Flows of whose bodies nobody knows are left out on both sides. */
function flowsRead<T extends { readonly name: string }>(
  flows: readonly T[],
  notRead: readonly ComponentKey[]
): readonly T[] {
  const unread = new Set(notRead.filter(({ type }) => type === 'Flow').map(({ fullName }) => fullName));
  return flows.filter(({ name }) => !unread.has(name));
}
