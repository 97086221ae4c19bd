import type { RecordReader } from '../../org/ports/records.js';
import { failedJob, isFinalNo } from '../../org/ports/refusals.js';
import { parseRecord, recordAt } from '../../records/csvRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { readableFields, type ObjectDescribe } from '../../records/objectDescribe.js';
import { RowForm } from '../../records/rowForm.js';
import { Columns } from '../../snapshot/recordFile.js';

/**
 * Rows up to which pages of 2,000, one after the other, are quicker than a Bulk job, which waits in a queue first. Above
 * this the job is quicker, and its rows need no room before they are taken.
 */
const MOST_BY_PAGES = 20_000;

/** Hands every row of a query to `take`, in no promised order; now and then one of them twice. More than `most` come by a job. */
export async function eachRow(
  org: RecordReader,
  describe: ObjectDescribe,
  soql: string,
  options: { readonly all: boolean; readonly most?: number },
  take: (row: ValueRow) => void
): Promise<void> {
  const few = await org.queryUpTo(soql, options.most ?? MOST_BY_PAGES, options);
  if (!few && (await eachRowOfJob(org, describe, soql, options, take))) return;
  const form = new RowForm(readableFields(describe));
  for (const raw of few ?? (await org.query(soql, options))) take(form.row(raw));
}

/** False where the org makes no such job, or does not get it done: pages will do. */
async function eachRowOfJob(
  org: RecordReader,
  describe: ObjectDescribe,
  soql: string,
  options: { readonly all: boolean },
  take: (row: ValueRow) => void
): Promise<boolean> {
  const job = await finishedJob(org, soql, options);
  if (!job) return false;
  let columns = new Columns(describe, []);
  await org.readBackup(job.jobId, job.rows, {
    header: (cells) => {
      columns = new Columns(describe, cells);
    },
    records: async (piece) => {
      for (const index of piece.ends.keys())
        take(columns.row(`the result of job ${job.jobId}`, parseRecord(recordAt(piece, index))));
    },
    endOfPage: () => undefined,
  });
  return true;
}

async function finishedJob(
  org: RecordReader,
  soql: string,
  options: { readonly all: boolean }
): Promise<{ readonly jobId: string; readonly rows: number } | undefined> {
  try {
    const { jobId } = await org.startBackup(soql, options);
    return { jobId, rows: (await org.awaitBackups([jobId])).get(jobId) ?? 0 };
  } catch (error) {
    if (isFinalNo(error) || failedJob(error) !== undefined) return undefined;
    throw error;
  }
}
