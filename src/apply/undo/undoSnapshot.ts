import { flowBodyDigest } from '../../flow/flowBody.js';
import {
  versionMember,
  versionsToKeep,
  type FlowBody,
  type FlowEntry,
  type FlowsPart,
} from '../../flow/flowVersion.js';
import { keyText, type ComponentKey, type ComponentsPart, type ComponentState } from '../../metadata/component.js';
import { manifestXml } from '../../metadata/manifest.js';
import { makeStoreId } from '../../model/ids.js';
import type { Gap } from '../../model/finding.js';
import type { Chance } from '../../model/progress.js';
import type { OrgPorts } from '../../org/ports.js';
import type { RollbackPlan } from '../../plan/rollbackPlan.js';
import { sealSnapshot } from '../../snapshot/sealSnapshot.js';
import type { FieldPart, ObjectPart, Snapshot, SnapshotPart } from '../../snapshot/snapshotFormat.js';
import type { Store } from '../../store/ports.js';
import { readAccounts, type EarlierRun } from '../earlierRuns.js';
import { UNDO_COMPONENTS } from './undoPoint.js';
import { wasChanged, type SnapshotFiles, type UndoneRun } from '../undoneRun.js';
import { undoFieldData } from './undoFieldData.js';
import { undoPermissions } from './undoPermissions.js';
import { undoRecords } from './undoRecords.js';

/**
 * Makes a snapshot of a run's undo point: everything the run changed, and nothing else, as it was just before. A plan back to
 * it takes the run back. Of the org only bodies of flow versions are read; nothing is changed.
 */
export async function makeUndoSnapshot(
  org: OrgPorts,
  store: Store,
  run: EarlierRun,
  plan: RollbackPlan,
  chance: Chance
): Promise<Snapshot> {
  const undone: UndoneRun = { run, plan, accounts: await readAccounts(run.folder, run.state) };
  const id = makeStoreId(chance.now(), org.identity.label, chance.entropy(3));
  const folder = await store.create('snapshots', id);
  const parts: SnapshotPart[] = [];
  const files: SnapshotFiles = {
    folder,
    parts,
    put: async (path, content) => void parts.push(await folder.write(path, content)),
  };
  const gaps: Gap[] = [];
  const flows = await undoFlows(org, undone, files, gaps);
  const components = await undoComponents(undone, files, plan.apiVersion);
  const permissionRows = await undoPermissions(undone, files);
  const absent = new Set(components.absent.map(keyText));
  const objects = await undoRecords(org, undone, files, (field) => absent.has(`CustomField:${field}`));
  const fieldData = await undoFieldData(undone, files);
  parts.sort((a, b) => (a.path < b.path ? -1 : 1));
  return writeSnapshot(org, undone, files, { flows, components, permissionRows, objects, fieldData, gaps });
}

async function writeSnapshot(
  org: OrgPorts,
  { run, plan }: UndoneRun,
  { folder, parts }: SnapshotFiles,
  lanes: {
    flows: FlowsPart;
    components: ComponentsPart;
    permissionRows: number;
    objects: ObjectPart[];
    fieldData: FieldPart[];
    gaps: Gap[];
  }
): Promise<Snapshot> {
  const { flows, components, permissionRows, objects, fieldData, gaps } = lanes;
  const at = run.state.orgTime ?? run.state.openedAt;
  return sealSnapshot(
    folder,
    {
      label: `before run ${run.id}`,
      undoOf: run.id,
      orgId: org.identity.orgId,
      username: org.identity.username,
      userId: org.identity.userId,
      apiVersion: plan.apiVersion,
      createdAt: at,
      finishedAt: at,
      complete: true,
      scope: {
        flows: [...flows.flows.map(({ name }) => name), ...flows.absent],
        metadata: [...components.components, ...components.absent].map(({ type, fullName }) => ({ type, fullName })),
        records: objects.map(({ object }) => ({ object })),
      },
      packages: await org.packageVersions(),
      objects,
      ...(fieldData.length > 0 ? { fieldData } : {}),
      gaps,
      parts,
    },
    { flows, components, permissionRows }
  );
}

