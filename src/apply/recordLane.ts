import { recordTarget } from '../model/selector.js';
import type { RowResult } from '../org/ports.js';
import { BULK_FROM_ROWS } from '../plan/estimate.js';
import type { RecordItem, Step } from '../plan/rollbackPlan.js';
import { formatRecord } from '../records/csvRecords.js';
import { toJsonValue, type Value } from '../records/fieldValue.js';
import { fieldNamed } from '../records/objectDescribe.js';
import type { ItemOutcome } from './outcome.js';
import { fieldsOf, readRows, standingOfRow, type RowState } from './preconditions.js';
import { itemOutcome, settle, type RunContext } from './runContext.js';

type RecordStep = Step & { readonly detail: Extract<Step['detail'], { kind: 'records' }> };

/** A value Bulk cannot carry as it is: it goes through sObject Collections. */
function fitsBulk(value: Value): boolean {
  return value === null || (value.length <= 32_000 && value !== '#N/A' && !value.includes('\r'));
}

/**
 * Carries out one record step: reads its rows once more, saves them, writes only those that are still as planned, and
 * reads back what was written. A row that moved meanwhile is a conflict and is not written.
 */
export async function applyRecordStep(run: RunContext, step: Step): Promise<void> {
  if (step.detail.kind !== 'records') return;
  const recordStep = step as RecordStep;
  const { object } = recordStep.detail;
  const items = run.current.items.get(step.id) ?? [];
  const fields = await fieldsOf(run.org, object, items);
  const before = await readRows(
    run.org,
    object,
    items.map((item) => item.id),
    step.operation === 'undeleteRecords' ? fields : 'all'
  );
  const outcomes: ItemOutcome[] = [];
  const due: RecordItem[] = [];
  for (const item of items) {
    const standing = standingOfRow(item, before.get(item.id), NOBODY);
    if (standing === 'asPlanned') due.push(item);
    else if (standing === 'alreadyRestored')
      outcomes.push(
        outcomeOf(run, recordStep, item, before.get(item.id), {
          outcome: cameBack(run, step) ? 'restored' : 'alreadyRestored',
        })
      );
    else
      outcomes.push(
        outcomeOf(run, recordStep, item, before.get(item.id), {
          outcome: 'conflict',
          code: 'MOVED',
          message: 'somebody changed this row after the plan was checked; it was not written',
        })
      );
  }
  if (due.length > 0) {
    if (step.operation !== 'undeleteRecords')
      await run.undo.rows(
        step.id,
        await run.org.describe(object),
        new Map([...before].filter(([id]) => due.some((item) => item.id === id)))
      );
    await run.journal.append({ kind: 'stepIntended', step: step.id });
    outcomes.push(...(await writeAndProve(run, recordStep, due, before, fields)));
  }
  outcomes.sort((a, b) => (a.target < b.target ? -1 : 1));
  await settle(run, step, outcomes);
}

const NOBODY: ReadonlySet<string> = new Set();

/** A child that the undelete of its parent brought back, in this run, is this run's work. */
function cameBack(run: RunContext, step: Step): boolean {
  return step.waitsFor.some((id) => {
    const other = run.plan.steps.find((candidate) => candidate.id === id);
    return (
      other?.operation === 'undeleteRecords' &&
      (run.outcomes.get(id) ?? []).some((outcome) => outcome.outcome === 'restored')
    );
  });
}

function outcomeOf(
  run: RunContext,
  step: RecordStep,
  item: RecordItem,
  row: RowState | undefined,
  result: Pick<ItemOutcome, 'outcome' | 'code' | 'message'>
): ItemOutcome {
  const after =
    row && !row.deleted
      ? Object.fromEntries(
          Object.keys(item.after ?? item.before ?? {}).map((field) => [field, row.values[field] ?? null])
        )
      : null;
  return itemOutcome(run, step, {
    target: recordTarget(step.detail.object, item.id),
    before: item.before,
    planned: item.after,
    after,
    ...result,
  });
}

