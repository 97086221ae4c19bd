import { OrgError, type OrgUser, type Row } from '../contracts.js';
import { compileQuery, type CompiledQuery } from '../soql/compileQuery.js';
import type { FieldPath } from '../soql/fieldPath.js';
import type { GeneratedScan, RowList } from '../soql/generatedScan.js';
import { csvCell, csvLine, delimiterOf, lineEndOf, type LineEnding } from './csv.js';
import { isDue, noSuchJob, wrongState, type JobOrg } from './jobs.js';

export interface QueryJobRequest {
  readonly operation?: unknown;
  readonly query?: unknown;
  readonly columnDelimiter?: unknown;
  readonly lineEnding?: unknown;
  readonly contentType?: unknown;
}

interface QueryJob {
  readonly id: string;
  readonly operation: 'query' | 'queryAll';
  object: string;
  readonly query: string;
  readonly createdById: string;
  readonly createdDate: string;
  readonly apiVersion: string;
  readonly columnDelimiter: string;
  readonly lineEnding: LineEnding;
  systemModstamp: string;
  state: 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
  polls: number;
  /** By the wall clock, unlike all stamps of the org. */
  readonly madeAt: number;
  errorMessage?: string;
  result?: { readonly paths: readonly FieldPath[]; readonly rows: RowList; readonly bytes?: PageBytes };
}

/** The header and the lines of rows from one place to another. */
type PageBytes = (start: number, end: number) => Buffer;

export interface ResultPage {
  readonly csv: string;
  /** The same, where it was made as bytes. */
  readonly bytes?: Buffer;
  readonly count: number;
  /** `null` (as text) after the last page. */
  readonly locator: string;
}

/** Query jobs: checked when made, run when they come to their end, kept with their results. */
export class QueryJobs {
  private readonly jobs = new Map<string, QueryJob>();

  public constructor(private readonly org: JobOrg) {}

  public create(user: OrgUser, version: string, request: QueryJobRequest): Record<string, unknown> {
    const operation = request.operation;
    if (operation !== 'query' && operation !== 'queryAll')
      throw new OrgError('INVALIDJOB', `Invalid operation: ${String(operation)}`);
    if (typeof request.query !== 'string' || request.query === '')
      throw new OrgError('INVALIDJOB', 'query is required');
    const columnDelimiter = String(request.columnDelimiter ?? 'COMMA');
    delimiterOf(columnDelimiter);
    const object = this.objectOf(user, version, operation, request.query);
    const job: QueryJob = {
      id: this.org.newId('750'),
      operation,
      object,
      query: request.query,
      createdById: user.id,
      createdDate: this.org.clock.now(),
      systemModstamp: this.org.clock.now(),
      apiVersion: version,
      columnDelimiter,
      lineEnding: request.lineEnding === 'CRLF' ? 'CRLF' : 'LF',
      state: 'UploadComplete',
      polls: 0,
      madeAt: performance.now(),
    };
    this.jobs.set(job.id, job);
    return head(job);
  }

  /** One poll: the job moves on and tells where it is. */
  public poll(id: string): Record<string, unknown> {
    const job = this.find(id);
    if (job.state === 'UploadComplete' || job.state === 'InProgress') {
      job.polls++;
      if (isDue(job, this.org.switches)) this.run(job);
      else job.state = 'InProgress';
    }
    return info(job);
  }

  /** Looks at all jobs: each moves on as with a poll of its own. */
  public list(): Array<Record<string, unknown>> {
    return [...this.jobs.keys()].map((id) => this.poll(id));
  }

  public abort(id: string): Record<string, unknown> {
    const job = this.find(id);
    if (job.state !== 'UploadComplete' && job.state !== 'InProgress')
      throw wrongState(`Aborting a job in state ${job.state} is not allowed`);
    job.state = 'Aborted';
    return info(job);
  }

  public delete(id: string): void {
    const job = this.find(id);
    if (job.state === 'UploadComplete' || job.state === 'InProgress')
      throw wrongState(`Deleting a job in state ${job.state} is not allowed`);
    this.jobs.delete(job.id);
  }

