import { RecordSplitter } from '../records/csvRecords.js';
import { checkedJob, resultCells } from './bulkJob.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import { until } from './poller.js';
import type { InsertedRow, RecordWriter, RowResult } from './ports/records.js';

interface IngestJob {
  readonly id: string;
  readonly state: string;
  readonly errorMessage?: string;
  readonly numberRecordsProcessed?: number;
  readonly numberRecordsFailed?: number;
}

/** States in which the org has the rows, or is done with them. */
const CLOSED = new Set(['UploadComplete', 'InProgress', 'JobComplete', 'Failed']);

type ResultFile = 'successfulResults' | 'failedResults' | 'unprocessedrecords';

/** One line of a result file by column name; the submitted columns as they were written, in lower case. */
interface ResultRow {
  readonly kind: ResultFile;
  readonly cells: ReadonlyMap<string, string>;
}

/** `CODE:message:fields--`, the way a failed row of an ingest job says why. */
export function bulkError(text: string): { code: string; message: string } {
  const match = /^([A-Z_]+):([\s\S]*?):[^:]*--\s*$/.exec(text);
  if (match) return { code: match[1] as string, message: match[2] as string };
  return { code: /^[A-Z_]+(?=:)/.exec(text)?.[0] ?? 'UNKNOWN', message: text };
}

/** Bulk API 2.0 ingest jobs in the steps the journal needs: create, upload and close, wait and read all three result files. */
export class IngestJobs implements Pick<
  RecordWriter,
  'createIngestJob' | 'uploadAndClose' | 'abortIngestJob' | 'awaitIngestJob' | 'awaitInsertJob'
