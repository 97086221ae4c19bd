import { instantOf } from '../clock.js';
import { OrgError, type ObjectSchema, type OrgUser } from '../contracts.js';
import { canSeeObject } from '../schema/describe.js';
import type { WriteRequest, WriteResult } from '../records/recordDoor.js';
import { shuffled } from '../shuffle.js';
import { prepare, refuseColumns } from './ingestRows.js';
import { csvLine, delimiterOf, hasForeignLineEnds, lineEndOf, type LineEnding } from './csv.js';
import { isDue, noSuchJob, wrongState, type JobOrg } from './jobs.js';
import { BatchRefusal, readUpload, rowErrorText, type Upload, type UploadedRow } from './uploadedRows.js';

const operations = ['insert', 'update', 'upsert', 'delete', 'hardDelete'] as const;
type Operation = (typeof operations)[number];
type State = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

interface Processed {
  readonly cells: readonly string[];
  readonly id: string;
  readonly created: boolean;
  readonly error: string | undefined;
}

interface IngestJob {
  readonly id: string;
  readonly operation: Operation;
  readonly object: string;
  readonly externalIdFieldName: string | undefined;
  /** `Classic`: a job of Bulk API 1.0, which is listed here, but whose results are not given. */
  readonly jobType: 'V2Ingest' | 'Classic';
  readonly createdById: string;
  readonly createdDate: string;
  readonly apiVersion: string;
  readonly columnDelimiter: string;
  readonly lineEnding: LineEnding;
  systemModstamp: string;
  state: State;
  polls: number;
  /** By the wall clock: when it was made, then when its rows were complete. */
  madeAt: number;
  content: string | undefined;
  errorMessage?: string;
  header: readonly string[];
  processed: Processed[];
  unprocessed: Array<readonly string[]>;
  ended: boolean;
}

/** Milliseconds for which the results of a job can be read. */
const RESULTS_KEPT = 7 * 24 * 3600 * 1000;

/** Rows of one transaction. */
const chunkSize = 200;

/**
 * Ingest jobs. The rows are written when the upload is closed, whether anybody polls or not; the job only
 * says so after as many polls as the switch `jobPolls` asks for. With `holdProcessing` they wait for the first poll.
 */
export class IngestJobs {
  public holdProcessing = false;
  private readonly jobs = new Map<string, IngestJob>();

  public constructor(private readonly org: JobOrg) {}

  public create(user: OrgUser, version: string, request: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const operation = operations.find((candidate) => candidate === request['operation']);
    if (operation === undefined) throw new OrgError('INVALIDJOB', `Invalid operation: ${String(request['operation'])}`);
    const object = this.objectFor(user, String(request['object'] ?? ''));
    if (operation === 'hardDelete' && !user.rights.bulkHardDelete) {
      throw new OrgError(
        'FEATURENOTENABLED',
        'hardDelete operation requires special user profile permission, please contact your system administrator'
      );
    }
    const externalId = request['externalIdFieldName'];
    if (operation === 'upsert') this.checkExternalId(object, externalId);
    const columnDelimiter = String(request['columnDelimiter'] ?? 'COMMA');
    delimiterOf(columnDelimiter);
    const job: IngestJob = {
      id: this.org.newId('750'),
      operation,
      object: object.name,
      externalIdFieldName: typeof externalId === 'string' ? externalId : undefined,
      jobType: 'V2Ingest',
      createdById: user.id,
      createdDate: this.org.clock.now(),
      systemModstamp: this.org.clock.now(),
      apiVersion: version,
      columnDelimiter,
      lineEnding: request['lineEnding'] === 'CRLF' ? 'CRLF' : 'LF',
      state: 'Open',
      polls: 0,
      madeAt: performance.now(),
      content: undefined,
      header: [],
      processed: [],
      unprocessed: [],
      ended: false,
    };
    this.jobs.set(job.id, job);
    return head(job);
  }

  public upload(id: string, content: string): void {
    const job = this.find(id);
    if (job.content !== undefined) {
      throw wrongState(
        `Found multiple contents for job: <${job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.`
      );
    }
    if (job.state !== 'Open') throw wrongState(`Content cannot be added to a job in state ${job.state}`);
    job.content = content;
  }

