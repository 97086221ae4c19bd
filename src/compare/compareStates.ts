import { knownNewIds } from '../apply/records/knownNewIds.js';
import { diffFlows } from '../flow/diffFlows.js';
import { versionMember, type FlowEntry } from '../flow/flowVersion.js';
import { keyText, type ComponentState } from '../metadata/component.js';
import { diffComponents, type ComponentChange } from '../metadata/diffComponents.js';
import { diffContent, type ContentFile } from '../metadata/diffContent.js';
import type { StoreId } from '../model/ids.js';
import type { Progress } from '../model/progress.js';
import { componentTarget, flowTarget, recordTarget, selects } from '../model/selector.js';
import type { OrgPorts } from '../org/ports.js';
import { componentAuthor, targetsOf, type ChangeSet } from '../plan/changeSet.js';
import { observe, type Observed } from '../plan/readOrgNow.js';
import { permissionTarget } from '../permissions/permissionRow.js';
import { openBaseline, readSnapshot, type Baseline } from '../snapshot/baseline.js';
import type { ObjectPart } from '../snapshot/snapshotFormat.js';
import type { Store } from '../store/ports.js';
import { comparePermissions, permissionChanges } from './comparePermissions.js';
import { compareFlows, type BodyText } from './compareFlows.js';
import { compareRecords } from './compareRecords.js';
import type { Comparison, ComponentComparison } from './comparison.js';
import { readRecordChanges } from './readRecordChanges.js';

export interface CompareView {
  /** SELECTORs; empty: everything. */
  readonly only: readonly string[];
  /** Whether record values are part of the answer. */
  readonly values: boolean;
}

type Files = (state: ComponentState) => Promise<ContentFile[]>;
type NotCompared = Comparison['notCompared'];

interface Compared {
  readonly changes: ChangeSet;
  readonly flows: { readonly before: readonly FlowEntry[]; readonly after: readonly FlowEntry[] };
  readonly bodies: { readonly before: BodyText; readonly after: BodyText };
  readonly files: { readonly before: Files; readonly after: Files };
  readonly names: ReadonlyMap<string, string>;
}

/** A snapshot against its org as it is now, by the same reading as `plan`. Changes nothing. */
export async function compareWithOrg(
  org: OrgPorts,
  store: Store,
  id: StoreId,
  view: CompareView,
  progress: Progress
): Promise<Comparison> {
  const before = await openBaseline(store, id, org.identity.orgId, await knownNewIds(store, id));
  const observed = await observe(org, before, false, progress);
  const at = await org.serverTime();
  const names = await org.userNames([...targetsOf(observed.changes)].flatMap(({ author }) => author.userId ?? []));
  progress.stage('Comparing');
  return answer(
    {
      a: sideOf(before),
      b: { kind: 'org', id: null, orgId: org.identity.orgId, at },
      notCompared: [
        ...gapsOf(before),
        ...observed.records.findings.map((finding) => ({ what: finding.subject, why: finding.message })),
      ],
    },
    {
      changes: observed.changes,
      flows: { before: before.flows.flows, after: observed.components.flows },
      bodies: { before: savedBody(before), after: bodyOfOrg(org, observed) },
      files: { before: savedFiles(before), after: filesOfOrg(observed) },
      names,
    },
    view
  );
}

/** Two snapshots. Of two orgs everything is compared that has a name; Ids of rows differ from org to org. */
export async function compareSnapshots(
  store: Store,
  idA: StoreId,
  idB: StoreId,
  view: CompareView,
  progress: Progress
): Promise<Comparison> {
  progress.stage('Comparing');
  const [before, after] = [await openOwn(store, idA), await openOwn(store, idB)];
  const notCompared: Array<NotCompared[number]> = [...gapsOf(before), ...gapsOf(after)];
  const records = await recordChanges(before, after, notCompared);
  const digests = new Map(after.flows.bodies.map((body) => [versionMember(body.flow, body.version), body.digest]));
  const { changes: flows, hidden } = flowChanges(before, after, digests);
  notCompared.push(...hidden, ...scopeDifferences(before, after));
  return answer(
    { a: sideOf(before), b: sideOf(after), notCompared },
    {
      changes: {
        flows,
        components: componentChanges(before, after),
        permissions: permissionChanges(before.permissions, after.permissions),
        records,
      },
      flows: { before: before.flows.flows, after: after.flows.flows },
      bodies: { before: savedBody(before), after: savedBody(after) },
      files: { before: savedFiles(before), after: savedFiles(after) },
      names: new Map(),
    },
    view
  );
}