/** The flows that the run switched, with the bodies of their versions: from the run folder where the run deleted them. */
async function undoFlows(
  org: OrgPorts,
  { run, plan, accounts }: UndoneRun,
  files: SnapshotFiles,
  gaps: Gap[]
): Promise<FlowsPart> {
  const names = new Set(
    plan.steps.flatMap(({ id, detail }) =>
      (detail.kind === 'flow' || detail.kind === 'flowVersion') && (accounts.get(id) ?? []).some(wasChanged)
        ? [detail.flow]
        : []
    )
  );
  const before: readonly FlowEntry[] =
    names.size > 0 && (await run.folder.exists('undo/flows.json'))
      ? (JSON.parse((await run.folder.read('undo/flows.json')).toString('utf8')) as { flows: FlowEntry[] }).flows
      : [];
  const flows = before.filter(({ name }) => names.has(name));
  const absent = [...names].filter((name) => !flows.some((flow) => flow.name === name));
  const wanted = flows.flatMap((flow) => versionsToKeep(flow).map((version) => ({ flow: flow.name, version })));
  const kept = new Set(await run.folder.list('bad'));
  const badPath = (flow: string, version: number): string => `bad/${flow}-${version}.flow-meta.xml`;
  const missing = wanted.filter(({ flow, version }) => !kept.has(badPath(flow, version)));
  const retrieved = await org.retrieve(
    missing.map(({ flow, version }) => ({ type: 'Flow', fullName: versionMember(flow, version) }))
  );
  const bodies: FlowBody[] = [];
  for (const { flow, version } of wanted) {
    const member = versionMember(flow, version);
    const content = kept.has(badPath(flow, version))
      ? await run.folder.read(badPath(flow, version))
      : retrieved.components.find((component) => component.fullName === member)?.files[0]?.content;
    if (!content) {
      gaps.push({ kind: 'flow', name: member, severity: 'limit', reason: 'its body was not saved and is gone' });
      continue;
    }
    const path = `flows/${flow}/${version}.flow-meta.xml`;
    await files.put(path, content);
    bodies.push({ flow, version, digest: flowBodyDigest(content.toString('utf8')), path });
  }
  const part: FlowsPart = { flows, absent, bodies };
  await files.put('flows.json', `${JSON.stringify(part, null, 2)}\n`);
  return part;
}

/** The components that the run deployed or deleted; those that the index of the undo point lacks were not there. */
async function undoComponents(
  { run, plan, accounts }: UndoneRun,
  files: SnapshotFiles,
  apiVersion: string
): Promise<ComponentsPart> {
  const keys: ComponentKey[] = plan.steps.flatMap(({ id, detail }) =>
    detail.kind === 'component' && (accounts.get(id) ?? []).some(wasChanged)
      ? [{ type: detail.type, fullName: detail.fullName }]
      : []
  );
  const saved: readonly ComponentState[] =
    keys.length > 0 && (await run.folder.exists(UNDO_COMPONENTS))
      ? (JSON.parse((await run.folder.read(UNDO_COMPONENTS)).toString('utf8')) as { components: ComponentState[] })
          .components
      : [];
  const wanted = new Set(keys.map(keyText));
  const components = saved.filter((state) => wanted.has(keyText(state)));
  const found = new Set(components.map(keyText));
  for (const path of new Set(components.flatMap(({ paths }) => paths)))
    await files.put(`metadata/${path}`, await run.folder.read(`undo/metadata/${path}`));
  if (components.length > 0) await files.put('metadata/package.xml', manifestXml(components, apiVersion));
  const part: ComponentsPart = {
    components,
    absent: keys.filter((key) => !found.has(keyText(key))),
    wholeTypes: [],
  };
  await files.put('components.json', `${JSON.stringify(part, null, 2)}\n`);
  return part;
}
