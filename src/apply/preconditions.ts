import { flowBodyDigest } from '../flow/flowBody.js';
import { versionMember, versionOf, type FlowEntry } from '../flow/flowVersion.js';
import {
  companionsOf,
  componentStates,
  keyText,
  type ComponentKey,
  type ComponentState,
} from '../metadata/component.js';
import { recordTarget } from '../model/selector.js';
import type { OrgPorts, Retrieved } from '../org/ports.js';
import { readItems } from '../plan/readPlan.js';
import type { RecordItem, RollbackPlan, Step } from '../plan/rollbackPlan.js';
import { comparableRow, type ValueRow } from '../records/fieldValue.js';
import { fieldNamed, readableFields } from '../records/objectDescribe.js';
import { repointRow } from '../records/idMap.js';
import { softReferences } from '../records/knowledge.js';
import { idChunks, inList, select } from '../records/soql.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { StoreFolder } from '../store/ports.js';
import {
  movedPermission,
  plannedRows,
  readGrants,
  standingOfPermission,
  type Grants,
} from './permissions/permissionStanding.js';

/** An item that is neither as the plan expects it nor as the plan leaves it. */
export interface Moved {
  readonly target: string;
  readonly what: string;
  readonly byId: string | null;
  readonly at: string | null;
}

/** What an item is now, against what the plan knows of it. */
export type Standing = 'asPlanned' | 'alreadyRestored' | 'moved';

/** The targets of a plan as they are now, read just before anything is written. */
export interface Current {
  readonly flows: readonly FlowEntry[];
  readonly flowBodies: ReadonlyMap<string, string>;
  readonly components: ReadonlyMap<string, ComponentState>;
  readonly retrieved: Retrieved | undefined;
  readonly items: ReadonlyMap<string, readonly RecordItem[]>;
  /** What the permission rows of the plan grant. */
  readonly permissions: Grants;
}

export interface RowState {
  readonly deleted: boolean;
  readonly values: ValueRow;
}

/** Rows by id as they are now, deleted ones included; ids the org does not know are missing. */
export async function readRows(
  org: OrgPorts,
  object: string,
  ids: readonly string[],
  fields: readonly string[] | 'all'
): Promise<Map<string, RowState>> {
  const describe = await org.describe(object);
  const readable = readableFields(describe);
  const wanted =
    fields === 'all'
      ? readable
      : readable.filter(
          (field) =>
            fields.includes(field.name) ||
            ['Id', 'IsDeleted', 'LastModifiedById', 'LastModifiedDate'].includes(field.name)
        );
  const rows = new Map<string, RowState>();
  for (const chunk of idChunks(ids)) {
    for (const raw of await org.query(
      select(
        wanted.map((field) => field.name),
        object,
        inList('Id', chunk)
      ),
      { all: true }
    )) {
      const values = comparableRow(wanted, raw);
      rows.set(values.Id as string, { deleted: values.IsDeleted === 'true', values });
    }
  }
  return rows;
}

/** What the rest of a plan means for how one row stands. */
export interface RowContext {
  /** Rows that another step brings back first. */
  readonly returning: ReadonlySet<string>;
  /** Rows that came back in this run: the org fills lookups to them again that their deletion had blanked. */
  readonly refilled: Pick<ReadonlySet<string>, 'has'>;
  /** The planned values before new Ids were counted in: an insert writes text with the old ones at first. */
  readonly unmapped?: ValueRow | null;
  /** A row that is gone altogether can be inserted. */
  readonly insertable: boolean;
  /** Fields of this row that another step writes. */
  readonly elsewhere: ReadonlySet<string>;
}

/**
 * How one row stands. Values decide, not stamps: the target value means already restored, the planned value (or one the
 * plan itself puts in between) means go, any other value means that somebody moved it.
 */