  public changeState(id: string, state: unknown): Record<string, unknown> {
    const job = this.find(id);
    if (state === 'UploadComplete') {
      if (job.state !== 'Open') throw wrongState(`Closing already ${job.state} Job not allowed`);
      job.state = 'UploadComplete';
      job.madeAt = performance.now();
      job.systemModstamp = this.org.clock.now();
      if (!this.holdProcessing) this.process(job);
      return head({ ...job, state: 'UploadComplete' });
    }
    if (state === 'Aborted') {
      if (job.state === 'JobComplete' || job.state === 'Failed' || job.state === 'Aborted')
        throw wrongState(`Aborting already ${job.state} Job not allowed`);
      job.state = 'Aborted';
      return info(job);
    }
    throw wrongState(`Invalid state: ${String(state)}`);
  }

  /** One poll: the job moves on and tells where it is. */
  public poll(id: string): Record<string, unknown> {
    const job = this.find(id);
    if (job.state === 'UploadComplete' || job.state === 'InProgress') {
      job.polls++;
      if (!job.ended) this.process(job);
      if (isDue(job, this.org.switches)) job.state = job.errorMessage === undefined ? 'JobComplete' : 'Failed';
      else job.state = 'InProgress';
    }
    return info(job);
  }

  public list(): Array<Record<string, unknown>> {
    return [...this.jobs.values()].map((job) => info(job));
  }

  public delete(id: string): void {
    const job = this.find(id);
    if (!['UploadComplete', 'JobComplete', 'Aborted', 'Failed'].includes(job.state))
      throw wrongState(`Deleting a job in state ${job.state} is not allowed`);
    this.jobs.delete(job.id);
  }

  public successfulResults(id: string): string {
    const job = this.ended(id);
    const good = job.processed.filter((row) => row.error === undefined);
    return this.csv(
      job,
      ['sf__Id', 'sf__Created'],
      good.map((row) => [row.id, String(row.created), ...row.cells])
    );
  }

  public failedResults(id: string): string {
    const job = this.ended(id);
    const bad = job.processed.filter((row) => row.error !== undefined);
    return this.csv(
      job,
      ['sf__Id', 'sf__Error'],
      bad.map((row) => [row.id, row.error ?? '', ...row.cells])
    );
  }

  public unprocessedRecords(id: string): string {
    const job = this.ended(id);
    return this.csv(job, [], job.unprocessed);
  }

  /** Own columns in quotes, the submitted column names as they were sent, every value in quotes; rows in an order nobody may rely on. */
  private csv(job: IngestJob, own: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
    const delimiter = delimiterOf(job.columnDelimiter);
    const lineEnd = lineEndOf(job.lineEnding);
    const submitted = job.header.map((name) => (/^[\w.:]+$/.test(name) ? name : csvLine([name], delimiter)));
    const header = [...own.map((name) => `"${name}"`), ...submitted].join(delimiter);
    return [header, ...shuffled(rows, job.id).map((cells) => csvLine(cells, delimiter))].join(lineEnd) + lineEnd;
  }

  private process(job: IngestJob): void {
    job.ended = true;
    const user = this.org.users.find((candidate) => candidate.id === job.createdById);
    const object = this.org.schema.get(job.object);
    if (user === undefined || object === undefined) {
      job.errorMessage = `InvalidEntity : Entity '${job.object}' is not supported`;
      return;
    }
    if (this.org.switches.jobFailure !== '') {
      job.errorMessage = this.org.switches.jobFailure;
      return;
    }
    const content = job.content ?? '';
    if (hasForeignLineEnds(content, job.lineEnding, this.org.switches.innerLineEndsCount)) {
      job.errorMessage = `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${job.lineEnding}`;
      return;
    }
    try {
      const upload = readUpload(this.org, user, object, job.operation, content, delimiterOf(job.columnDelimiter));
      this.writeAll(job, user, upload);
      // "Date and time in the UTC time zone when the job finished" (Bulk API 2.0 guide, Get Job Info): after its last row.
      job.systemModstamp = this.org.clock.now();
    } catch (error) {
      if (!(error instanceof BatchRefusal)) throw error;
      job.errorMessage = error.message;
    }
  }

  private writeAll(job: IngestJob, user: OrgUser, upload: Upload): void {
    job.header = upload.header;
    refuseColumns(this.org, job, upload.header);
    // What is beyond the day's allowance is neither written nor reported.
    const rows = upload.rows.slice(0, Math.max(0, this.org.switches.bulkRowAllowance));
    this.org.switches.bulkRowAllowance -= rows.length;
    for (let start = 0; start < rows.length; start += chunkSize) {
      job.processed.push(...this.writeChunk(job, user, rows.slice(start, start + chunkSize)));
    }
  }