async function openOwn(store: Store, id: StoreId): Promise<Baseline> {
  const { orgId } = await readSnapshot(await store.open('snapshots', id));
  return openBaseline(store, id, orgId);
}

function sideOf({ snapshot }: Baseline): Comparison['a'] {
  return { kind: 'snapshot', id: snapshot.id, orgId: snapshot.orgId, at: snapshot.createdAt };
}

function gapsOf({ snapshot }: Baseline): NotCompared {
  return snapshot.gaps.map((gap) => ({ what: gap.name, why: `not in snapshot ${snapshot.id}: ${gap.reason}` }));
}

async function recordChanges(
  before: Baseline,
  after: Baseline,
  notCompared: Array<NotCompared[number]>
): Promise<ChangeSet['records']> {
  const [left, right] = [before.snapshot.objects, after.snapshot.objects];
  if (before.snapshot.orgId !== after.snapshot.orgId) {
    if (left.length > 0 && right.length > 0)
      notCompared.push({ what: 'records', why: 'the snapshots are of two orgs, and rows are known by their Ids' });
    return [];
  }
  const changes: Array<ChangeSet['records'][number]> = [];
  for (const part of left) {
    const other = right.find((candidate) => candidate.object === part.object);
    if (!other) notCompared.push({ what: part.object, why: `not in snapshot ${after.snapshot.id}` });
    else {
      if (part.where !== other.where)
        notCompared.push({
          what: part.object,
          why: 'the two scopes have other conditions: rows that only one of them covers count as created or deleted',
        });
      for (const [id, { rowsOnly }] of [
        [before.snapshot.id, part],
        [after.snapshot.id, other],
      ] as const)
        if (rowsOnly)
          notCompared.push({ what: part.object, why: `snapshot ${id} covers only the rows that its run changed` });
      const found = await readRecordChanges(before, after, { before: part, after: other });
      changes.push(...found.filter((change) => covered(change, part, other)));
    }
  }
  for (const part of right)
    if (!left.some((candidate) => candidate.object === part.object))
      notCompared.push({ what: part.object, why: `not in snapshot ${before.snapshot.id}` });
  return changes;
}

/** An undo point covers the rows it holds and those it names as absent: of any other it cannot tell that it is not there. */
function covered({ id, kind }: ChangeSet['records'][number], before: ObjectPart, after: ObjectPart): boolean {
  if (kind === 'inserted') return !before.rowsOnly || before.rowsOnly.absent.includes(id);
  if (kind === 'deleted') return !after.rowsOnly || after.rowsOnly.absent.includes(id);
  return true;
}

/** Whether a snapshot can tell that a flow is there or not. */
function coversFlow({ snapshot }: Baseline, name: string): boolean {
  return snapshot.scope.flows === 'all' || snapshot.scope.flows.includes(name);
}

function flowChanges(
  before: Baseline,
  after: Baseline,
  digests: ReadonlyMap<string, string>
): { readonly changes: ChangeSet['flows']; readonly hidden: NotCompared } {
  const all = diffFlows(before.flows, after.flows.flows, before.snapshot.scope.flows === 'all', (flow, version) =>
    digests.get(versionMember(flow, version))
  );
  const changes = all.filter((change) => coversFlow(after, change.flow));
  return {
    changes,
    hidden: all
      .filter((change) => !changes.includes(change))
      .map((change) => ({ what: flowTarget(change.flow), why: `not in snapshot ${after.snapshot.id}` })),
  };
}

function componentChanges(before: Baseline, after: Baseline): ComponentChange[] {
  const gone = new Set(after.components.absent.map(keyText));
  const whole = new Set(after.components.wholeTypes);
  return diffComponents(before.components, after.components.components).filter(
    // Not found in the other snapshot means gone only where that snapshot looked for it.
    (change) => change.kind !== 'deleted' || gone.has(keyText(change)) || whole.has(change.type)
  );
}