export function standingOfRow(item: RecordItem, row: RowState | undefined, context: RowContext): Standing {
  const gone = !row || row.deleted;
  const { before, after, also } = item;
  const expected = (field: string): boolean => {
    const value = row?.values[field];
    // A field that could not be read says nothing, and least of all that it is as planned.
    if (value === undefined) return false;
    return (
      value === after?.[field] ||
      value === before?.[field] ||
      (also !== undefined && field in also && value === also[field]) ||
      (before?.[field] === null && value !== null && context.refilled.has(value)) ||
      (context.unmapped != null && field in context.unmapped && value === context.unmapped[field])
    );
  };
  if (after === null) {
    if (gone) return 'alreadyRestored';
    return Object.keys(before ?? {}).every((field) => expected(field) || context.elsewhere.has(field))
      ? 'asPlanned'
      : 'moved';
  }
  const restored = Object.entries(after).every(
    ([field, value]) => row?.values[field] === value || (before === null && context.elsewhere.has(field))
  );
  if (before === null) {
    if (!row) return context.insertable ? 'asPlanned' : 'moved';
    if (row.deleted) return 'asPlanned';
    return restored ? 'alreadyRestored' : 'moved';
  }
  if (gone) return context.returning.has(item.id) ? 'asPlanned' : 'moved';
  if (restored) return 'alreadyRestored';
  return Object.keys(after).every(expected) ? 'asPlanned' : 'moved';
}

/** Fields that steps of a plan write, by row. */
export function fieldsWritten(
  plan: RollbackPlan,
  items: ReadonlyMap<string, readonly RecordItem[]>
): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>();
  for (const step of plan.steps) {
    if (step.operation !== 'updateRecords') continue;
    for (const item of items.get(step.id) ?? [])
      fields.set(item.id, new Set([...(fields.get(item.id) ?? []), ...Object.keys(item.after ?? {})]));
  }
  return fields;
}

/** Rows that steps of a plan bring back, by their old Ids. */
export function rowsReturning(plan: RollbackPlan, items: ReadonlyMap<string, readonly RecordItem[]>): Set<string> {
  const steps = plan.steps.filter((step) => step.operation === 'undeleteRecords' || step.operation === 'insertRecords');
  return new Set(steps.flatMap((step) => (items.get(step.id) ?? []).map((item) => item.id)));
}

/** Rows that come back with their masters, by the org, before a step of the plan takes them away again. */
export function strayRows(plan: RollbackPlan, items: ReadonlyMap<string, readonly RecordItem[]>): Set<string> {
  const steps = plan.steps.filter(({ detail }) => detail.kind === 'records' && detail.strays);
  return new Set(steps.flatMap((step) => (items.get(step.id) ?? []).map((item) => item.id)));
}

/** How a flow stands. `bodies` holds digests of versions that were read because their stamp moved, by `Name-3`. */
export function standingOfFlow(step: Step, flows: readonly FlowEntry[], bodies: ReadonlyMap<string, string>): Standing {
  const { detail } = step;
  if (detail.kind !== 'flow' && detail.kind !== 'flowVersion') return 'asPlanned';
  const flow = flows.find((entry) => entry.name === detail.flow);
  const edited = (detail.expects ?? []).some(({ version, digest }) => {
    const now = bodies.get(versionMember(detail.flow, version));
    return now !== undefined && digest !== null && now !== digest;
  });
  if (detail.kind === 'flowVersion') {
    if (!flow?.versions.some((version) => version.number === detail.version)) return 'alreadyRestored';
    return edited ? 'moved' : 'asPlanned';
  }
  const active = flow?.activeVersion ?? null;
  if (detail.inactive) {
    if (!flow) return 'asPlanned';
    const newest = flow.latestVersion === null ? undefined : bodies.get(versionMember(flow.name, flow.latestVersion));
    return active === null && newest === detail.bodyDigest ? 'alreadyRestored' : 'moved';
  }
  const runs = active === null ? undefined : bodies.get(versionMember(detail.flow, active));
  const there =
    step.operation === 'redeployFlow' ? runs !== undefined && runs === detail.bodyDigest : active === detail.to;
  // The version that shall run may have been edited since: then its number says nothing.
  if (there && !(edited && detail.bodyDigest !== null && runs !== undefined && runs !== detail.bodyDigest))
    return 'alreadyRestored';
  return active === detail.from && !edited ? 'asPlanned' : 'moved';
}

