import type { RowResult } from '../../org/ports/records.js';
import { afterEffect } from '../errorKinds.js';
import { insertRows } from './insertRows.js';
import type { RowState } from './readRows.js';
import { rowsOf, type Item } from './recordItem.js';
import type { RecordStep, RunContext } from '../runContext.js';

/** What a refused undelete says when the row cannot come back that way at all (SOAP API guide, undelete()). */
const NOT_IN_BIN = new Set([
  'UNDELETE_FAILED',
  'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  'INVALID_CROSS_REFERENCE_KEY',
  'NOT_FOUND',
]);

/** Undelete first: it keeps the Id. Rows the bin no longer has are inserted, where the plan lists that. */
export async function undeleteRows(
  run: RunContext,
  step: RecordStep,
  due: readonly Item[],
  before: ReadonlyMap<string, RowState>
): Promise<RowResult[]> {
  const inBin = due.filter(({ now }) => before.has(now.id));
  const results = inBin.length > 0 ? await run.org.undeleteRows(inBin.map(({ now }) => now.id)) : [];
  const gone = due.filter(({ now }) => !before.has(now.id));
  const refused = inBin.filter(({ now }) =>
    results.some((result) => result.id === now.id && !result.success && NOT_IN_BIN.has(result.code ?? ''))
  );
  const absent = refused.length > 0 ? await afterEffect(() => stillDeleted(run, step, refused)) : [];
  const insert = [...gone, ...absent];
  if (insert.length === 0 || !step.fallbacks.some((fallback) => fallback.operation === 'insertRecords')) return results;
  const inserts = await insertRows(
    run,
    step,
    insert.map(({ planned }) => planned)
  );
  const replaced = new Set(insert.map(({ now }) => now.id));
  return [...results.filter((result) => !replaced.has(result.id)), ...inserts];
}

async function stillDeleted(run: RunContext, step: RecordStep, items: readonly Item[]): Promise<Item[]> {
  const rows = await rowsOf(run, step, items, 'named');
  return items.filter(({ now }) => rows.get(now.id)?.deleted !== false);
}
