import type { RecordItem, Step } from '../../plan/rollbackPlan.js';
import { repointRow } from '../../records/idMap.js';
import { softReferences } from '../../records/knowledge.js';
import type { Standing } from '../standing.js';
import { fieldsOf, readRows, type RowState } from './readRows.js';
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

/** The rows of items as they are now, by their Ids of now. */
export async function rowsOf(
  run: RunContext,
  step: RecordStep,
  items: readonly Item[],
  fields: 'named' | 'all'
): Promise<Map<string, RowState>> {
  const { object } = step.detail;
  const named =
    fields === 'all'
      ? 'all'
      : await fieldsOf(
          run.org,
          object,
          items.map(({ now }) => now)
        );
  return readRows(
    run.org,
    object,
    items.map(({ now }) => now.id),
    named
  );
}

/** How a row stands in the middle of the run. */
export function standingNow(run: RunContext, step: RecordStep, item: Item, row: RowState | undefined): Standing {
  return standingOfRow(item.now, row, {
    returning: NOBODY,
    refilled: { has: (id) => run.returned.has(id) || run.strays.has(id) },
    unmapped: item.planned.after,
    insertable:
      step.operation === 'insertRecords' || step.fallbacks.some((fallback) => fallback.operation === 'insertRecords'),
    elsewhere: run.elsewhere.get(item.planned.id) ?? NOTHING,
  });
}

const NOBODY: ReadonlySet<string> = new Set();
const NOTHING: ReadonlySet<string> = new Set();
