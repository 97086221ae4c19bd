import type { RecordReader } from '../../org/ports/records.js';
import type { RawRow } from '../../org/ports/queries.js';
import { failedJob, isFinalNo } from '../../org/ports/refusals.js';
import { parseRecord, recordAt } from '../../records/csvRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { readableFields, type ObjectDescribe } from '../../records/objectDescribe.js';
import { RowForm } from '../../records/rowForm.js';
import { Columns } from '../../snapshot/recordFile.js';
import { holdYoung, shrinkHeap } from '../../snapshot/shrinkHeap.js';

/**
 * Rows up to which pages of 2,000, one after the other, are quicker than a Bulk job, which waits in a queue first. Above
 * this the job is quicker, and its rows need no room before they are taken.
 */
const MOST_BY_PAGES = 20_000;

/** Some rows of one page, in its order. Pages have numbers; those of a job may come at the same time. */
export type TakeRows = (rows: readonly ValueRow[], page: number) => void;

/**
 * Hands every row of a query to `take` while more are on their way, in no promised order; now and then one of them twice.
 * More than `most` come by a job.
 */
export async function eachRow(
  org: RecordReader,
  describe: ObjectDescribe,
  soql: string,
  options: { readonly all: boolean; readonly most?: number },
  take: TakeRows
): Promise<void> {
  const form = new RowForm(readableFields(describe));
  const byPages = (most: number): Promise<boolean> => {
    const compare = (page: readonly RawRow[]): void =>
      take(
        page.map((raw) => form.row(raw)),
        0
      );
    return org.queryByPages(soql, most, compare, options);
  };
  if (await byPages(options.most ?? MOST_BY_PAGES)) return;
  if (!(await eachRowOfJob(org, describe, soql, options, take))) await byPages(Number.POSITIVE_INFINITY);
}

/** False where the org makes no such job, or does not get it done: pages will do. */
async function eachRowOfJob(
  org: RecordReader,
  describe: ObjectDescribe,
  soql: string,
  options: { readonly all: boolean },
  take: TakeRows
): Promise<boolean> {
  const job = await finishedJob(org, soql, options);
  if (!job) return false;
  let columns = new Columns(describe, []);
  await org.readBackup(job.jobId, job.rows, {
    header: (cells) => {
      columns = new Columns(describe, cells);
    },
    records: async (piece, page) => {
      holdYoung();
      const source = `the result of job ${job.jobId}`;
      take(
        piece.ends.map((_end, index) => columns.row(source, parseRecord(recordAt(piece, index)))),
        page
      );
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
    // Many rows will stay in memory, and the org has work for some seconds.
    shrinkHeap();
    return { jobId, rows: (await org.awaitBackups([jobId])).get(jobId) ?? 0 };
  } catch (error) {
    if (isFinalNo(error) || failedJob(error) !== undefined) return undefined;
    throw error;
  }
}