export function standingOfComponent(step: Step, components: ReadonlyMap<string, ComponentState>): Standing {
  if (step.detail.kind !== 'component') return 'asPlanned';
  const digest = components.get(keyText(step.detail))?.digest ?? null;
  if (digest === step.detail.leaves) return 'alreadyRestored';
  return digest === step.detail.expects ? 'asPlanned' : 'moved';
}

export interface Checked {
  readonly current: Current;
  readonly moved: readonly Moved[];
  /** True when every item is as the plan leaves it: there is nothing left to write. */
  readonly nothingToDo: boolean;
}

/** Reads every target of the plan and compares it with what the plan expects. Writes nothing. */
export async function checkTargets(
  org: OrgPorts,
  plan: RollbackPlan,
  planFolder: StoreFolder,
  baseline: Pick<Baseline, 'components' | 'idMap' | 'knowledge'>
): Promise<Checked> {
  const { idMap } = baseline;
  const flowSteps = plan.steps.filter((step) => step.lane === 'flows');
  const componentKeys: ComponentKey[] = plan.steps.flatMap((step) =>
    step.detail.kind === 'component' ? [{ type: step.detail.type, fullName: step.detail.fullName }] : []
  );
  const items = new Map<string, readonly RecordItem[]>();
  for (const step of plan.steps)
    if (step.detail.kind === 'records') items.set(step.id, await readItems(planFolder, step));
  const [flows, retrieved, permissions] = await Promise.all([
    flowSteps.length > 0 ? org.listFlows() : Promise.resolve([]),
    componentKeys.length > 0
      ? org.retrieve(companionsOf(componentKeys, baseline.components))
      : Promise.resolve(undefined),
    readGrants(org, plan.steps),
  ]);
  const flowBodies = await bodiesThatMoved(org, flowSteps, flows);
  const states = retrieved
    ? componentStates(retrieved.components, new Set(componentKeys.map(keyText)), retrieved.properties)
    : [];
  const components = new Map(states.map((state) => [keyText(state), state]));

  const moved: Moved[] = [];
  let open = 0;
  const note = (standing: Standing, entry: () => Moved): void => {
    if (standing !== 'alreadyRestored') open += 1;
    if (standing === 'moved') moved.push(entry());
  };
  for (const step of plan.steps) {
    if (step.lane === 'flows') note(standingOfFlow(step, flows, flowBodies), () => movedFlow(step, flows));
    else if (step.detail.kind === 'component')
      note(standingOfComponent(step, components), () => movedComponent(step, components));
  }
  for (const row of plannedRows(plan.steps))
    note(standingOfPermission(row, permissions), () => movedPermission(row, permissions));
  const returning = rowsReturning(plan, items);
  const elsewhere = fieldsWritten(plan, items);
  await Promise.all(
    plan.steps.map(async (step) => {
      if (step.detail.kind !== 'records') return;
      const { object } = step.detail;
      const soft = softReferences(baseline.knowledge, object);
      const insertable =
        step.operation === 'insertRecords' || step.fallbacks.some((fallback) => fallback.operation === 'insertRecords');
      const stepItems = (items.get(step.id) ?? []).map((item) => ({
        ...item,
        id: idMap.get(item.id) ?? item.id,
        old: item.id,
        after: item.after && repointRow(item.after, idMap, soft),
        ...(item.also ? { also: repointRow(item.also, idMap, soft) } : {}),
      }));
      const rows = await readRows(
        org,
        object,
        stepItems.map((item) => item.id),
        await fieldsOf(org, object, stepItems)
      );
      for (const item of stepItems) {
        const context = { returning, refilled: NO_FIELDS, insertable, elsewhere: elsewhere.get(item.old) ?? NO_FIELDS };
        note(standingOfRow(item, rows.get(item.id), context), () => movedRow(object, item, rows.get(item.id)));
      }
    })
  );
  moved.sort((a, b) => (a.target < b.target ? -1 : 1));
  return { current: { flows, flowBodies, components, retrieved, items, permissions }, moved, nothingToDo: open === 0 };
}