  private writeChunk(job: IngestJob, user: OrgUser, rows: readonly UploadedRow[]): Processed[] {
    const prepared = rows.map((row) => prepare(job, row));
    const requests = prepared.filter((entry): entry is WriteRequest => !(entry instanceof OrgError));
    const written = this.org.records.write(user, requests);
    const pastTheBin = job.operation === 'delete' && !this.org.switches.bulkDeletesReachBin;
    if (job.operation === 'hardDelete' || pastTheBin) {
      const gone = written
        .filter((result) => result.success)
        .map((result): WriteRequest => ({ operation: 'purge', id: String(result.id) }));
      this.org.records.write(user, gone);
    }
    let next = 0;
    return rows.map((row, index) => {
      const entry = prepared[index];
      const result: WriteResult =
        entry instanceof OrgError ? { success: false, id: undefined, error: entry } : (written[next++] as WriteResult);
      return result.success
        ? { cells: row.cells, id: result.id, created: result.created, error: undefined }
        : { cells: row.cells, id: result.id ?? '', created: false, error: rowErrorText(result.error) };
    });
  }

  /** A load that somebody made with Bulk API 1.0. What it wrote is not told here. */
  public addClassic(user: OrgUser, objectName: string): string {
    const id = String(this.create(user, '66.0', { operation: 'update', object: objectName })['id']);
    const job = this.find(id);
    this.jobs.set(job.id, { ...job, jobType: 'Classic', state: 'JobComplete', ended: true });
    return id;
  }

  private ended(id: string): IngestJob {
    const job = this.find(id);
    // Results are kept for seven days (Bulk API 2.0 guide, limits), those of Bulk API 1.0 are read elsewhere.
    const age = this.org.clock.millis() - instantOf(job.systemModstamp);
    if (job.jobType === 'Classic' || age > RESULTS_KEPT)
      throw new OrgError('NOT_FOUND', 'The requested resource does not exist', [], 404);
    if (!['JobComplete', 'Failed', 'Aborted'].includes(job.state))
      throw wrongState(`Job results are not available in state ${job.state}`);
    return job;
  }

  private objectFor(user: OrgUser, name: string): ObjectSchema {
    const object = this.org.schema.get(name);
    if (object === undefined || !canSeeObject(user, object))
      throw new OrgError('INVALIDENTITY', `Unable to find object: ${name}`);
    if (object.notBulk === true)
      throw new OrgError('INVALIDENTITY', `Entity '${object.name}' is not supported by the Bulk API.`);
    return object;
  }

  private checkExternalId(object: ObjectSchema, name: unknown): void {
    const field = typeof name === 'string' ? this.org.schema.field(object.name, name) : undefined;
    if (field === undefined || (field.idLookup !== true && field.externalId !== true)) {
      throw new OrgError(
        'INVALIDJOB',
        `InvalidJob : Field name provided, ${String(name ?? '')} is not an External ID or indexed field for ${object.name}`
      );
    }
  }

  private find(id: string): IngestJob {
    const job = this.jobs.get(id) ?? [...this.jobs.values()].find((candidate) => candidate.id.slice(0, 15) === id);
    if (job === undefined) throw noSuchJob(id);
    return job;
  }
}

function head(job: IngestJob): Record<string, unknown> {
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: job.createdDate,
    systemModstamp: job.systemModstamp,
    state: job.state,
    ...(job.externalIdFieldName === undefined ? {} : { externalIdFieldName: job.externalIdFieldName }),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: Number(job.apiVersion),
    ...(job.state === 'Open' ? { contentUrl: `services/data/v${job.apiVersion}/jobs/ingest/${job.id}/batches` } : {}),
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
  };
}

function info(job: IngestJob): Record<string, unknown> {
  const done = ['JobComplete', 'Failed', 'Aborted'].includes(job.state);
  return {
    ...head(job),
    jobType: job.jobType,
    retries: 0,
    totalProcessingTime: done ? 240 : 0,
    apiActiveProcessingTime: done ? 180 : 0,
    apexProcessingTime: 0,
    numberRecordsProcessed: done ? job.processed.length : 0,
    numberRecordsFailed: done ? job.processed.filter((row) => row.error !== undefined).length : 0,
    ...(done && job.errorMessage !== undefined ? { errorMessage: job.errorMessage } : {}),
  };
}
