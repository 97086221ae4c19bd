import type { Response } from 'undici';
import pLimit from 'p-limit';
import { RecordSplitter } from '../records/csvRecords.js';
import { checkedJob, resultCells } from './bulkJob.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import { until } from './poller.js';

interface QueryJob {
  readonly id: string;
  readonly state: string;
  readonly createdDate: string;
  readonly numberRecordsProcessed?: number;
  readonly errorMessage?: string;
}

/**
 * Bulk API 2.0 query jobs, driven at their endpoints: the client library's own bulk query breaks when results span two
 * pages. A page without its `Sforce-Locator` header is an error, never the last page: proxies drop such headers.
 */
export class BulkQuery {
  public constructor(
    private readonly http: OrgHttp,
    private readonly waitMs: number
  ) {}

  public async start(soql: string, all: boolean): Promise<{ jobId: string; startedAt: string }> {
    const job = await this.http.json<QueryJob>('/jobs/query', {
      method: 'POST',
      json: { operation: all ? 'queryAll' : 'query', query: soql, lineEnding: 'LF', columnDelimiter: 'COMMA' },
      // An unseen query job reads once more than needed and changes nothing.
      readsOnly: true,
    });
    checkedJob(job);
    return { jobId: job.id, startedAt: new Date(job.createdDate.replace(/\+0000$/, 'Z')).toISOString() };
  }

  /** Waits for all jobs with one poller. Job id to the number of rows. */
  public async await(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const done = new Map<string, number>();
    const limit = pLimit(5);
    await until(
      async () => {
        await Promise.all(
          jobIds
            .filter((id) => !done.has(id))
            .map((id) =>
              limit(async () => {
                const job = checkedJob(await this.http.json<QueryJob>(`/jobs/query/${id}`), id);
                if (job.state === 'JobComplete') done.set(id, rowsOf(job));
                else if (job.state === 'Failed' || job.state === 'Aborted') {
                  throw new OrgRequestError(
                    'BULK_QUERY_FAILED',
                    `query job ${id} ended ${job.state}: ${job.errorMessage ?? 'no message'}`,
                    undefined,
                    false
                  );
                }
              })
            )
        );
        return done.size === jobIds.length ? true : undefined;
      },
      this.waitMs,
      () =>
        new OrgRequestError(
          'TIMEOUT',
          `${jobIds.length - done.size} query jobs did not finish in time`,
          undefined,
          false
        )
    );
    return done;
  }

  /**
   * The pages are read one after the other, each counted against what its header and the job say. A page that breaks off is
   * asked for again and goes on behind the rows that were handed on already.
   */
  public async read(
    jobId: string,
    expected: number,
    onHeader: (cells: readonly string[]) => void,
    onRecords: (records: readonly Buffer[]) => Promise<void>
  ): Promise<number> {
    const seen = new Set<string>();
    let rows = 0;
    let locator: string | undefined;
    let header: string | undefined;
    do {
      const query = locator === undefined ? '' : `?locator=${encodeURIComponent(locator)}`;
      const page: ResultPage = new ResultPage(jobId, header, onHeader, onRecords);
      await this.http.stream(
        `/jobs/query/${jobId}/results${query}`,
        'csv',
        (answer, pieces) => page.read(answer, pieces),
        {
          headers: { accept: 'text/csv' },
        }
      );
      header = page.header;
      rows += page.rows;
      locator = page.next;
      if (locator !== undefined && seen.has(locator)) throw badAnswer(`the pages of job ${jobId} go in a circle`);
      if (locator !== undefined) seen.add(locator);
    } while (locator !== undefined);
    if (rows !== expected) throw badAnswer(`job ${jobId} gave ${rows} rows of ${expected}`);
    return rows;
  }

  public async delete(jobId: string): Promise<void> {
    try {
      await this.http.text(`/jobs/query/${jobId}`, 'nothing', { method: 'DELETE', repeatable: true });
    } catch (error) {
      // It is gone: an earlier attempt did it.
      if (!(error instanceof OrgRequestError && error.status === 404)) throw error;
    }
  }
}

function rowsOf(job: QueryJob): number {
  const rows = job.numberRecordsProcessed;
  if (typeof rows !== 'number') throw badAnswer(`job ${job.id} does not say how many rows it has`);
  return rows;
}

/** One page of results, which may take several attempts. */
class ResultPage {
  /** Rows handed on so far. */
  public rows = 0;
  public next: string | undefined;

  public constructor(
    private readonly jobId: string,
    /** The header line of the pages before; of this one once it is read. */
    public header: string | undefined,
    private readonly onHeader: (cells: readonly string[]) => void,
    private readonly onRecords: (records: readonly Buffer[]) => Promise<void>
  ) {}

  public async read(answer: Response, pieces: AsyncIterable<Buffer>): Promise<void> {
    const locator = answer.headers.get('sforce-locator');
    if (locator === null) throw this.bad('came without its Sforce-Locator header');
    let inPage = -1;
    let batch: Buffer[] = [];
    let last = 0x0a;
    const splitter = new RecordSplitter((record) => {
      inPage += 1;
      if (inPage === 0) this.headerLine(record);
      else if (inPage > this.rows) batch.push(record);
    });
    for await (const piece of pieces) {
      splitter.push(piece);
      last = piece.at(-1) ?? last;
      batch = await this.hand(batch);
    }
    const whole = splitter.end();
    if (!whole) throw this.bad('ends inside a quoted cell');
    // Every line of a result ends with a line break: the official CLI joins pages by their bytes.
    if (last !== 0x0a) throw this.bad('ends inside a row');
    const announced = answer.headers.get('sforce-numberofrecords');
    if (announced !== null && Number(announced) !== Math.max(inPage, 0))
      throw this.bad(`has ${Math.max(inPage, 0)} rows of ${announced}`);
    this.next = locator === 'null' || locator === '' ? undefined : locator;
  }

  private headerLine(record: Buffer): void {
    const text = record.toString('utf8');
    if (this.header === undefined) this.onHeader(resultCells(record, this.jobId));
    else if (text !== this.header) throw this.bad('has another header than the one before');
    this.header = text;
  }

  private async hand(batch: readonly Buffer[]): Promise<Buffer[]> {
    if (batch.length > 0) {
      this.rows += batch.length;
      await this.onRecords(batch);
    }
    return [];
  }

  private bad(what: string): OrgRequestError {
    return badAnswer(`a result page of job ${this.jobId} ${what}`);
  }
}
