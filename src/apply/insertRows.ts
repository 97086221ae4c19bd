import type { InsertedRow, RowResult } from '../org/ports.js';
import type { RecordItem } from '../plan/rollbackPlan.js';
import { formatRecord } from '../records/csvRecords.js';
import { toJsonValue, type Value } from '../records/fieldValue.js';
import { repointValue } from '../records/idMap.js';
import { softReferences } from '../records/knowledge.js';
import { fieldNamed, type FieldDescribe, type ObjectDescribe } from '../records/objectDescribe.js';
import type { RecordStep, RunContext } from './runContext.js';
import { fitsBulk } from './writeRows.js';

/** Refusals after which the same row may go in once others of its job have: a standard price, a master of the same kind. */
const LATER = new Set([
  'STANDARD_PRICE_NOT_DEFINED',
  'INVALID_CROSS_REFERENCE_KEY',
  'ENTITY_IS_DELETED',
  'UNABLE_TO_LOCK_ROW',
  'UNPROCESSED',
]);
const PASSES = 6;

interface Row {
  readonly item: RecordItem;
  readonly cells: ReadonlyMap<string, Value>;
  /** Values no CSV can carry: set right after the insert. */
  readonly leftOver: ReadonlyMap<string, Value>;
}

/**
 * Inserts rows that the recycle bin no longer has, always through a bulk job: its id is in the journal before a row is
 * uploaded, and its results tell which row got which Id. Lookups to rows that are not back yet stay empty, rules with
 * Custom logic come in as All: a later step of the plan sets both. The new Ids are journalled as soon as they are known.
 */
export async function insertRows(
  run: RunContext,
  step: RecordStep,
  items: readonly RecordItem[]
): Promise<RowResult[]> {
  const describe = await run.org.describe(step.detail.object);
  const results = new Map<string, RowResult>();
  let due = items.map((item) => rowToInsert(run, item, describe));
  for (let pass = 1; due.length > 0 && pass <= PASSES; pass += 1) {
    for (const result of await insertOnce(run, step, due, describe)) results.set(result.id, result);
    const again = due.flatMap((row) => {
      const result = results.get(row.item.id);
      if (result === undefined || result.success) return [];
      // A rule may have refused it for a lookup that was left empty, and can be set now that its target is back.
      const now = rowToInsert(run, row.item, describe);
      return LATER.has(result.code ?? '') || !sameCells(row, now) ? [now] : [];
    });
    if (again.length === due.length) break;
    due = again;
  }
  return [...results.values()];
}

function rowToInsert(run: RunContext, item: RecordItem, describe: ObjectDescribe): Row {
  const soft = softReferences(run.baseline.knowledge, describe.name);
  const cells = new Map<string, Value>();
  const leftOver = new Map<string, Value>();
  for (const [name, old] of Object.entries({ ...item.after, ...item.atFirst })) {
    const field = fieldNamed(describe, name);
    if (!field?.createable) continue;
    const value = waits(run, field, old) ? null : repointValue(old, run.idMap, soft.includes(name));
    if (value !== null && !fitsBulk(value)) leftOver.set(name, value);
    else cells.set(name, value);
  }
  for (const family of run.baseline.knowledge.customLogic) {
    if (family.rule !== describe.name || cells.get(family.met) !== family.custom) continue;
    cells.set(family.met, family.neutral);
    cells.set(family.logic, null);
  }
  return { item, cells, leftOver };
}

function sameCells(a: Row, b: Row): boolean {
  return [...a.cells].every(([name, value]) => b.cells.get(name) === value);
}

/** A lookup to a row that comes back later, or in this very job: it is left empty where it may be. */
function waits(run: RunContext, field: FieldDescribe, value: Value): boolean {
  return (
    field.type === 'reference' &&
    field.nillable &&
    value !== null &&
    run.returning.has(value) &&
    !run.returned.has(value) &&
    !run.idMap.has(value)
  );
}

async function insertOnce(
  run: RunContext,
  step: RecordStep,
  rows: readonly Row[],
  describe: ObjectDescribe
): Promise<RowResult[]> {
  const columns = [...new Set(rows.flatMap((row) => [...row.cells.keys()]))].sort();
  // A missing value and an empty one are both "no value" on insert; `#N/A` says so even where a default would come.
  const lines = rows.map((row) =>
    columns.map((column) => row.cells.get(column) ?? (defaults(describe, column) ? '#N/A' : ''))
  );
  const job = await run.org.createIngestJob(describe.name, 'insert');
  await run.journal.append({ kind: 'jobCreated', step: step.id, job, what: 'ingest' });
  await run.org.uploadAndClose(job, `${[columns, ...lines].map((cells) => formatRecord(cells)).join('\n')}\n`);
  const { state, errorMessage, inserted } = await run.org.awaitInsertJob(job, columns);
  if (state !== 'JobComplete' && inserted.length === 0)
    return rows.map(({ item }) => ({
      id: item.id,
      success: false,
      code: 'JOB_FAILED',
      message: errorMessage ?? `job ${job} ended ${state}`,
    }));
  const results = matchRows(
    rows.map(({ item }) => item.id),
    lines,
    inserted
  );
  const pairs = results.flatMap(({ id, result }) =>
    result.success && result.newId ? [[id, result.newId] as const] : []
  );
  if (pairs.length > 0) {
    await run.journal.append({ kind: 'idsMapped', step: step.id, pairs });
    for (const [old, fresh] of pairs) run.idMap.set(old, fresh);
  }
  await setLeftOvers(run, describe, rows);
  return results.map(({ id, result }) => ({
    id,
    success: result.success,
    ...(result.code ? { code: result.code } : {}),
    ...(result.message ? { message: result.message } : {}),
  }));
}

function defaults(describe: ObjectDescribe, name: string): boolean {
  const field = fieldNamed(describe, name);
  return field !== undefined && field.nillable && field.defaultedOnCreate;
}

/**
 * Which row got which result. The org echoes the submitted cells in any order and gives no number; rows that are alike in
 * every cell may change places.
 */
export function matchRows(
  ids: readonly string[],
  lines: ReadonlyArray<readonly string[]>,
  inserted: readonly InsertedRow[]
): Array<{ id: string; result: InsertedRow }> {
  const waiting = new Map<string, string[]>();
  lines.forEach((cells, at) => {
    const key = JSON.stringify(cells);
    waiting.set(key, [...(waiting.get(key) ?? []), ids[at] as string]);
  });
  const matched: Array<{ id: string; result: InsertedRow }> = [];
  for (const result of inserted) {
    const id = waiting.get(JSON.stringify(result.cells))?.shift();
    if (id !== undefined) matched.push({ id, result });
  }
  for (const id of [...waiting.values()].flat())
    matched.push({
      id,
      result: { success: false, cells: [], code: 'NO_RESULT', message: 'the job lists no result for this row' },
    });
  return matched;
}

async function setLeftOvers(run: RunContext, describe: ObjectDescribe, rows: readonly Row[]): Promise<void> {
  const updates = rows.flatMap(({ item, leftOver }) => {
    const Id = run.idMap.get(item.id);
    if (Id === undefined || leftOver.size === 0) return [];
    return [
      {
        Id,
        ...Object.fromEntries(
          [...leftOver].map(([name, value]) => [
            name,
            toJsonValue(fieldNamed(describe, name) ?? { type: 'string' }, value),
          ])
        ),
      },
    ];
  });
  if (updates.length > 0) await run.org.updateRows(describe.name, updates);
}