async function writeAndProve(
  run: RunContext,
  step: RecordStep,
  due: readonly RecordItem[],
  before: ReadonlyMap<string, RowState>,
  fields: readonly string[]
): Promise<ItemOutcome[]> {
  let results: RowResult[];
  try {
    results = await write(run, step, due, before);
  } catch (error) {
    // Whether the org acted is unknown: what the rows hold now decides.
    const { code, message } = error as { code?: string; message: string };
    results = due.map((item) => ({ id: item.id, success: false, code: code ?? 'UNKNOWN', message }));
  }
  const byId = new Map(results.map((result) => [result.id, result]));
  const after = await readRows(
    run.org,
    step.detail.object,
    due.map((item) => item.id),
    fields
  );
  return due.map((item) => {
    const row = after.get(item.id);
    if (standingOfRow(item, row, NOBODY) === 'alreadyRestored')
      return outcomeOf(run, step, item, row, { outcome: 'restored' });
    const result = byId.get(item.id);
    if (result?.success) return outcomeOf(run, step, item, row, notAsWritten(step, item, row));
    return outcomeOf(run, step, item, row, {
      outcome: 'failed',
      code: result?.code ?? 'NO_RESULT',
      message: result?.message ?? 'the org gave no result for this row',
    });
  });
}

function notAsWritten(
  step: RecordStep,
  item: RecordItem,
  row: RowState | undefined
): Pick<ItemOutcome, 'outcome' | 'code' | 'message'> {
  const fields = Object.keys(item.after ?? {}).filter((field) => row?.values[field] !== item.after?.[field]);
  // What comes back from the bin comes back as it was deleted; a step that follows sets the fields that differ.
  if (step.operation === 'undeleteRecords' && row && !row.deleted)
    return { outcome: 'restored', code: 'FIELDS_DIFFER', message: `${fields.join(', ')} came back with other values` };
  return {
    outcome: 'failed',
    code: 'CHANGED_AGAIN',
    message: `the org took the values, and automation changed ${fields.join(', ')} again`,
  };
}

async function write(
  run: RunContext,
  step: RecordStep,
  due: readonly RecordItem[],
  before: ReadonlyMap<string, RowState>
): Promise<RowResult[]> {
  const { object } = step.detail;
  if (step.operation === 'undeleteRecords') return run.org.undeleteRows(due.map((item) => item.id));
  if (step.operation === 'deleteRecords')
    return due.length >= BULK_FROM_ROWS
      ? bulk(
          run,
          step,
          'delete',
          ['Id'],
          due.map((item) => [item.id])
        )
      : run.org.deleteRows(
          object,
          due.map((item) => item.id)
        );
  const describe = await run.org.describe(object);
  const changed = due.map((item) => ({
    item,
    values: Object.entries(item.after ?? {}).filter(([field, value]) => before.get(item.id)?.values[field] !== value),
  }));
  const [large, small] =
    due.length >= BULK_FROM_ROWS
      ? split(changed, ({ values }) => values.every(([, value]) => fitsBulk(value)))
      : [[], changed];
  const results: RowResult[] = [];
  if (small.length > 0) {
    results.push(
      ...(await run.org.updateRows(
        object,
        small.map(({ item, values }) => ({
          Id: item.id,
          ...Object.fromEntries(
            values.map(([field, value]) => [
              field,
              toJsonValue(fieldNamed(describe, field) ?? { type: 'string' }, value),
            ])
          ),
        }))
      ))
    );
  }
  if (large.length > 0) {
    const columns = [...new Set(large.flatMap(({ values }) => values.map(([field]) => field)))].sort();
    // An empty cell leaves the old value alone, `#N/A` blanks it (Bulk API 2.0 guide).
    const rows = large.map(({ item, values }) => {
      const byField = new Map(values);
      return [item.id, ...columns.map((column) => (byField.has(column) ? (byField.get(column) ?? '#N/A') : ''))];
    });
    results.push(...(await bulk(run, step, 'update', ['Id', ...columns], rows)));
  }
  return results;
}

function split<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** The two-phase job: its id is in the journal before a row is uploaded, so that a crash in between leaves an empty job. */
async function bulk(
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
