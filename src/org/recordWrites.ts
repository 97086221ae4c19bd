import type { Connection } from '@salesforce/core';
import { parseRecordId } from '../model/ids.js';
import { parseRecord, RecordSplitter } from '../records/csvRecords.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { until } from './poller.js';
import type { RecordWriter, RowResult } from './ports.js';

/** Rows a call of sObject Collections or SOAP undelete takes (REST and SOAP API guides). */
const ROWS_PER_CALL = 200;

interface SaveResult {
  readonly id?: string | null;
  readonly success: boolean | string;
  readonly errors?:
    | ReadonlyArray<{ readonly statusCode: string; readonly message: string }>
    | { readonly statusCode: string; readonly message: string };
}

interface IngestJob {
  readonly id: string;
  readonly state: string;
  readonly errorMessage?: string;
}

function* chunksOf<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += ROWS_PER_CALL) yield items.slice(at, at + ROWS_PER_CALL);
}

function rowResult(id: string, result: SaveResult): RowResult {
  if (String(result.success) === 'true') return { id, success: true };
  const [error] = [result.errors ?? []].flat();
  return {
    id,
    success: false,
    code: error?.statusCode ?? 'UNKNOWN',
    message: error?.message ?? 'the org gave no reason',
  };
}

/** `CODE:message:fields--`, the way a failed row of an ingest job says why. */
function bulkError(text: string): { code: string; message: string } {
  const match = /^([A-Z_]+):([\s\S]*?):[^:]*--\s*$/.exec(text);
  return match
    ? { code: match[1] as string, message: match[2] as string }
    : { code: /^[A-Z_]+(?=:)/.exec(text)?.[0] ?? 'UNKNOWN', message: text };
}

/** Writes of records. Assignment rules never run: a rollback restores owners, it does not route. */
export class RecordWrites implements RecordWriter {
  public constructor(
    private readonly http: OrgHttp,
    private readonly connection: Connection,
    private readonly waitMs: number
  ) {}

  public async updateRows(
    object: string,
    rows: ReadonlyArray<Readonly<Record<string, unknown>> & { readonly Id: string }>
  ): Promise<RowResult[]> {
    const results: RowResult[] = [];
    for (const chunk of chunksOf(rows)) {
      const answer = await this.http.json<SaveResult[]>('/composite/sobjects', {
        method: 'PATCH',
        headers: { 'sforce-auto-assign': 'FALSE' },
        json: {
          allOrNone: false,
          records: chunk.map(({ Id, ...values }) => ({ attributes: { type: object }, id: Id, ...values })),
        },
        // The same values once more leave the same rows.
        repeatable: true,
      });
      results.push(
        ...this.paired(
          chunk.map((row) => row.Id),
          answer
        )
      );
    }
    return results;
  }

  public async deleteRows(_object: string, ids: readonly string[]): Promise<RowResult[]> {
    const results: RowResult[] = [];
    for (const chunk of chunksOf(ids)) {
      const answer = await this.http.json<SaveResult[]>(`/composite/sobjects?ids=${chunk.join(',')}&allOrNone=false`, {
        method: 'DELETE',
        repeatable: true,
      });
      results.push(...this.paired(chunk, answer).map(deletedIsDone));
    }
    return results;
  }

  public async undeleteRows(ids: readonly string[]): Promise<RowResult[]> {
    const results: RowResult[] = [];
    for (const chunk of chunksOf(ids)) {
      this.http.countElsewhere();
      const answer = (await this.connection.soap.undelete(chunk)) as unknown as SaveResult | SaveResult[];
      results.push(...this.paired(chunk, [answer].flat()));
    }
    return results;
  }

  public async createIngestJob(object: string, operation: 'update' | 'delete'): Promise<string> {
    const job = await this.http.json<IngestJob>('/jobs/ingest', {
      method: 'POST',
      json: { object, operation, contentType: 'CSV', lineEnding: 'LF' },
    });
    return job.id;
  }

  public async uploadAndClose(jobId: string, csv: string): Promise<void> {
    await this.http.text(`/jobs/ingest/${jobId}/batches`, {
      method: 'PUT',
      body: csv,
      headers: { 'content-type': 'text/csv' },
    });
    await this.http.json(`/jobs/ingest/${jobId}`, {
      method: 'PATCH',
      json: { state: 'UploadComplete' },
      repeatable: true,
    });
  }

  public async awaitIngestJob(jobId: string): Promise<{ state: string; errorMessage?: string; results: RowResult[] }> {
    const job = await until(
      async () => {
        const info = await this.http.json<IngestJob>(`/jobs/ingest/${jobId}`);
        return ['JobComplete', 'Failed', 'Aborted'].includes(info.state) ? info : undefined;
      },
      this.waitMs,
      () => new OrgRequestError('TIMEOUT', `ingest job ${jobId} did not finish in time`, undefined, true)
    );
    const results = [
      ...(await this.results(jobId, 'successfulResults')),
      ...(await this.results(jobId, 'failedResults')),
      ...(await this.results(jobId, 'unprocessedrecords')),
    ];
    return { state: job.state, ...(job.errorMessage ? { errorMessage: job.errorMessage } : {}), results };
  }

  private async results(
    jobId: string,
    kind: 'successfulResults' | 'failedResults' | 'unprocessedrecords'
  ): Promise<RowResult[]> {
    const text = await this.http.text(`/jobs/ingest/${jobId}/${kind}`, { headers: { accept: 'text/csv' } });
    const rows: string[][] = [];
    const splitter = new RecordSplitter((record) => rows.push(parseRecord(record)));
    splitter.push(Buffer.from(text, 'utf8'));
    splitter.end();
    const [header, ...cells] = rows;
    if (!header) return [];
    const idAt = header.findIndex((name) => name.toLowerCase() === 'id');
    const errorAt = header.indexOf('sf__Error');
    return cells.map((row) => {
      const id = row[idAt] ?? '';
      if (kind === 'successfulResults') return { id, success: true };
      if (kind === 'unprocessedrecords')
        return { id, success: false, code: 'UNPROCESSED', message: 'the job ended before this row' };
      return { id, success: false, ...bulkError(row[errorAt] ?? '') };
    });
  }

  private paired(ids: readonly string[], answer: readonly SaveResult[]): RowResult[] {
    if (answer.length !== ids.length)
      throw new OrgRequestError(
        'BAD_ANSWER',
        `${ids.length} rows were sent, ${answer.length} results came back`,
        undefined,
        true
      );
    return ids.map((id, at) => rowResult(parseRecordId(id) ?? id, answer[at] as SaveResult));
  }
}

/** A row that is gone already is what the delete wanted: its parent took it along, or an earlier attempt did it. */
function deletedIsDone(result: RowResult): RowResult {
  return result.code === 'ENTITY_IS_DELETED' ? { id: result.id, success: true } : result;
}