  /** One page of results: the header row is on every page. */
  public results(id: string, version: string, locator: string | undefined, maxRecords: number | undefined): ResultPage {
    const { job, result } = this.finished(id, version);
    const start = locator === undefined ? 0 : offsetOf(locator);
    if (Number.isNaN(start) || (start > 0 && start >= result.rows.length))
      throw new OrgError('INVALID_QUERY_LOCATOR', 'invalid query locator');
    const end = Math.min(result.rows.length, start + this.pageSize(maxRecords));
    const delimiter = delimiterOf(job.columnDelimiter);
    const locatorAfter = end < result.rows.length ? locatorOf(end) : 'null';
    if (result.bytes !== undefined && result.rows.length > 0) {
      const bytes = result.bytes(start, end);
      return {
        bytes,
        get csv() {
          return bytes.toString('utf8');
        },
        count: end - start,
        locator: locatorAfter,
      };
    }
    const lines = [
      csvLine(
        result.paths.map((path) => path.path),
        delimiter
      ),
      ...result.rows.slice(start, end).map((row) =>
        csvLine(
          result.paths.map((path) => csvCell(path.field, path.read(row), this.org.switches)),
          delimiter
        )
      ),
    ];
    const lineEnd = lineEndOf(job.lineEnding);
    const nothing = result.rows.length === 0 && this.org.switches.bulkEmptyResult === 'nothing';
    return {
      csv: nothing ? '' : lines.join(lineEnd) + lineEnd,
      count: end - start,
      locator: locatorAfter,
    };
  }

  /** Addresses of up to five pages from the locator on, and the locator after them. */
  public resultPages(
    id: string,
    version: string,
    locator: string | undefined
  ): { readonly locators: Array<string | undefined>; readonly next: string | undefined } {
    const { result } = this.finished(id, version);
    const size = this.pageSize(undefined);
    const starts: number[] = [];
    for (
      let start = locator === undefined ? 0 : offsetOf(locator);
      start === 0 || start < result.rows.length;
      start += size
    )
      starts.push(start);
    const now = starts.slice(0, 5);
    const after = starts[5];
    return {
      locators: now.map((start) => (start === 0 ? undefined : locatorOf(start))),
      next: after === undefined ? undefined : locatorOf(after),
    };
  }

  private pageSize(maxRecords: number | undefined): number {
    return Math.max(1, Math.min(maxRecords ?? Number.POSITIVE_INFINITY, this.org.switches.bulkPageSize));
  }

  private finished(id: string, version: string): { job: QueryJob; result: NonNullable<QueryJob['result']> } {
    const job = this.find(id);
    if (job.apiVersion !== version)
      throw new OrgError(
        'INVALIDJOB',
        `The job was created with API version ${job.apiVersion}; use the same version to get its results`,
        [],
        409
      );
    if (job.state !== 'JobComplete' || job.result === undefined)
      throw wrongState(`Job results are not available in state ${job.state}`);
    return { job, result: job.result };
  }

  private run(job: QueryJob): void {
    job.systemModstamp = this.org.clock.now();
    const { jobFailure, sortFailure } = this.org.switches;
    const failure = jobFailure || (/\border\s+by\b/i.test(job.query) ? sortFailure : '');
    if (failure !== '') {
      job.state = 'Failed';
      job.errorMessage = failure;
      return;
    }
    const user = this.org.users.find((candidate) => candidate.id === job.createdById);
    try {
      if (user === undefined) throw new OrgError('INVALIDUSER', 'the user of the job is gone');
      const compiled = this.compile(user, job.apiVersion, job.operation, job.query);
      refuseForBulk(compiled, job.query);
      job.object = compiled.source.schema.name;
      const scanned = compiled.scan();
      job.result =
        scanned === undefined
          ? { paths: compiled.paths, rows: compiled.rows() }
          : { paths: compiled.paths, rows: scanned, ...this.asBytes(job, compiled, scanned) };
      job.state = 'JobComplete';
    } catch (error) {
      if (!(error instanceof OrgError)) throw error;
      job.state = 'Failed';
      job.errorMessage = `${error.code}: ${error.message}`;
    }
  }