> {
  public constructor(
    private readonly http: OrgHttp,
    private readonly waitMs: number
  ) {}

  public async createIngestJob(object: string, operation: 'insert' | 'update' | 'delete'): Promise<string> {
    const json = { object, operation, contentType: 'CSV', lineEnding: 'LF' };
    // A job that nobody knows of stays open without rows, writes nothing, and is discarded by the org after seven days.
    const job = await this.http.json<IngestJob>('/jobs/ingest', { method: 'POST', json, repeatable: true });
    return checkedJob(job).id;
  }

  public async uploadAndClose(jobId: string, csv: string): Promise<void> {
    await this.upload(jobId, csv);
    try {
      const json = { state: 'UploadComplete' };
      await this.http.json(`/jobs/ingest/${jobId}`, { method: 'PATCH', json, repeatable: true });
    } catch (error) {
      // Closed by an attempt whose answer was lost: the org says so, or refuses to close it twice.
      if (!(error instanceof OrgRequestError)) throw error;
      const now = await this.http.json<IngestJob>(`/jobs/ingest/${jobId}`).catch((failed: unknown) => {
        if (!(failed instanceof OrgRequestError)) throw failed;
        // Nobody knows whether it is closed, so its rows may go in.
        throw new OrgRequestError(failed.code, failed.message, failed.status, true);
      });
      const { state } = checkedJob(now, jobId);
      if (!CLOSED.has(state)) throw error;
    }
  }

  /**
   * A job takes its rows once; sent again they would spoil it. So a job whose upload went unanswered is given up: nothing
   * of it is written, since it was never closed.
   */
  private async upload(jobId: string, csv: string): Promise<void> {
    const headers = { 'content-type': 'text/csv' };
    try {
      await this.http.text(`/jobs/ingest/${jobId}/batches`, 'nothing', { method: 'PUT', body: csv, headers });
    } catch (error) {
      if (!(error instanceof OrgRequestError && error.mayHaveActed)) throw error;
      const json = { state: 'Aborted' };
      await this.http
        .json(`/jobs/ingest/${jobId}`, { method: 'PATCH', json, repeatable: true })
        .catch((failed: unknown) => {
          if (!(failed instanceof OrgRequestError)) throw failed;
        });
      throw new OrgRequestError(
        'UPLOAD_LOST',
        `${error.message}; job ${jobId} was given up unclosed`,
        error.status,
        false
      );
    }
  }

  public async abortIngestJob(jobId: string): Promise<void> {
    try {
      await this.http.json(`/jobs/ingest/${jobId}`, { method: 'PATCH', json: { state: 'Aborted' }, repeatable: true });
    } catch (error) {
      // Gone or ended meanwhile: there is nothing left to end.
      if (!(error instanceof OrgRequestError && (error.status === 400 || error.status === 404))) throw error;
    }
  }

  public async awaitIngestJob(jobId: string): Promise<{ state: string; errorMessage?: string; results: RowResult[] }> {
    const { rows, ...job } = await this.finished(jobId);
    return { ...job, results: rows.map((row) => ({ id: row.cells.get('id') ?? '', ...verdict(row) })) };
  }

  public async awaitInsertJob(
    jobId: string,
    columns: readonly string[]
  ): Promise<{ state: string; errorMessage?: string; inserted: InsertedRow[] }> {
    const { rows, ...job } = await this.finished(jobId);
    const inserted = rows.map((row) => {
      const newId = row.kind === 'successfulResults' ? row.cells.get('sf__id') : undefined;
      return {
        cells: columns.map((column) => row.cells.get(column.toLowerCase()) ?? ''),
        ...(newId ? { newId } : {}),
        ...verdict(row),
      };
    });
    return { ...job, inserted };
  }

  private async finished(jobId: string): Promise<{ state: string; errorMessage?: string; rows: ResultRow[] }> {
    const job = await until(
      async () => {
        const info = checkedJob(await this.http.json<IngestJob>(`/jobs/ingest/${jobId}`), jobId);
        return ['JobComplete', 'Failed', 'Aborted'].includes(info.state) ? info : undefined;
      },
      this.waitMs,
      () => new OrgRequestError('TIMEOUT', `ingest job ${jobId} did not finish in time`, undefined, true)
    );
    const files: ResultFile[] = ['successfulResults', 'failedResults', 'unprocessedrecords'];
    const counts = countsOf(job);
    const rows = (await Promise.all(files.map((kind) => this.file(jobId, kind, counts[kind])))).flat();
    return { state: job.state, ...(job.errorMessage ? { errorMessage: job.errorMessage } : {}), rows };
  }

  /** `expected`: what the job says of this file; undefined where it says nothing. */
  private async file(jobId: string, kind: ResultFile, expected: number | undefined): Promise<ResultRow[]> {
    const path = `/jobs/ingest/${jobId}/${kind}`;
    return this.http.stream(
      path,
      'csv',
      async (_answer, pieces) => {
        const lines: string[][] = [];
        const splitter = new RecordSplitter((record) => lines.push(resultCells(record, jobId)));
        let last = 0x0a;
        for await (const piece of pieces) {
          splitter.push(piece);
          last = piece.at(-1) ?? last;
        }
        if (!splitter.end() || last !== 0x0a) throw badAnswer(`${kind} of job ${jobId} ends inside a row`);
        const [header = [], ...rows] = lines;
        if (expected !== undefined && rows.length !== expected)
          throw badAnswer(`${kind} of job ${jobId} has ${rows.length} rows of ${expected}`);
        const names = header.map((name) => name.toLowerCase());
        return rows.map((cells) => {
          if (cells.length !== names.length) throw badAnswer(`a row of ${kind} of job ${jobId} is not whole`);
          return { kind, cells: new Map(names.map((name, at) => [name, cells[at] as string])) };
        });
      },
      { headers: { accept: 'text/csv' } }
    );
  }
}

/** Rows that the result files must have. A job that ended early says nothing of the rows it did not get to. */
function countsOf(job: IngestJob): Readonly<Record<ResultFile, number | undefined>> {
  const { numberRecordsProcessed: processed, numberRecordsFailed: failed } = job;
  if (typeof processed !== 'number' || typeof failed !== 'number')
    throw badAnswer(`job ${job.id} does not say how many rows it has processed`);
  return { successfulResults: processed - failed, failedResults: failed, unprocessedrecords: undefined };
}

function verdict(row: ResultRow): { success: boolean; code?: string; message?: string } {
  if (row.kind === 'successfulResults') return { success: true };
  if (row.kind === 'unprocessedrecords')
    return { success: false, code: 'UNPROCESSED', message: 'the job ended before this row' };
  return { success: false, ...bulkError(row.cells.get('sf__error') ?? '') };
}