const NO_FIELDS: ReadonlySet<string> = new Set();

/**
 * Bodies that must be looked at again: of versions the plan saw whose stamp moved since, and of what runs now where a flow
 * was redeployed and the pointer moved on. Nothing is read where nothing moved.
 */
async function bodiesThatMoved(
  org: OrgPorts,
  steps: readonly Step[],
  flows: readonly FlowEntry[]
): Promise<Map<string, string>> {
  const wanted = new Set<string>();
  for (const { operation, detail } of steps) {
    if (detail.kind !== 'flow' && detail.kind !== 'flowVersion') continue;
    const flow = flows.find((entry) => entry.name === detail.flow);
    if (!flow) continue;
    for (const { version, stamp } of detail.expects ?? []) {
      const now = versionOf(flow, version);
      if (now && now.lastModifiedAt !== stamp) wanted.add(versionMember(flow.name, version));
    }
    const redeployed = operation === 'redeployFlow' && detail.kind === 'flow' && flow.activeVersion !== detail.from;
    if (redeployed && flow.activeVersion !== null) wanted.add(versionMember(flow.name, flow.activeVersion));
    // A flow that was gone is there: whether with the body that was to come back, only the body tells.
    if (detail.kind === 'flow' && detail.inactive && flow.latestVersion !== null)
      wanted.add(versionMember(flow.name, flow.latestVersion));
  }
  const members = [...wanted].map((fullName) => ({ type: 'Flow', fullName }));
  const bodies = new Map<string, string>();
  if (members.length === 0) return bodies;
  for (const component of (await org.retrieve(members)).components) {
    const text = component.files[0]?.content.toString('utf8');
    if (component.type === 'Flow' && text !== undefined) bodies.set(component.fullName, flowBodyDigest(text));
  }
  return bodies;
}

/** Fields the items speak of, as far as they can still be read. */
export async function fieldsOf(org: OrgPorts, object: string, items: readonly RecordItem[]): Promise<string[]> {
  const describe = await org.describe(object);
  return [
    ...new Set(items.flatMap((item) => [...Object.keys(item.before ?? {}), ...Object.keys(item.after ?? {})])),
  ].filter((name) => fieldNamed(describe, name));
}

function movedFlow(step: Step, flows: readonly FlowEntry[]): Moved {
  const name = step.detail.kind === 'flow' || step.detail.kind === 'flowVersion' ? step.detail.flow : '';
  const flow = flows.find((entry) => entry.name === name);
  const active = flow?.versions.find((version) => version.number === flow.activeVersion);
  const is =
    flow?.activeVersion === null || flow === undefined
      ? 'no version is active'
      : `version ${flow.activeVersion} is active`;
  const edited =
    (step.detail.kind === 'flow' && flow?.activeVersion === step.detail.from) || step.detail.kind === 'flowVersion';
  return {
    target: step.target,
    what: edited ? `${is}; a version was edited in place` : is,
    byId: active?.lastModifiedById ?? null,
    at: active?.lastModifiedAt ?? null,
  };
}

function movedComponent(step: Step, components: ReadonlyMap<string, ComponentState>): Moved {
  const state = step.detail.kind === 'component' ? components.get(keyText(step.detail)) : undefined;
  return {
    target: step.target,
    what: state ? 'its content changed' : 'it is gone',
    byId: state?.lastModifiedById ?? null,
    at: state?.lastModifiedAt ?? null,
  };
}

function movedRow(object: string, item: RecordItem, row: RowState | undefined): Moved {
  const target = recordTarget(object, item.id);
  const by = { byId: row?.values.LastModifiedById ?? null, at: row?.values.LastModifiedDate ?? null };
  if (!row) return { target, what: 'the org no longer has it', ...by };
  if (row.deleted) return { target, what: 'it was deleted', ...by };
  const expected = item.before ?? item.after ?? {};
  const fields = Object.keys(expected).filter(
    (field) => row.values[field] !== expected[field] && row.values[field] !== item.after?.[field]
  );
  return { target, what: `${fields.join(', ')} changed`, ...by };
}
