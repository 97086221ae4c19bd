import type { FlowEntry } from '../../flow/flowVersion.js';
import { baselineBodies } from '../../flow/flowVersion.js';
import { keyText, type ComponentState } from '../../metadata/component.js';
import type { Finding } from '../../model/finding.js';
import { parseStoreId, type StoreId } from '../../model/ids.js';
import { Refusal } from '../../model/refusal.js';
import { permissionKeyText } from '../../permissions/permissionRow.js';
import { coversRow } from '../../permissions/permissionScope.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { openBaseline, readSnapshot, type Baseline } from '../../snapshot/baseline.js';
import { baselineRows } from '../../snapshot/baselineRows.js';
import type { Store } from '../../store/ports.js';
import type { AfterState } from './afterState.js';
import type { ChangeSet } from '../changeSet.js';

/** The following snapshot, if there is one, and findings about those that cannot be used. */
export interface Follower {
  readonly after?: Baseline;
  readonly passedOver: readonly Finding[];
}

/**
 * The snapshot that tells what the deployment left: the one named, else the newest complete one that follows the
 * baseline. Refuses a named one that cannot tell: older than the baseline, incomplete, or of another API version.
 */
export async function readFollower(store: Store, baseline: Baseline, named: string | undefined): Promise<Follower> {
  const { snapshot } = baseline;
  const passedOver: Finding[] = [];
  const id = named === undefined ? await newestFollower(store, baseline, passedOver) : parseStoreId(named);
  if (!id) return { passedOver };
  const after = await openBaseline(store, id, snapshot.orgId, baseline.idMap);
  const refuse = (key: string, ...more: string[]): Refusal =>
    new Refusal(key, { tokens: [id, ...more], actionTokens: [snapshot.id] });
  if (id === snapshot.id || Date.parse(after.snapshot.createdAt) < Date.parse(snapshot.finishedAt))
    throw refuse('afterOlder', snapshot.id, after.snapshot.createdAt, snapshot.finishedAt);
  if (!after.snapshot.complete) throw refuse('afterIncomplete');
  if (after.snapshot.apiVersion !== snapshot.apiVersion)
    throw refuse('afterOtherVersion', snapshot.id, after.snapshot.apiVersion, snapshot.apiVersion);
  return { after, passedOver };
}

/** One that follows the baseline and cannot be used is passed over, and said: whoever took it counts on it. */
async function newestFollower(
  store: Store,
  { snapshot }: Baseline,
  passedOver: Finding[]
): Promise<StoreId | undefined> {
  for (const id of (await store.ids('snapshots')).reverse()) {
    // A damaged or unfinished neighbour is no reason to fail; it is refused when it is named.
    const found = await readSnapshot(await store.open('snapshots', id)).catch(() => undefined);
    if (found?.follows !== snapshot.id || found.orgId !== snapshot.orgId) continue;
    if (found.complete && found.apiVersion === snapshot.apiVersion) return id;
    passedOver.push({
      code: 'followerNotUsed',
      severity: 'warning',
      subject: id,
      message: `It follows the snapshot, but ${
        found.complete ? `was taken with API version ${found.apiVersion}` : 'is incomplete'
      }, so it cannot tell what the deployment left.`,
      action: `What it lacks: sf rollback show ${id}`,
    });
  }
  return undefined;
}

/** How the things that changed stood in the following snapshot. */
export async function readAfter(after: Baseline, changes: ChangeSet): Promise<AfterState> {
  const { snapshot } = after;
  const flows = new Map<string, FlowEntry | null>();
  for (const { flow } of changes.flows) {
    if (snapshot.scope.flows !== 'all' && !snapshot.scope.flows.includes(flow)) continue;
    flows.set(flow, after.flows.flows.find((entry) => entry.name === flow) ?? null);
  }
  const known = new Map(after.components.components.map((state) => [keyText(state), state]));
  const absent = new Set(after.components.absent.map(keyText));
  const components = new Map<string, ComponentState | null>();
  for (const change of changes.components) {
    const state = known.get(keyText(change));
    if (state) components.set(keyText(change), state);
    else if (absent.has(keyText(change)) || after.components.wholeTypes.includes(change.type))
      components.set(keyText(change), null);
  }
  return {
    snapshotId: snapshot.id,
    startedAt: snapshot.createdAt,
    finishedAt: snapshot.finishedAt,
    flows,
    flowBodies: baselineBodies(after.flows),
    components,
    permissions: permissionsThen(after, changes),
    objects: new Set(snapshot.objects.map((part) => part.object)),
    rows: await rowsThen(after, changes.records),
  };
}

function permissionsThen({ permissions }: Baseline, changes: ChangeSet): AfterState['permissions'] {
  if (!permissions) return new Map();
  const granted = new Map(permissions.rows.map((row) => [permissionKeyText(row), row]));
  return new Map(
    changes.permissions
      .filter((change) => coversRow(permissions.scope, change))
      .map((change) => [permissionKeyText(change), granted.get(permissionKeyText(change)) ?? { grants: [] }])
  );
}

async function rowsThen(after: Baseline, changes: readonly RecordChange[]): Promise<Map<string, ValueRow | null>> {
  const rows = new Map<string, ValueRow | null>();
  for (const [object, ofObject] of Map.groupBy(changes, (change) => change.object)) {
    const part = after.snapshot.objects.find((entry) => entry.object === object);
    if (!part) continue;
    const wanted = new Set(ofObject.map(({ id }) => id));
    for await (const row of baselineRows(after, part))
      if (wanted.has(row.Id as string)) rows.set(row.Id as string, row);
    for (const change of ofObject.filter(({ id }) => !rows.has(id))) {
      const created = Date.parse(change.now?.CreatedDate ?? '');
      // Under a condition a row may have been there all the same, outside of it.
      if (!part.where || created > Date.parse(after.snapshot.finishedAt)) rows.set(change.id, null);
    }
  }
  return rows;
}
