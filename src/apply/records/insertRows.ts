import type { InsertedRow, RowResult } from '../../org/ports/records.js';
import type { RecordItem } from '../../plan/rollbackPlan.js';
import { formatRecord } from '../../records/csvRecords.js';
import { toJsonValue, type Value } from '../../records/fieldValue.js';
import { repointValue } from '../../records/idMap.js';
import { softReferences } from '../../records/knowledge.js';
import { fieldNamed, type FieldDescribe, type ObjectDescribe } from '../../records/objectDescribe.js';
import { afterEffect } from '../errorKinds.js';
import { byParent } from './byParent.js';
import type { RecordStep, RunContext } from '../runContext.js';
import { readRows } from './readRows.js';
import { keepSentRows, matchRows, NO_RESULT, type MatchedRow, type SentRows } from './sentRows.js';
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
  let due = byParent(describe, items, ({ after }) => after).map((item) => rowToInsert(run, item, describe));
  for (let pass = 1; due.length > 0 && pass <= PASSES; pass += 1) {
    for (const result of await insertOnce(run, step, due, describe)) results.set(result.id, result);
    const again = due.flatMap((row) => {
      const result = results.get(row.item.id);
      if (result === undefined || result.success || run.inDoubt.has(row.item.id)) return [];
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
  const rowsToSend = rows.map(({ item }, at) => [item.id, lines[at] as string[]] as const);
  const sent = { step: step.id, object: describe.name, columns, rows: rowsToSend };
  // Written down before the job: a job whose id is lost is known by its rows.
  const { path, sha256 } = await keepSentRows(run.folder, sent);
  const job = await run.org.createIngestJob(describe.name, 'insert');
  await run.journal.append({ kind: 'jobCreated', step: step.id, job, what: 'ingest', sent: path, sha256 });
  await run.org.uploadAndClose(job, `${[columns, ...lines].map((cells) => formatRecord(cells)).join('\n')}\n`);
  const ended = await afterEffect(() => run.org.awaitInsertJob(job, columns));
  const matched = await takeResults(run, step, job, { path, ...sent }, ended.inserted);
  if (ended.state !== 'JobComplete' && ended.inserted.length === 0)
    return rows.map(({ item }) => ({
      id: item.id,
      success: false,
      code: 'JOB_FAILED',
      message: ended.errorMessage ?? `job ${job} ended ${ended.state}`,
    }));
  return matched.map(({ id, result }) => ({
    id,
    success: result.success,
    ...(result.code ? { code: result.code } : {}),
    ...(result.message ? { message: result.message } : {}),
  }));
}

/**
 * Takes over what an insert job gave: journals the new Ids, also when there are none, and sets the values that no CSV can
 * carry. May be done again: the same job gives the same Ids.
 */
export async function takeResults(
  run: RunContext,
  step: RecordStep,
  job: string,
  sent: SentRows,
  inserted: readonly InsertedRow[],
  goneOn?: 'goneOn'
): Promise<readonly MatchedRow[]> {
  const { matched, strangers } = matchRows(sent, inserted);
  const pairs = matched.flatMap(({ id, result }) =>
    result.success && result.newId ? [[id, result.newId] as const] : []
  );
  // A row that the org inserted and echoes otherwise than it was sent is one of those without a result: which, nobody knows.
  const inDoubt = strangers.some(({ success }) => success)
    ? matched.flatMap(({ id, result }) => (result.code === NO_RESULT ? [id] : []))
    : [];
  await run.journal.append({
    ...{ kind: 'idsMapped', step: step.id, job, pairs },
    ...(inDoubt.length > 0 ? { inDoubt } : {}),
  });
  for (const id of inDoubt) run.inDoubt.add(id);
  for (const [old, fresh] of pairs) run.idMap.set(old, fresh);
  const refused = await setLeftOvers(run, step, new Set(pairs.map(([old]) => old)), goneOn);
  // The row is there; only what did not fit into the job is missing.
  return matched.map(({ id, result }) => ({ id, result: { ...result, ...refused.get(id) } }));
}

function defaults(describe: ObjectDescribe, name: string): boolean {
  const field = fieldNamed(describe, name);
  return field !== undefined && field.nillable && field.defaultedOnCreate;
}

/**
 * Sets the values that no CSV can carry, on rows that were just inserted. The same values again leave the same rows. Where
 * the run is gone on with, somebody may have worked on a row meanwhile: then only fields that are still empty are set, or
 * that nobody can have touched. Gives the code and message of those that the org refused, by old Id.
 */
export async function setLeftOvers(
  run: RunContext,
  step: RecordStep,
  ids: ReadonlySet<string>,
  goneOn?: 'goneOn'
): Promise<ReadonlyMap<string, { readonly code?: string; readonly message?: string }>> {
  const describe = await run.org.describe(step.detail.object);
  const items = (run.current.items.get(step.id) ?? []).filter(({ id }) => ids.has(id));
  const missing = items.flatMap((item) => {
    const { leftOver } = rowToInsert(run, item, describe);
    const Id = run.idMap.get(item.id);
    return Id === undefined || leftOver.size === 0 ? [] : [{ Id, leftOver: [...leftOver] }];
  });
  const named = [...new Set(missing.flatMap(({ leftOver }) => leftOver.map(([name]) => name))), 'CreatedDate'];
  const rows =
    goneOn && missing.length > 0
      ? await readRows(
          run.org,
          describe.name,
          missing.map(({ Id }) => Id),
          named
        )
      : undefined;
  const updates = missing.flatMap(({ Id, leftOver: all }) => {
    const now = rows?.get(Id)?.values;
    const untouched = rows === undefined || (now !== undefined && now.LastModifiedDate === now.CreatedDate);
    const leftOver = untouched ? all : all.filter(([name]) => now?.[name] === null);
    if (leftOver.length === 0) return [];
    return [
      {
        Id,
        ...Object.fromEntries(
          leftOver.map(([name, value]) => [name, toJsonValue(fieldNamed(describe, name) ?? { type: 'string' }, value)])
        ),
      },
    ];
  });
  const results = updates.length > 0 ? await run.org.updateRows(describe.name, updates) : [];
  const oldId = new Map([...run.idMap].map(([old, fresh]) => [fresh, old]));
  return new Map(
    results
      .filter(({ success }) => !success)
      .map(({ id, code, message }) => [
        oldId.get(id) ?? id,
        { ...(code ? { code } : {}), ...(message ? { message } : {}) },
      ])
  );
}
