import type { FlowEntry } from '../../flow/flowVersion.js';
import { baselineBodies } from '../../flow/flowVersion.js';
import { keyText, type ComponentState } from '../../metadata/component.js';
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

/**
 * The snapshot that tells what the deployment left: the one named, else the newest complete one that follows the
 * baseline. Refuses a named one that cannot tell: older than the baseline, incomplete, or of another API version.
 */
export async function readFollower(
  store: Store,
  baseline: Baseline,
  named: string | undefined
): Promise<Baseline | undefined> {
  const { snapshot } = baseline;
  const id = named === undefined ? await newestFollower(store, baseline) : parseStoreId(named);
  if (!id) return undefined;
  const after = await openBaseline(store, id, snapshot.orgId, baseline.idMap);
  const refuse = (key: string, ...more: string[]): Refusal =>
    new Refusal(key, { tokens: [id, ...more], actionTokens: [snapshot.id] });
  if (id === snapshot.id || Date.parse(after.snapshot.createdAt) < Date.parse(snapshot.finishedAt))
    throw refuse('afterOlder', snapshot.id, after.snapshot.createdAt, snapshot.finishedAt);
  if (!after.snapshot.complete) throw refuse('afterIncomplete');
  if (after.snapshot.apiVersion !== snapshot.apiVersion)
    throw refuse('afterOtherVersion', snapshot.id, after.snapshot.apiVersion, snapshot.apiVersion);
  return after;
}

async function newestFollower(store: Store, baseline: Baseline): Promise<StoreId | undefined> {
  for (const id of (await store.ids('snapshots')).reverse()) {
    // A damaged or unfinished neighbour is no reason to fail; it is refused when it is named.
    const found = await readSnapshot(await store.open('snapshots', id)).catch(() => undefined);
    if (
      found?.follows === baseline.snapshot.id &&
      found.complete &&
      found.orgId === baseline.snapshot.orgId &&
      found.apiVersion === baseline.snapshot.apiVersion
    )
      return id;
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

function permissionsThen({ permissions }: Baseline, changes: ChangeSet): Map<string, readonly string[]> {
  if (!permissions) return new Map();
  const granted = new Map(permissions.rows.map((row) => [permissionKeyText(row), row.grants]));
  return new Map(
    changes.permissions
      .filter((change) => coversRow(permissions.scope, change))
      .map((change) => [permissionKeyText(change), granted.get(permissionKeyText(change)) ?? []])
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
