import { parseRecord, RecordSplitter } from '../records/csvRecords.js';
import { parseRecordId } from '../model/ids.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import type { BulkLoad, LoadedRow, OrgHistory } from './ports/history.js';

const instant = (value: unknown): string => new Date(String(value).replace(/\+0000$/, 'Z')).toISOString();

/** What the org remembers of loads by Bulk API: jobs and their results are kept for 7 days (Bulk API 2.0 guide, limits). */
export class BulkLoads implements Pick<OrgHistory, 'bulkLoad' | 'bulkLoadRows'> {
  public constructor(private readonly http: OrgHttp) {}

  public async bulkLoad(id: string): Promise<BulkLoad | undefined> {
    const job = await this.unlessGone(() => this.http.json<Record<string, unknown>>(`/jobs/ingest/${id}`));
    if (!job) return undefined;
    return {
      id: parseRecordId(String(job.id)) ?? String(job.id),
      object: String(job.object),
      operation: String(job.operation),
      state: String(job.state),
      jobType: String(job.jobType ?? 'V2Ingest'),
      createdById: parseRecordId(String(job.createdById)) ?? String(job.createdById),
      createdAt: instant(job.createdDate),
      movedAt: instant(job.systemModstamp),
      apiVersion: Number(job.apiVersion).toFixed(1),
      written:
        typeof job.numberRecordsProcessed === 'number' && typeof job.numberRecordsFailed === 'number'
          ? job.numberRecordsProcessed - job.numberRecordsFailed
          : null,
    };
  }

  public async bulkLoadRows(
    load: BulkLoad
  ): Promise<{ columns: readonly string[]; rows: readonly LoadedRow[] } | undefined> {
    // Results are read in the version that made the job; another one may be answered with 409.
    const path = `/services/data/v${load.apiVersion}/jobs/ingest/${load.id}/successfulResults`;
    const text = await this.unlessGone(() => this.http.text(path, 'csv', { headers: { accept: 'text/csv' } }));
    if (text === undefined) return undefined;
    const lines: string[][] = [];
    const splitter = new RecordSplitter((record) => lines.push(parseRecord(record)));
    splitter.push(Buffer.from(text, 'utf8'));
    if (!splitter.end()) throw badAnswer(`the results of job ${load.id} end inside a quoted cell`);
    const [header = [], ...rows] = lines;
    // A file that was cut off between two rows would name fewer rows than the load wrote.
    if (load.written !== null && rows.length !== load.written)
      throw badAnswer(`job ${load.id} wrote ${load.written} rows, and its results name ${rows.length}`);
    const own = new Set(['sf__id', 'sf__created']);
    const at = header.map((name, place) => ({ name, place })).filter(({ name }) => !own.has(name.toLowerCase()));
    const idAt = header.findIndex((name) => name.toLowerCase() === 'sf__id');
    const createdAt = header.findIndex((name) => name.toLowerCase() === 'sf__created');
    return {
      columns: at.map(({ name }) => name),
      rows: rows.map((cells) => ({
        id: parseRecordId(cells[idAt] ?? '') ?? '',
        created: cells[createdAt] === 'true',
        cells: at.map(({ place }) => cells[place] ?? ''),
      })),
    };
  }

  /** A job of another org, of another kind, or one whose time is over, is not there. */
  private async unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof OrgRequestError && (error.status === 404 || error.code === 'NOT_FOUND')) return undefined;
      if (error instanceof OrgRequestError && error.status === 400 && /^INVALIDJOB$|^MALFORMED_ID$/.test(error.code))
        return undefined;
      throw error;
    }
  }
}
