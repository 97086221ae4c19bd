import pLimit from 'p-limit';
import { checkedJob } from './bulkJob.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import { until } from './poller.js';
import type { BackupSink } from './ports/records.js';
import { ResultHeader, ResultPage } from './resultPage.js';

/** From so many rows on it is worth a request to learn which pages there are. */
const MANY_ROWS = 20_000;
/** From so many jobs on one request for all of them is less than one for each. */
const MANY_JOBS = 3;
const MOST_PAGES = 10_000;
/** Result pages that are read at the same time, and looks at jobs. */
const PARALLEL_STREAMS = 5;
const PARALLEL_LOOKS = 10;

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

  private readonly streams = pLimit(PARALLEL_STREAMS);
  private readonly looks = pLimit(PARALLEL_LOOKS);

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
    await until(
      async () => {
        for (const job of await this.look(jobIds.filter((id) => !done.has(id)))) {
          if (job.state === 'JobComplete') done.set(job.id, rowsOf(job));
          else if (job.state === 'Failed' || job.state === 'Aborted') {
            throw new OrgRequestError(
              'BULK_QUERY_FAILED',
              `query job ${job.id} ended ${job.state}: ${job.errorMessage ?? 'no message'}`,
              undefined,
              false,
              job.state === 'Failed' ? job.id : undefined
            );
          }
        }
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
   * Each page is counted against what its header and the job say. A page that breaks off is asked for again and goes on
   * behind the rows that were handed on already. Large results come as several pages at once, where the org names them
   * beforehand (API 58.0); otherwise each page names the next.
   */
  public async read(jobId: string, expected: number, sink: BackupSink): Promise<number> {
    const header = new ResultHeader(jobId, sink);
    const named = expected < MANY_ROWS ? undefined : await this.namedPages(jobId);
    const rows = named ? await this.readNamed(jobId, named, header, sink) : await this.readChained(jobId, header, sink);
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

  /** One request for many jobs; a job that the list does not show is asked for by itself. */
  private async look(jobIds: readonly string[]): Promise<QueryJob[]> {
    const ask = async (id: string): Promise<QueryJob> =>
      checkedJob(await this.http.json<QueryJob>(`/jobs/query/${id}`), id);
    const listed =
      jobIds.length < MANY_JOBS
        ? []
        : (await this.http.json<{ readonly records?: readonly QueryJob[] }>('/jobs/query?jobType=V2Query')).records;
    // The list says how a job stands, but not how many rows it has.
    const running = new Set(
      (listed ?? []).filter((job) => ['UploadComplete', 'InProgress'].includes(job.state)).map((job) => job.id)
    );
    return Promise.all(jobIds.filter((id) => !running.has(id)).map((id) => this.looks(() => ask(id))));
  }

  /** Locators of all pages, the first one's being undefined. Nothing where the org does not name them beforehand. */
  private async namedPages(jobId: string): Promise<Array<string | undefined> | undefined> {
    interface Pages {
      readonly resultPages?: ReadonlyArray<{ readonly resultUrl?: unknown }>;
      readonly nextRecordUrl?: string | null;
      readonly done?: boolean;
    }
    const locators: Array<string | undefined> = [];
    let path: string | undefined = `/jobs/query/${jobId}/resultPages`;
    while (path !== undefined) {
      let pages: Pages;
      try {
        pages = await this.http.json<Pages>(path);
      } catch (error) {
        // An org or an API version without this resource.
        if (error instanceof OrgRequestError && (error.status === 404 || error.status === 400)) return undefined;
        throw error;
      }
      for (const { resultUrl } of pages.resultPages ?? []) locators.push(locatorOf(resultUrl, jobId));
      const next: string | null | undefined = pages.done ? undefined : pages.nextRecordUrl;
      path = next ? pathOf(next) : undefined;
      if (locators.length > MOST_PAGES) throw badAnswer(`job ${jobId} names more than ${MOST_PAGES} pages`);
    }
    if (new Set(locators).size !== locators.length) throw badAnswer(`job ${jobId} names a page twice`);
    return locators.length === 0 ? undefined : locators;
  }

  private async readNamed(
    jobId: string,
    locators: ReadonlyArray<string | undefined>,
    header: ResultHeader,
    sink: BackupSink
  ): Promise<number> {
    const failed = new AbortController();
    const rows = await Promise.all(
      locators.map((locator, number) =>
        this.streams(async () => {
          // What another page met ends all of it.
          if (failed.signal.aborted) return 0;
          try {
            return (await this.readPage(jobId, locator, number, header, sink)).rows;
          } catch (error) {
            failed.abort();
            throw error;
          }
        })
      )
    );
    return rows.reduce((sum, count) => sum + count, 0);
  }

  private async readChained(jobId: string, header: ResultHeader, sink: BackupSink): Promise<number> {
    const seen = new Set<string>();
    let rows = 0;
    let locator: string | undefined;
    for (let number = 0; ; number += 1) {
      const page: ResultPage = await this.streams(() => this.readPage(jobId, locator, number, header, sink));
      rows += page.rows;
      locator = page.next;
      if (locator === undefined) return rows;
      if (seen.has(locator)) throw badAnswer(`the pages of job ${jobId} go in a circle`);
      seen.add(locator);
    }
  }

  private async readPage(
    jobId: string,
    locator: string | undefined,
    number: number,
    header: ResultHeader,
    sink: BackupSink
  ): Promise<ResultPage> {
    const query = locator === undefined ? '' : `?locator=${encodeURIComponent(locator)}`;
    const page = new ResultPage(jobId, number, header, sink);
    await this.http.stream(
      `/jobs/query/${jobId}/results${query}`,
      'csv',
      (answer, pieces) => page.read(answer, pieces),
      { headers: { accept: 'text/csv' } }
    );
    sink.endOfPage(number);
    return page;
  }
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, 'https://org.invalid');
  return `${pathname}${search}`;
}

function locatorOf(resultUrl: unknown, jobId: string): string | undefined {
  const url = typeof resultUrl === 'string' ? URL.parse(resultUrl, 'https://org.invalid') : null;
  if (!url?.pathname.endsWith(`/jobs/query/${jobId}/results`))
    throw badAnswer(`job ${jobId} names a page that is none of its own`);
  return url.searchParams.get('locator') ?? undefined;
}

function rowsOf(job: QueryJob): number {
  const rows = job.numberRecordsProcessed;
  if (typeof rows !== 'number') throw badAnswer(`job ${job.id} does not say how many rows it has`);
  return rows;
}
