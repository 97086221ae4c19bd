import { Readable } from 'node:stream';
import pLimit from 'p-limit';
import { parseRecord, RecordSplitter } from '../records/csvRecords.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
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
      repeatable: true,
    });
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
                const job = await this.http.json<QueryJob>(`/jobs/query/${id}`);
                if (job.state === 'JobComplete') done.set(id, job.numberRecordsProcessed ?? 0);
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

  public async read(
    jobId: string,
    expected: number,
    onHeader: (cells: readonly string[]) => void,
    onRecords: (records: readonly Buffer[]) => Promise<void>
  ): Promise<number> {
    let rows = 0;
    let locator: string | null = null;
    let headerText: string | undefined;
    do {
      const query: string = locator === null ? '' : `?locator=${encodeURIComponent(locator)}`;
      const response = await this.http.stream(`/jobs/query/${jobId}/results${query}`, {
        headers: { accept: 'text/csv' },
      });
      const next = response.headers.get('sforce-locator');
      if (next === null)
        throw new OrgRequestError(
          'BAD_ANSWER',
          `a result page of job ${jobId} came without its Sforce-Locator header`,
          response.status,
          false
        );
      let first = true;
      let inPage = 0;
      let batch: Buffer[] = [];
      const splitter = new RecordSplitter((record) => {
        if (!first) {
          inPage += 1;
          batch.push(record);
          return;
        }
        first = false;
        const text = record.toString('utf8');
        if (headerText === undefined) {
          headerText = text;
          onHeader(parseRecord(record));
        } else if (text !== headerText)
          throw new OrgRequestError(
            'BAD_ANSWER',
            `the header of a later page of job ${jobId} differs`,
            undefined,
            false
          );
      });
      if (response.body) {
        for await (const chunk of Readable.fromWeb(response.body as never)) {
          splitter.push(chunk as Buffer);
          if (batch.length > 0) await onRecords(batch);
          batch = [];
        }
      }
      const whole = splitter.end();
      if (batch.length > 0) await onRecords(batch);
      if (!whole)
        throw new OrgRequestError(
          'BAD_ANSWER',
          `a result page of job ${jobId} ends inside a quoted cell`,
          undefined,
          false
        );
      const announced = response.headers.get('sforce-numberofrecords');
      if (announced !== null && Number(announced) !== inPage) {
        throw new OrgRequestError(
          'BAD_ANSWER',
          `a result page of job ${jobId} has ${inPage} rows of ${announced}`,
          undefined,
          false
        );
      }
      rows += inPage;
      locator = next === 'null' || next === '' ? null : next;
    } while (locator !== null);
    if (rows !== expected)
      throw new OrgRequestError('BAD_ANSWER', `job ${jobId} gave ${rows} rows of ${expected}`, undefined, false);
    return rows;
  }

  public async delete(jobId: string): Promise<void> {
    await this.http.json(`/jobs/query/${jobId}`, { method: 'DELETE', repeatable: true });
  }
}
