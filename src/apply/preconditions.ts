import type { FlowEntry } from '../flow/flowVersion.js';
import {
  companionsOf,
  componentStates,
  keyText,
  type ComponentKey,
  type ComponentState,
} from '../metadata/component.js';
import type { OrgPorts } from '../org/ports.js';
import type { Retrieved } from '../org/ports/components.js';
import { readItems } from '../plan/readPlan.js';
import type { RecordItem, RollbackPlan, Step } from '../plan/rollbackPlan.js';
import { repointRow } from '../records/idMap.js';
import { fieldNamed } from '../records/objectDescribe.js';
import { softReferences } from '../records/knowledge.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { StoreFolder } from '../store/ports.js';
import { movedComponent, standingOfComponent } from './components/componentStanding.js';
import { bodiesThatMoved, movedFlow, standingOfFlow } from './flows/flowStanding.js';
import {
  movedPermission,
  plannedRows,
  readGrants,
  standingOfPermission,
  type Grants,
} from './permissions/permissionStanding.js';
import { askAll, fieldsOf, questionFor, rowsIn, type RowQuestion } from './records/readRows.js';
import { fieldsWritten, movedRow, rowsReturning, standingOfRow } from './records/rowStanding.js';
import type { Moved, Standing } from './standing.js';

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
  const questions = await rowQuestions(org, plan, items, baseline);
  const answers = await askAll(
    org,
    questions.flatMap(({ question }) => question.soqls)
  );
  for (const { step, object, items: stepItems, question } of questions) {
    const insertable =
      step.operation === 'insertRecords' || step.fallbacks.some((fallback) => fallback.operation === 'insertRecords');
    const coming = await fieldsComing(org, plan, object);
    const rows = rowsIn(question, answers);
    for (const item of stepItems) {
      const context = {
        returning,
        refilled: NO_FIELDS,
        insertable,
        elsewhere: elsewhere.get(item.old) ?? NO_FIELDS,
        coming,
      };
      note(standingOfRow(item, rows.get(item.id), context), () => movedRow(object, item, rows.get(item.id)));
    }
  }
  moved.sort((a, b) => (a.target < b.target ? -1 : 1));
  return { current: { flows, flowBodies, components, retrieved, items, permissions }, moved, nothingToDo: open === 0 };
}

/** The record steps of a plan, with their rows by the Ids of now and what has to be asked for them. */
async function rowQuestions(
  org: OrgPorts,
  plan: RollbackPlan,
  items: ReadonlyMap<string, readonly RecordItem[]>,
  { idMap, knowledge }: Pick<Baseline, 'idMap' | 'knowledge'>
): Promise<
  Array<{
    readonly step: Step;
    readonly object: string;
    readonly items: ReadonlyArray<RecordItem & { readonly old: string }>;
    readonly question: RowQuestion;
  }>
> {
  const steps = plan.steps.flatMap((step) => (step.detail.kind === 'records' ? [{ step, ...step.detail }] : []));
  // The org knows neither an object that is created again only later, nor a row of it.
  const coming = await objectsComing(org, plan);
  await org.describeAll(steps.map(({ object }) => object).filter((object) => !coming.has(object)));
  return Promise.all(
    steps.map(async ({ step, object }) => {
      const soft = softReferences(knowledge, object);
      const now = (items.get(step.id) ?? []).map((item) => ({
        ...item,
        id: idMap.get(item.id) ?? item.id,
        old: item.id,
        after: item.after && repointRow(item.after, idMap, soft),
        ...(item.also ? { also: repointRow(item.also, idMap, soft) } : {}),
      }));
      const ids = now.map(({ id }) => id);
      return {
        step,
        object,
        items: now,
        question: coming.has(object)
          ? { fields: [], soqls: [] }
          : await questionFor(org, object, ids, await fieldsOf(org, object, now)),
      };
    })
  );
}

/** Objects that steps of the plan create again and that are not there yet. */
async function objectsComing(org: OrgPorts, plan: RollbackPlan): Promise<ReadonlySet<string>> {
  const names = plan.steps.flatMap(({ operation, detail }) =>
    operation === 'recreateComponent' && detail.kind === 'component' && detail.type === 'CustomObject'
      ? [detail.fullName]
      : []
  );
  if (names.length === 0) return NO_FIELDS;
  const known = await org.objectNames();
  return new Set(names.filter((name) => !known.has(name)));
}

/** Fields of an object that a step of the plan creates again and that are not there yet. */
async function fieldsComing(org: OrgPorts, plan: RollbackPlan, object: string): Promise<ReadonlySet<string>> {
  const names = plan.steps.flatMap(({ operation, detail }) =>
    operation === 'recreateComponent' && detail.kind === 'component' && detail.type === 'CustomField'
      ? [detail.fullName]
      : []
  );
  const own = names.flatMap((name) => (name.startsWith(`${object}.`) ? [name.slice(object.length + 1)] : []));
  if (own.length === 0) return NO_FIELDS;
  if (!(await org.objectNames()).has(object)) return NO_FIELDS;
  const describe = await org.describe(object);
  return new Set(own.filter((field) => !fieldNamed(describe, field)));
}

const NO_FIELDS: ReadonlySet<string> = new Set();
