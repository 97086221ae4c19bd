import { parseRecord, RecordSplitter } from '../records/csvRecords.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { until } from './poller.js';
import type { InsertedRow, RecordWriter, RowResult } from './ports.js';

interface IngestJob {
  readonly id: string;
  readonly state: string;
  readonly errorMessage?: string;
}

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
  'createIngestJob' | 'uploadAndClose' | 'awaitIngestJob' | 'awaitInsertJob'
> {
  public constructor(
    private readonly http: OrgHttp,
    private readonly waitMs: number
  ) {}

  public async createIngestJob(object: string, operation: 'insert' | 'update' | 'delete'): Promise<string> {
    const json = { object, operation, contentType: 'CSV', lineEnding: 'LF' };
    return (await this.http.json<IngestJob>('/jobs/ingest', { method: 'POST', json })).id;
  }

  public async uploadAndClose(jobId: string, csv: string): Promise<void> {
    const headers = { 'content-type': 'text/csv' };
    await this.http.text(`/jobs/ingest/${jobId}/batches`, { method: 'PUT', body: csv, headers });
    await this.http.json(`/jobs/ingest/${jobId}`, {
      method: 'PATCH',
      json: { state: 'UploadComplete' },
      repeatable: true,
    });
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
        const info = await this.http.json<IngestJob>(`/jobs/ingest/${jobId}`);
        return ['JobComplete', 'Failed', 'Aborted'].includes(info.state) ? info : undefined;
      },
      this.waitMs,
      () => new OrgRequestError('TIMEOUT', `ingest job ${jobId} did not finish in time`, undefined, true)
    );
    const files: ResultFile[] = ['successfulResults', 'failedResults', 'unprocessedrecords'];
    const rows = (await Promise.all(files.map((kind) => this.file(jobId, kind)))).flat();
    return { state: job.state, ...(job.errorMessage ? { errorMessage: job.errorMessage } : {}), rows };
  }

  private async file(jobId: string, kind: ResultFile): Promise<ResultRow[]> {
    const text = await this.http.text(`/jobs/ingest/${jobId}/${kind}`, { headers: { accept: 'text/csv' } });
    const lines: string[][] = [];
    const splitter = new RecordSplitter((record) => lines.push(parseRecord(record)));
    splitter.push(Buffer.from(text, 'utf8'));
    if (!splitter.end())
      throw new OrgRequestError('BAD_ANSWER', `${kind} of job ${jobId} ends inside a quoted cell`, undefined, true);
    const [header, ...rows] = lines;
    return rows.map((cells) => ({
      kind,
      cells: new Map((header ?? []).map((name, at) => [name.toLowerCase(), cells[at] ?? ''])),
    }));
  }
}

function verdict(row: ResultRow): { success: boolean; code?: string; message?: string } {
  if (row.kind === 'successfulResults') return { success: true };
  if (row.kind === 'unprocessedrecords')
    return { success: false, code: 'UNPROCESSED', message: 'the job ended before this row' };
  return { success: false, ...bulkError(row.cells.get('sf__error') ?? '') };
}