function scopeDifferences(before: Baseline, after: Baseline): NotCompared {
  const known = (side: Baseline): Set<string> =>
    new Set([...side.components.components, ...side.components.absent].map(keyText));
  const covers = (side: Baseline, keys: Set<string>, state: ComponentState): boolean =>
    keys.has(keyText(state)) || side.components.wholeTypes.includes(state.type);
  const [left, right] = [known(before), known(after)];
  return [
    ...before.components.components
      .filter((state) => !covers(after, right, state))
      .map((state) => ({ what: `metadata:${keyText(state)}`, why: `not in snapshot ${after.snapshot.id}` })),
    ...after.components.components
      .filter((state) => !covers(before, left, state))
      .map((state) => ({ what: `metadata:${keyText(state)}`, why: `not in snapshot ${before.snapshot.id}` })),
    ...[
      [before, after],
      [after, before],
    ].flatMap(([one, other]) =>
      one?.permissions && other && !other.permissions
        ? [{ what: 'permissions', why: `not in snapshot ${other.snapshot.id}` }]
        : []
    ),
    ...after.flows.flows
      .filter((flow) => !coversFlow(before, flow.name))
      .map((flow) => ({ what: flowTarget(flow.name), why: `not in snapshot ${before.snapshot.id}` })),
  ];
}

function savedBody(side: Baseline): BodyText {
  return async (flow, version) => {
    const body = side.flows.bodies.find((candidate) => candidate.flow === flow && candidate.version === version);
    return body ? (await side.folder.read(body.path)).toString('utf8') : undefined;
  };
}

/** A version that did not move since the snapshot was not read with the others, and is read now. */
function bodyOfOrg(org: OrgPorts, observed: Observed): BodyText {
  return async (flow, version) => {
    const fullName = versionMember(flow, version);
    const known = observed.components.flowTexts.get(fullName);
    if (known !== undefined) return known;
    const { components } = await org.retrieve([{ type: 'Flow', fullName }]);
    return components.find((component) => component.type === 'Flow')?.files[0]?.content.toString('utf8');
  };
}

function savedFiles(side: Baseline): Files {
  return async (state) =>
    Promise.all(state.paths.map(async (path) => ({ path, content: await side.folder.read(`metadata/${path}`) })));
}

function filesOfOrg(observed: Observed): Files {
  return async (state) =>
    state.paths.flatMap((path) => {
      const content = observed.components.retrieved.files.get(path);
      return content ? [{ path, content }] : [];
    });
}

async function answer(
  sides: Pick<Comparison, 'a' | 'b' | 'notCompared'>,
  compared: Compared,
  view: CompareView
): Promise<Comparison> {
  const wanted = (target: string): boolean =>
    view.only.length === 0 || view.only.some((selector) => selects(selector, target));
  const { changes, names } = compared;
  const flows = await compareFlows(
    compared.flows.before.filter((flow) => wanted(flowTarget(flow.name))),
    compared.flows.after.filter((flow) => wanted(flowTarget(flow.name))),
    changes.flows.filter((change) => wanted(flowTarget(change.flow))),
    compared.bodies,
    names
  );
  const components = await Promise.all(
    changes.components
      .filter((change) => wanted(componentTarget(change.type, change.fullName)))
      .map((change) => compareComponent(change, compared))
  );
  const records = compareRecords(
    changes.records.filter((change) => wanted(recordTarget(change.object, change.id))),
    names,
    view.values
  );
  const permissions = comparePermissions(
    changes.permissions.filter((change) => wanted(permissionTarget(change.parent, change)))
  );
  const differences = flows.length + components.length + permissions.length + records.length;
  return { ...sides, equal: differences === 0, flows, components, permissions, records };
}

async function compareComponent(change: ComponentChange, compared: Compared): Promise<ComponentComparison> {
  const { type, fullName, kind, baseline, now } = change;
  const author = componentAuthor(change);
  return {
    type,
    fullName,
    kind,
    content:
      baseline && now
        ? diffContent(change, await compared.files.before(baseline), await compared.files.after(now))
        : null,
    changedBy: author.userId ? (compared.names.get(author.userId) ?? author.userId) : null,
    changedAt: author.at ?? null,
  };
}
