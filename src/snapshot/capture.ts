import { keyText, type ComponentKey, type ComponentsPart } from '../metadata/component.js';
import { componentStates } from '../metadata/component.js';
import { manifestXml } from '../metadata/manifest.js';
import { flowBodyDigest } from '../flow/flowBody.js';
import { versionMember, versionsToKeep, type FlowBody, type FlowEntry, type FlowsPart } from '../flow/flowVersion.js';
import type { Gap } from '../model/finding.js';
import { allowanceOf, headroomRefusal } from '../model/headroom.js';
import { makeStoreId } from '../model/ids.js';
import { plural } from '../model/plural.js';
import type { Chance, Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import type { Retrieved } from '../org/ports/components.js';
import type { Store, StoreFolder, WrittenFile } from '../store/ports.js';
import { capturePermissions, parentsWithoutRows, permissionsJson } from './capturePermissions.js';
import { captureRecords } from './captureRecords.js';
import { isEmptyScope, type Scope } from './scope.js';
import { sealSnapshot } from './sealSnapshot.js';
import type { Snapshot, SnapshotPart } from './snapshotFormat.js';

export interface CaptureRequest {
  readonly scope: Scope;
  readonly label?: string;
  readonly follows?: string;
  readonly allowInFlight: boolean;
  /** Leave permission rows out. */
  readonly noPermissions?: boolean;
}

export interface Captured {
  readonly snapshot: Snapshot;
  readonly folder: StoreFolder;
}

/**
 * Takes a snapshot: reads the whole scope, changes nothing, and writes it so that it counts only once it is whole.
 * What could not be read is a gap in the snapshot, never silently missing. Deployments or ingest jobs in flight before
 * or after the reading refuse it, or with `allowInFlight` make it incomplete.
 */
export async function capture(
  org: OrgPorts,
  store: Store,
  request: CaptureRequest,
  chance: Chance,
  progress: Progress
): Promise<Captured> {
  if (isEmptyScope(request.scope)) throw new Refusal('emptyScope');
  progress.stage('Looking at the org');
  const createdAt = await org.serverTime();
  const gaps: Gap[] = [];
  gaps.push(...(await inFlight(org, createdAt, request.allowInFlight)));
  const tooLittle = headroomRefusal(requestsFor(request.scope), allowanceOf(org.apiUsage()));
  if (tooLittle) throw tooLittle;
  const [packages, flows] = await Promise.all([
    org.packageVersions(),
    request.scope.flows.length > 0 ? org.listFlows() : Promise.resolve([]),
  ]);

  const folder = await store.create(
    'snapshots',
    makeStoreId(new Date(createdAt), org.identity.label, chance.entropy(3))
  );
  const parts: SnapshotPart[] = [];
  const put = async (path: string, content: string | Uint8Array): Promise<WrittenFile> => {
    const file = await folder.write(path, content);
    parts.push(file);
    return file;
  };

  const [flowsPart, componentsPart, objects, permissions] = await Promise.all([
    ...captureComponents(org, request.scope, flows, put, gaps, progress),
    captureRecords(org, request.scope.records, folder, parts, gaps, progress),
    capturePermissions(org, request.scope, request.noPermissions !== true, gaps, progress),
  ]);
  if (permissions) {
    await put('permissions.json', permissionsJson(permissions));
    gaps.push(...parentsWithoutRows(permissions, componentsPart.components));
  }

  progress.stage('Looking at the org once more');
  const finishedAt = await org.serverTime();
  gaps.push(
    ...(await inFlight(org, createdAt, request.allowInFlight)).filter(
      (gap) => !gaps.some((known) => known.name === gap.name)
    )
  );
  parts.sort((a, b) => (a.path < b.path ? -1 : 1));
  const snapshot = await sealSnapshot(
    folder,
    {
      ...(request.label ? { label: request.label } : {}),
      ...(request.follows ? { follows: request.follows } : {}),
      orgId: org.identity.orgId,
      username: org.identity.username,
      userId: org.identity.userId,
      apiVersion: org.identity.apiVersion,
      createdAt,
      finishedAt,
      complete: !gaps.some((gap) => gap.severity === 'hole'),
      scope: {
        flows: request.scope.flows === 'all' ? ('all' as const) : [...request.scope.flows],
        metadata: [...request.scope.metadata],
        records: request.scope.records.map((entry) => ({ ...entry })),
        ...(request.scope.knowledge ? { knowledge: request.scope.knowledge } : {}),
      },
      packages,
      objects,
      gaps,
      parts,
    },
    { flows: flowsPart, components: componentsPart, permissionRows: permissions?.rows.length ?? 0 }
  );
  return { snapshot, folder };
}

/** API requests that a snapshot takes, roughly: describe, job, polls and pages of each object, and one retrieve. */
function requestsFor(scope: Scope): number {
  return 20 + 6 * scope.records.length + (scope.metadata.length > 0 ? 10 : 0);
}

/** Deployments and jobs that write while the snapshot reads: the state they leave half done is no state to go back to. */
async function inFlight(org: OrgPorts, since: string, allowed: boolean): Promise<Gap[]> {
  const [deployments, jobs] = await Promise.all([org.deploymentsSince(since), org.ingestJobsInFlight()]);
  const running: Array<{ name: string; what: string; object?: string }> = [
    ...deployments
      .filter((deployment) => !deployment.checkOnly)
      .map((deployment) => ({
        name: deployment.id,
        what: `deployment by ${deployment.createdByName} (${deployment.status})`,
      })),
    ...jobs.map((job) => ({ name: job.id, what: `bulk load of ${job.object} (${job.state})`, object: job.object })),
  ];
  if (running.length > 0 && !allowed) {
    throw new Refusal('inFlight', {
      tokens: [running.map((entry) => `${entry.name}: ${entry.what}`).join('; ')],
      actionTokens: [org.identity.label],
    });
  }
  return running.map(({ name, what, object }) => ({
    kind: 'inFlight',
    name,
    severity: 'hole',
    reason: what,
    ...(object ? { object } : {}),
  }));
}

type Put = (path: string, content: string | Uint8Array) => Promise<WrittenFile>;

/** Flow bodies and components come in one retrieve. Two promises that settle together. */
function captureComponents(
  org: OrgPorts,
  scope: Scope,
  allFlows: readonly FlowEntry[],
  put: Put,
  gaps: Gap[],
  progress: Progress
): [Promise<FlowsPart>, Promise<ComponentsPart>] {
  const work = (async () => {
    const inScope = scope.flows === 'all' ? allFlows : allFlows.filter((flow) => scope.flows.includes(flow.name));
    const absentFlows =
      scope.flows === 'all' ? [] : scope.flows.filter((name) => !allFlows.some((flow) => flow.name === name));
    const versions: ComponentKey[] = inScope.flatMap((flow) =>
      versionsToKeep(flow).map((number) => ({ type: 'Flow', fullName: versionMember(flow.name, number) }))
    );
    const wanted = await expand(org, scope.metadata);
    if (versions.length + wanted.keys.length > 0)
      progress.stage(
        'Retrieving metadata',
        `${plural(wanted.keys.length, 'component')}, ${plural(versions.length, 'flow version')}`
      );
    const retrieved = await org.retrieve([...versions, ...wanted.keys]);
    const flows = await keepFlows(inScope, absentFlows, retrieved, put, gaps);
    const components = await keepComponents(org, wanted, retrieved, put, gaps);
    return { flows, components };
  })();
  return [work.then((done) => done.flows), work.then((done) => done.components)];
}

/** Wildcards become the names the org lists now; which types were whole is remembered. */
async function expand(
  org: OrgPorts,
  metadata: readonly ComponentKey[]
): Promise<{ keys: ComponentKey[]; wholeTypes: string[] }> {
  const wholeTypes = [...new Set(metadata.filter((key) => key.fullName === '*').map((key) => key.type))].sort();
  const listed = wholeTypes.length > 0 ? await org.listComponents(wholeTypes) : [];
  const keys = new Map(
    [...metadata.filter((key) => key.fullName !== '*'), ...listed].map((key) => [
      keyText(key),
      { type: key.type, fullName: key.fullName },
    ])
  );
  return { keys: [...keys.values()], wholeTypes };
}

async function keepFlows(
  flows: readonly FlowEntry[],
  absent: readonly string[],
  retrieved: Retrieved,
  put: Put,
  gaps: Gap[]
): Promise<FlowsPart> {
  const bodies: FlowBody[] = [];
  for (const flow of flows) {
    for (const version of versionsToKeep(flow)) {
      const member = versionMember(flow.name, version);
      const file = retrieved.components.find((component) => component.type === 'Flow' && component.fullName === member)
        ?.files[0];
      if (!file) {
        gaps.push({
          kind: 'flow',
          name: member,
          severity: 'hole',
          reason: 'the org did not give the body of this version',
        });
        continue;
      }
      const path = `flows/${flow.name}/${version}.flow-meta.xml`;
      await put(path, file.content);
      bodies.push({ flow: flow.name, version, digest: flowBodyDigest(file.content.toString('utf8')), path });
    }
  }
  const part: FlowsPart = { flows, absent, bodies };
  await put('flows.json', `${JSON.stringify(part, null, 2)}\n`);
  return part;
}

/**
 * The retrieved package as it came, its index, and what is proven absent: named, not found by the retrieve, and not in
 * listMetadata either. A name that only one of the two witnesses misses is a hole.
 */
async function keepComponents(
  org: OrgPorts,
  wanted: { keys: ComponentKey[]; wholeTypes: string[] },
  retrieved: Retrieved,
  put: Put,
  gaps: Gap[]
): Promise<ComponentsPart> {
  const states = componentStates(retrieved.components, new Set(wanted.keys.map(keyText)), retrieved.properties);
  const found = new Set(states.map(keyText));
  const missing = wanted.keys.filter((key) => !found.has(keyText(key)));
  const listed =
    missing.length > 0
      ? new Set((await org.listComponents([...new Set(missing.map((key) => key.type))])).map(keyText))
      : new Set<string>();
  const saidMissing = new Set(retrieved.notFound.map(keyText));
  const absent: ComponentKey[] = [];
  for (const key of missing) {
    if (saidMissing.has(keyText(key)) && !listed.has(keyText(key))) absent.push(key);
    else
      gaps.push({
        kind: 'component',
        name: keyText(key),
        severity: 'hole',
        reason: listed.has(keyText(key))
          ? 'listed by the org, but not retrieved'
          : 'not retrieved, and the org did not say that it does not exist',
      });
  }
  for (const [path, content] of retrieved.files) {
    if (!path.startsWith('flows/') && path !== 'package.xml') await put(`metadata/${path}`, content);
  }
  if (states.length > 0) await put('metadata/package.xml', manifestXml(states, org.identity.apiVersion));
  const part: ComponentsPart = { components: states, absent, wholeTypes: wanted.wholeTypes };
  await put('components.json', `${JSON.stringify(part, null, 2)}\n`);
  return part;
}
