import type { FlowEntry } from '../flow/flowVersion.js';
import { componentStates, keyText, type ComponentKey, type ComponentState } from '../metadata/component.js';
import { recordTarget } from '../model/selector.js';
import type { OrgPorts, Retrieved } from '../org/ports.js';
import { readItems } from '../plan/readPlan.js';
import type { RecordItem, RollbackPlan, Step } from '../plan/rollbackPlan.js';
import { comparableRow, type ValueRow } from '../records/fieldValue.js';
import { fieldNamed, readableFields } from '../records/objectDescribe.js';
import { idChunks, inList, select } from '../records/soql.js';
import type { StoreFolder } from '../store/ports.js';

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
  readonly components: ReadonlyMap<string, ComponentState>;
  readonly retrieved: Retrieved | undefined;
  readonly items: ReadonlyMap<string, readonly RecordItem[]>;
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

function sameValues(row: ValueRow, wanted: ValueRow): boolean {
  return Object.entries(wanted).every(([field, value]) => row[field] === value);
}

/**
 * How one row stands. Values decide, not stamps: the target value means already restored, the planned value means go, a
 * third value means that somebody moved it. `returning` holds rows that another step undeletes first.
 */
export function standingOfRow(item: RecordItem, row: RowState | undefined, returning: ReadonlySet<string>): Standing {
  const gone = !row || row.deleted;
  if (item.after === null) {
    if (gone) return 'alreadyRestored';
    return sameValues(row.values, item.before ?? {}) ? 'asPlanned' : 'moved';
  }
  if (item.before === null) {
    if (!row) return 'moved';
    if (row.deleted) return 'asPlanned';
    return sameValues(row.values, item.after) ? 'alreadyRestored' : 'moved';
  }
  if (gone) return row && returning.has(item.id) ? 'asPlanned' : 'moved';
  if (sameValues(row.values, item.after)) return 'alreadyRestored';
  const before = item.before;
  const known = Object.entries(item.after).every(
    ([field, value]) => row.values[field] === value || row.values[field] === before[field]
  );
  return known ? 'asPlanned' : 'moved';
}

export function standingOfFlow(step: Step, flows: readonly FlowEntry[]): Standing {
  const { detail } = step;
  if (detail.kind === 'flowVersion') {
    const flow = flows.find((entry) => entry.name === detail.flow);
    return flow?.versions.some((version) => version.number === detail.version) ? 'asPlanned' : 'alreadyRestored';
  }
  if (detail.kind !== 'flow') return 'asPlanned';
  const flow = flows.find((entry) => entry.name === detail.flow);
  const active = flow?.activeVersion ?? null;
  if (step.operation !== 'redeployFlow' && active === detail.to) return 'alreadyRestored';
  return active === detail.from ? 'asPlanned' : 'moved';
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
export async function checkTargets(org: OrgPorts, plan: RollbackPlan, planFolder: StoreFolder): Promise<Checked> {
  const flowSteps = plan.steps.filter((step) => step.lane === 'flows');
  const componentKeys: ComponentKey[] = plan.steps.flatMap((step) =>
    step.detail.kind === 'component' ? [{ type: step.detail.type, fullName: step.detail.fullName }] : []
  );
  const items = new Map<string, readonly RecordItem[]>();
  for (const step of plan.steps)
    if (step.detail.kind === 'records') items.set(step.id, await readItems(planFolder, step));
  const [flows, retrieved] = await Promise.all([
    flowSteps.length > 0 ? org.listFlows() : Promise.resolve([]),
    componentKeys.length > 0 ? org.retrieve(componentKeys) : Promise.resolve(undefined),
  ]);
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
    if (step.lane === 'flows') note(standingOfFlow(step, flows), () => movedFlow(step, flows));
    else if (step.detail.kind === 'component')
      note(standingOfComponent(step, components), () => movedComponent(step, components));
  }
  const returning = new Set(
    plan.steps
      .filter((step) => step.operation === 'undeleteRecords')
      .flatMap((step) => (items.get(step.id) ?? []).map((item) => item.id))
  );
  await Promise.all(
    plan.steps.map(async (step) => {
      if (step.detail.kind !== 'records') return;
      const { object } = step.detail;
      const stepItems = items.get(step.id) ?? [];
      const rows = await readRows(
        org,
        object,
        stepItems.map((item) => item.id),
        await fieldsOf(org, object, stepItems)
      );
      for (const item of stepItems)
        note(standingOfRow(item, rows.get(item.id), returning), () => movedRow(object, item, rows.get(item.id)));
    })
  );
  moved.sort((a, b) => (a.target < b.target ? -1 : 1));
  return { current: { flows, components, retrieved, items }, moved, nothingToDo: open === 0 };
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
  return { target: step.target, what: is, byId: active?.lastModifiedById ?? null, at: active?.lastModifiedAt ?? null };
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