  /** Plain columns of a generated table are written without making rows of them. */
  private asBytes(job: QueryJob, compiled: CompiledQuery, scanned: GeneratedScan): { readonly bytes?: PageBytes } {
    const table = this.org.store.generatedTable(job.object);
    const plain = compiled.paths.every(
      ({ steps, field }) => steps.length === 0 && !('formulaPath' in field) && field.type !== 'encryptedstring'
    );
    if (table === undefined || !plain) return {};
    const delimiter = delimiterOf(job.columnDelimiter);
    const lineEnd = lineEndOf(job.lineEnding);
    const habits = this.org.switches;
    const { paths } = compiled;
    const names = paths.map((path) => path.field.name);
    const lines = table.lineWriter(names, { delimiter, lineEnd, habits });
    const header = csvLine(names, delimiter) + lineEnd;
    const lineOf = (row: Row): string => {
      const cells = paths.map((path) => csvCell(path.field, path.read(row), habits));
      return csvLine(cells, delimiter) + lineEnd;
    };
    return { bytes: (start, end) => scanned.csv(start, end, header, lines, lineOf) };
  }

  /** Checks the query now, or leaves its mistakes to the run, whichever this org does. */
  private objectOf(user: OrgUser, version: string, operation: string, soql: string): string {
    try {
      const compiled = this.compile(user, version, operation, soql);
      refuseForBulk(compiled, soql);
      return compiled.source.schema.name;
    } catch (error) {
      if (!(error instanceof OrgError) || this.org.switches.bulkBadQuery === 'refused') throw error;
      return /\bfrom\s+(\w+)/i.exec(soql)?.[1] ?? '';
    }
  }

  private compile(user: OrgUser, version: string, operation: string, soql: string): CompiledQuery {
    return compileQuery({ org: this.org, user, api: 'data', soql, all: operation === 'queryAll', version });
  }

  private find(id: string): QueryJob {
    const job = this.jobs.get(id) ?? [...this.jobs.values()].find((candidate) => candidate.id.slice(0, 15) === id);
    if (job === undefined) throw noSuchJob(id);
    return job;
  }
}

/** What REST answers but Bulk refuses. */
function refuseForBulk(compiled: CompiledQuery, soql: string): void {
  const { schema, table } = compiled.source;
  if (table !== undefined || schema.notBulk === true)
    throw new OrgError('INVALIDENTITY', `Entity '${schema.name}' is not supported by the Bulk API.`);
  if (compiled.aggregate || compiled.bareCount)
    throw new OrgError('MALFORMED_QUERY', 'Aggregate functions and GROUP BY are not supported in Bulk V2 Query');
  if (compiled.hasChildren)
    throw new OrgError('API_ERROR', 'Aggregate Relationships not supported in Bulk V2 Query with CSV content type');
  if (compiled.query.offset !== undefined)
    throw new OrgError('MALFORMED_QUERY', 'OFFSET is not supported in Bulk V2 Query');
  if (/\bfields\s*\(/i.test(soql)) throw new OrgError('MALFORMED_QUERY', 'FIELDS is not supported in Bulk V2 Query');
  if (compiled.paths.some(({ field }) => field.type === 'address' || field.type === 'location')) {
    throw new OrgError('FUNCTIONALITY_NOT_ENABLED', 'Selecting compound data not supported in Bulk Query');
  }
  if (compiled.paths.some(({ field }) => field.type === 'base64'))
    throw new OrgError('FUNCTIONALITY_NOT_ENABLED', 'Selecting base64 data not supported in Bulk Query');
}

function head(job: QueryJob): Record<string, unknown> {
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: job.createdDate,
    systemModstamp: job.systemModstamp,
    state: job.state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: Number(job.apiVersion),
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
  };
}

function info(job: QueryJob): Record<string, unknown> {
  return {
    ...head(job),
    jobType: 'V2Query',
    numberRecordsProcessed: job.result?.rows.length ?? 0,
    retries: 0,
    totalProcessingTime: 120,
    isPkChunkingSupported: true,
    ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage }),
  };
}

function locatorOf(offset: number): string {
  return Buffer.from(String(offset)).toString('base64url');
}

function offsetOf(locator: string): number {
  const text = Buffer.from(locator, 'base64url').toString();
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
