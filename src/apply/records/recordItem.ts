import type { RecordItem, Step } from '../../plan/rollbackPlan.js';
import { repointRow } from '../../records/idMap.js';
import { softReferences } from '../../records/knowledge.js';
import type { Standing } from '../standing.js';
import { askAll, fieldsOf, questionFor, rowsIn, type RowQuestion, type RowState } from './readRows.js';
import { standingOfRow } from './rowStanding.js';
import type { RecordStep, RunContext } from '../runContext.js';

/** An item as the plan has it, and as it stands once rows that came back under new Ids are counted in. */
export interface Item {
  readonly planned: RecordItem;
  readonly now: RecordItem;
}

/** Whether a step brings rows back. */
export function returns(step: Step): boolean {
  return step.operation === 'undeleteRecords' || step.operation === 'insertRecords';
}

/** An item with the new Ids that this run and earlier ones gave: its own, and those of the rows it will point to. */
export function mapped(run: RunContext, object: string, item: RecordItem): RecordItem {
  if (run.idMap.size === 0) return item;
  const soft = softReferences(run.baseline.knowledge, object);
  return {
    ...item,
    id: run.idMap.get(item.id) ?? item.id,
    after: item.after && repointRow(item.after, run.idMap, soft),
    ...(item.also ? { also: repointRow(item.also, run.idMap, soft) } : {}),
  };
}

/** The items of a step as they stand now. */
export function itemsNow(run: RunContext, step: RecordStep): Item[] {
  return (run.current.items.get(step.id) ?? []).map((planned) => ({
    planned,
    now: mapped(run, step.detail.object, planned),
  }));
}

/** The question for the rows of items, by their Ids of now. */
export async function questionOf(
  run: RunContext,
  step: RecordStep,
  items: readonly Item[],
  fields: 'named' | 'all'
): Promise<RowQuestion> {
  const { object } = step.detail;
  const now = items.map((item) => item.now);
  const named = fields === 'all' ? fields : await fieldsOf(run.org, object, now);
  return questionFor(
    run.org,
    object,
    now.map(({ id }) => id),
    named
  );
}

/** What a step asks before it writes: what it overwrites or deletes is saved whole. */
export function firstQuestion(run: RunContext, step: RecordStep, items: readonly Item[]): Promise<RowQuestion> {
  return questionOf(run, step, items, returns(step) ? 'named' : 'all');
}

/** The rows of items as they are now, by their Ids of now. */
export async function rowsOf(
  run: RunContext,
  step: RecordStep,
  items: readonly Item[],
  fields: 'named' | 'all'
): Promise<Map<string, RowState>> {
  const question = await questionOf(run, step, items, fields);
  return rowsIn(question, await askAll(run.org, question.soqls));
}

/** How a row stands in the middle of the run. */
export function standingNow(run: RunContext, step: RecordStep, item: Item, row: RowState | undefined): Standing {
  return standingOfRow(item.now, row, {
    returning: NOBODY,
    // Those that came along with a master are back before their own step.
    refilled: { has: (id) => run.returning.has(id) || run.strays.has(id) },
    unmapped: item.planned.after,
    insertable:
      step.operation === 'insertRecords' || step.fallbacks.some((fallback) => fallback.operation === 'insertRecords'),
    elsewhere: run.elsewhere.get(item.planned.id) ?? NOTHING,
  });
}

const NOBODY: ReadonlySet<string> = new Set();
const NOTHING: ReadonlySet<string> = new Set();
