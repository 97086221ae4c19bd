import type { ReadBehind, RowResult } from '../../org/ports/records.js';
import { BULK_FROM_ROWS } from '../../plan/estimate.js';
import type { RecordItem } from '../../plan/rollbackPlan.js';
import { formatRecord } from '../../records/csvRecords.js';
import { toJsonValue, type Value } from '../../records/fieldValue.js';
import { fieldNamed } from '../../records/objectDescribe.js';
import { afterEffect } from '../errorKinds.js';
import { byParent } from './byParent.js';
import type { RowState } from './readRows.js';
import { priceAfterSwitch } from './priceAfterSwitch.js';
import { untilThrough } from './retryRows.js';
import type { RecordStep, RunContext } from '../runContext.js';

/** A value Bulk cannot carry as it is: it goes through sObject Collections. */
export function fitsBulk(value: Value): boolean {
  return value === null || (value.length <= 32_000 && value !== '#N/A' && !value.includes('\r'));
}

export async function deleteRows(
  run: RunContext,
  step: RecordStep,
  items: readonly RecordItem[],
  before: ReadonlyMap<string, RowState>,
  behind: ReadBehind
): Promise<RowResult[]> {
  const { object } = step.detail;
  const sorted = byParent(await run.org.describe(object), items, ({ id }) => before.get(id)?.values);
  return untilThrough(sorted, (due) => {
    run.ahead.forget();
    const ids = due.map((item) => item.id);
    if (due.length >= BULK_FROM_ROWS)
      return ingest(
        run,
        step,
        'delete',
        ['Id'],
        ids.map((id) => [id])
      );
    return run.org.deleteRows(object, ids, due.length === sorted.length ? behind : undefined);
  });
}

/** Writes only the fields that differ from what the row holds now. */
export async function updateRows(
  run: RunContext,
  step: RecordStep,
  items: readonly RecordItem[],
  before: ReadonlyMap<string, RowState>,
  behind: ReadBehind
): Promise<RowResult[]> {
  const { object } = step.detail;
  const describe = await run.org.describe(object);
  const changesOf = (item: RecordItem): Array<[string, Value]> =>
    Object.entries(item.after ?? {}).filter(([field, value]) => before.get(item.id)?.values[field] !== value);
  const asJson = (item: RecordItem): { Id: string } => ({
    Id: item.id,
    ...Object.fromEntries(
      changesOf(item).map(([field, value]) => [
        field,
        toJsonValue(fieldNamed(describe, field) ?? { type: 'string' }, value),
      ])
    ),
  });
  const sorted = byParent(describe, items, (item) => ({ ...before.get(item.id)?.values, ...item.after }));
  return untilThrough(sorted, async (due) => {
    run.ahead.forget();
    const large =
      due.length >= BULK_FROM_ROWS ? due.filter((item) => changesOf(item).every(([, value]) => fitsBulk(value))) : [];
    const small = due.filter((item) => !large.includes(item));
    const results: RowResult[] = [];
    // What is to be read when all is written goes only with a call that writes all.
    const all = small.length === sorted.length;
    if (small.length > 0)
      results.push(...(await run.org.updateRows(object, small.map(asJson), all ? behind : undefined)));
    if (large.length > 0) {
      const columns = [...new Set(large.flatMap((item) => changesOf(item).map(([field]) => field)))].sort();
      // An empty cell leaves the old value alone, `#N/A` blanks it (Bulk API 2.0 guide).
      const rows = large.map((item) => {
        const byField = new Map(changesOf(item));
        return [item.id, ...columns.map((column) => (byField.has(column) ? (byField.get(column) ?? '#N/A') : ''))];
      });
      results.push(...(await ingest(run, step, 'update', ['Id', ...columns], rows)));
    }
    return priceAfterSwitch(object, due.map(asJson), results, (name, rows) => {
      run.ahead.forget();
      return run.org.updateRows(name, rows);
    });
  });
}

/** The two-phase job: its id is in the journal before a row is uploaded, so that a crash in between leaves an empty job. */
async function ingest(
  run: RunContext,
  step: RecordStep,
  operation: 'update' | 'delete',
  header: readonly string[],
  rows: ReadonlyArray<readonly string[]>
): Promise<RowResult[]> {
  const job = await run.org.createIngestJob(step.detail.object, operation);
  await run.journal.append({ kind: 'jobCreated', step: step.id, job, what: 'ingest' });
  await run.org.uploadAndClose(job, `${[header, ...rows].map((cells) => formatRecord(cells)).join('\n')}\n`);
  const { state, errorMessage, results } = await afterEffect(() => run.org.awaitIngestJob(job));
  if (state !== 'JobComplete' && results.length === 0)
    return rows.map(([id]) => ({
      id: id ?? '',
      success: false,
      code: 'JOB_FAILED',
      message: errorMessage ?? `job ${job} ended ${state}`,
    }));
  return results;
}
