import { setTimeout as sleep } from 'node:timers/promises';
import type { RowResult } from '../org/ports.js';
import { BULK_FROM_ROWS } from '../plan/estimate.js';
import type { RecordItem } from '../plan/rollbackPlan.js';
import { formatRecord } from '../records/csvRecords.js';
import { toJsonValue, type Value } from '../records/fieldValue.js';
import { fieldNamed } from '../records/objectDescribe.js';
import type { RowState } from './preconditions.js';
import type { RecordStep, RunContext } from './runContext.js';

/** Refusals that pass by themselves, or once other rows of the same step are through. */
const PASSING = new Set(['UNABLE_TO_LOCK_ROW', 'DELETE_FAILED', 'SERVER_UNAVAILABLE', 'QUERY_TIMEOUT', 'UNPROCESSED']);
const PASSES = 5;

/** A value Bulk cannot carry as it is: it goes through sObject Collections. */
export function fitsBulk(value: Value): boolean {
  return value === null || (value.length <= 32_000 && value !== '#N/A' && !value.includes('\r'));
}

/** Repeats a write for the rows that were refused for a passing reason, in smaller numbers and after growing pauses. */
async function untilThrough(
  items: readonly RecordItem[],
  writeOnce: (items: readonly RecordItem[]) => Promise<RowResult[]>
): Promise<RowResult[]> {
  const results = new Map<string, RowResult>();
  let due = items;
  for (let pass = 1; due.length > 0; pass += 1) {
    for (const result of await writeOnce(due)) results.set(result.id, result);
    const again = due.filter((item) => {
      const result = results.get(item.id);
      return result !== undefined && !result.success && PASSING.has(result.code ?? '');
    });
    if (again.length === 0 || pass >= PASSES || (again.length === due.length && pass >= 3)) break;
    due = again;
    await sleep(Math.min(100 * 2 ** pass, 2_000) * (Number(process.env.SF_ROLLBACK_RETRY_MS ?? 250) / 250));
  }
  return [...results.values()];
}

export function deleteRows(run: RunContext, step: RecordStep, items: readonly RecordItem[]): Promise<RowResult[]> {
  const { object } = step.detail;
  return untilThrough(items, (due) =>
    due.length >= BULK_FROM_ROWS
      ? ingest(
          run,
          step,
          'delete',
          ['Id'],
          due.map((item) => [item.id])
        )
      : run.org.deleteRows(
          object,
          due.map((item) => item.id)
        )
  );
}

/** Writes only the fields that differ from what the row holds now. */
export async function updateRows(
  run: RunContext,
  step: RecordStep,
  items: readonly RecordItem[],
  before: ReadonlyMap<string, RowState>
): Promise<RowResult[]> {
  const { object } = step.detail;
  const describe = await run.org.describe(object);
  const changesOf = (item: RecordItem): Array<[string, Value]> =>
    Object.entries(item.after ?? {}).filter(([field, value]) => before.get(item.id)?.values[field] !== value);
  return untilThrough(sortedByParent(items), async (due) => {
    const large =
      due.length >= BULK_FROM_ROWS ? due.filter((item) => changesOf(item).every(([, value]) => fitsBulk(value))) : [];
    const small = due.filter((item) => !large.includes(item));
    const results: RowResult[] = [];
    if (small.length > 0) {
      const json = (field: string, value: Value): unknown =>
        toJsonValue(fieldNamed(describe, field) ?? { type: 'string' }, value);
      results.push(
        ...(await run.org.updateRows(
          object,
          small.map((item) => ({
            Id: item.id,
            ...Object.fromEntries(changesOf(item).map(([field, value]) => [field, json(field, value)])),
          }))
        ))
      );
    }
    if (large.length > 0) {
      const columns = [...new Set(large.flatMap((item) => changesOf(item).map(([field]) => field)))].sort();
      // An empty cell leaves the old value alone, `#N/A` blanks it (Bulk API 2.0 guide).
      const rows = large.map((item) => {
        const byField = new Map(changesOf(item));
        return [item.id, ...columns.map((column) => (byField.has(column) ? (byField.get(column) ?? '#N/A') : ''))];
      });
      results.push(...(await ingest(run, step, 'update', ['Id', ...columns], rows)));
    }
    return results;
  });
}

/** Rows of one parent side by side: parallel batches that touch children of the same parent lock each other out. */
function sortedByParent(items: readonly RecordItem[]): RecordItem[] {
  const parent = (item: RecordItem): string =>
    Object.values(item.after ?? {}).find((value) => value !== null && /^[a-zA-Z0-9]{18}$/.test(value)) ?? '';
  return [...items].sort((a, b) => (parent(a) < parent(b) ? -1 : parent(a) > parent(b) ? 1 : a.id < b.id ? -1 : 1));
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
  const { state, errorMessage, results } = await run.org.awaitIngestJob(job);
  if (state !== 'JobComplete' && results.length === 0)
    return rows.map(([id]) => ({
      id: id ?? '',
      success: false,
      code: 'JOB_FAILED',
      message: errorMessage ?? `job ${job} ended ${state}`,
    }));
  return results;
}
