import { parse } from 'csv-parse/sync';
import { parseOrgId, parseRecordId, type OrgId, type RecordId } from '../../src/model/ids.js';
import { reduceDescribe } from '../../src/org/describes.js';
import { OrgRequestError, type OrgHttp } from '../../src/org/orgHttp.js';
import { BulkLoads } from '../../src/org/bulkLoads.js';
import { OrgRecords } from '../../src/org/orgRecords.js';
import { DEPLOY_LIMITS } from '../../src/org/deployLimits.js';
import type { OrgIdentity, OrgPorts } from '../../src/org/ports.js';
import type { Querier, RawRow } from '../../src/org/ports/queries.js';
import type { Answers, BackupSink, ReadBehind, RowResult } from '../../src/org/ports/records.js';
import { parseRecord, PieceSplitter, recordAt, withoutFirst, type RecordPiece } from '../../src/records/csvRecords.js';
import type { ObjectDescribe } from '../../src/records/objectDescribe.js';
import { OrgError, type OrgUser } from '../org/engine/contracts.js';
import type { MetadataSide } from '../org/engine/metadata/metadataSide.js';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import type { WriteRequest } from '../org/engine/records/recordDoor.js';
import { canSeeObject, describeObject, noSuchResource } from '../org/engine/schema/describe.js';
import { runQuery } from '../org/engine/soql/runQuery.js';
import { metadataInProcess } from './inProcessMetadata.js';
import { permissionsInProcess } from './inProcessPermissions.js';

const VERSION = '66.0';
/** Rows of one call of sObject Collections or SOAP undelete, which is one transaction of the org. */
const ROWS_PER_CALL = 200;

type Cells = Readonly<Record<string, string>>;

/** One line of an ingest job's result files, by column name in lower case. */
interface IngestedRow {
  readonly cells: Cells;
  readonly verdict: { readonly success: boolean; readonly code?: string; readonly message?: string };
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Runs `work` of the engine and gives its refusals the form in which the HTTP adapter hands them on. */
function asked<T>(method: Method, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OrgError)) throw error;
    throw new OrgRequestError(
      error.code,
      `${error.code}: ${error.message} (${method} ${path})`,
      error.status,
      method !== 'GET' && error.status >= 500
    );
  }
}

/**
 * The ports of an org straight on a practice org's engine, as one of its users: what the HTTP adapters give, without
 * requests, polls and pauses. Flows and components only where their side of the org is given.
 */
export class InProcessOrg implements OrgPorts {
  public deployLimits = DEPLOY_LIMITS;
  public readonly identity: OrgIdentity;
  private readonly history: OrgRecords;
  private readonly loads: BulkLoads;
  private readonly describes = new Map<string, ObjectDescribe>();
  private readonly hasDeployments: boolean;
  private readonly metadata: ReturnType<typeof metadataInProcess> | undefined;
  private readonly permissions: ReturnType<typeof permissionsInProcess> | undefined;
  private sent = 0;

  public constructor(
    private readonly org: PracticeOrg,
    private readonly user: OrgUser,
    label = 'practice',
    side?: MetadataSide
  ) {
    this.identity = {
      orgId: parseOrgId(org.orgId) as OrgId,
      username: user.username,
      userId: parseRecordId(user.id) as RecordId,
      label,
      apiVersion: VERSION,
    };
    this.hasDeployments = org.tables.get('tooling', 'DeployRequest') !== undefined;
    const querier: Querier = {
      query: (soql, options) => this.query(soql, options),
      count: (soql) => this.count(soql),
    };
    const http = this.jobRequests();
    if (side !== undefined) {
      const count = (): void => {
        this.sent += 1;
      };
      this.permissions = permissionsInProcess(org, side, user, count);
      this.metadata = metadataInProcess(side, user, querier, count);
    }
    this.history = new OrgRecords(http, querier);
    this.loads = new BulkLoads(http);
  }

  public requests(): number {
    return this.sent;
  }

  public lastAnswerAt(): string {
    return new Date(this.org.clock.millis()).toISOString();
  }

  public apiUsage(): undefined {
    return undefined;
  }

  // --- history -------------------------------------------------------------------------------------------------------

  public async serverTime(): Promise<string> {
    return new Date(this.org.clock.millis()).toISOString();
  }

  public async deploymentsSince(iso: string): ReturnType<OrgPorts['deploymentsSince']> {
    return this.hasDeployments ? this.history.deploymentsSince(iso) : [];
  }

  public async deploymentsNamed(ids: readonly string[]): ReturnType<OrgPorts['deploymentsNamed']> {
    return this.hasDeployments ? this.history.deploymentsNamed(ids) : [];
  }

  public bulkLoad(id: string): ReturnType<OrgPorts['bulkLoad']> {
    return this.loads.bulkLoad(id);
  }

  public bulkLoadRows(load: Parameters<OrgPorts['bulkLoadRows']>[0]): ReturnType<OrgPorts['bulkLoadRows']> {
    return this.loads.bulkLoadRows(load);
  }

  /** The requests about jobs and limits that adapters send by themselves, answered by the engine. */
  private jobRequests(): OrgHttp {
    const { ingest } = this.org.jobs;
    const jobIn = (path: string): string => /\/jobs\/ingest\/(\w+)/.exec(path)?.[1] ?? '';
    const answer = {
      json: async (path: string): Promise<unknown> => {
        this.sent += 1;
        if (path === '/limits') return { DailyApiRequests: { Max: 100_000, Remaining: 99_000 } };
        if (path === '/jobs/ingest') return { done: true, records: ingest.list() };
        return asked('GET', path, () => ingest.poll(jobIn(path)));
      },
      text: async (path: string): Promise<string> => {
        this.sent += 1;
        return asked('GET', path, () => ingest.successfulResults(jobIn(path)));
      },
    };
    return answer as unknown as OrgHttp;
  }

  public userNames(ids: Iterable<string>): Promise<Map<string, string>> {
    return this.history.userNames(ids);
  }

  public userIds(usernames: readonly string[]): Promise<Map<string, string>> {
    return this.history.userIds(usernames);
  }

  public packageVersions(): Promise<Record<string, string>> {
    return this.history.packageVersions();
  }

  public ingestJobsInFlight(): ReturnType<OrgPorts['ingestJobsInFlight']> {
    return this.history.ingestJobsInFlight();
  }

  public async apiLimit(): Promise<{ max: number; remaining: number }> {
    return { max: 100_000, remaining: 100_000 };
  }

  public ingestJobs(): ReturnType<OrgPorts['ingestJobs']> {
    return this.history.ingestJobs();
  }

  public viewsAllData(): Promise<boolean> {
    return this.history.viewsAllData();
  }

  public async readPermissions(
    ...[scope, among]: Parameters<OrgPorts['readPermissions']>
  ): ReturnType<OrgPorts['readPermissions']> {
    return this.permissionsOr().rows.readPermissions(scope, among);
  }

  public async permissionRecords(
    ...[writes]: Parameters<OrgPorts['permissionRecords']>
  ): ReturnType<OrgPorts['permissionRecords']> {
    return this.permissionsOr().writes.permissionRecords(writes);
  }

  public async writePermissions(
    ...[waves]: Parameters<OrgPorts['writePermissions']>
  ): ReturnType<OrgPorts['writePermissions']> {
    return this.permissionsOr().writes.writePermissions(waves);
  }

  private permissionsOr(): ReturnType<typeof permissionsInProcess> {
    if (this.permissions === undefined) throw new Error('this org in process has no permission rows');
    return this.permissions;
  }

  // --- reading -------------------------------------------------------------------------------------------------------

  public async query(
    soql: string,
    options: { readonly all?: boolean; readonly tooling?: boolean } = {}
  ): Promise<RawRow[]> {
    this.sent += 1;
    const path = options.tooling ? '/tooling/query' : options.all ? '/queryAll' : '/query';
    const { records } = asked('GET', path, () =>
      runQuery(this.org, this.user, options.tooling ? 'tooling' : 'data', soql, { all: options.all ?? false })
    );
    return records.map(({ attributes: _dropped, ...row }) => row);
  }

  public async queryByPages(
    soql: string,
    most: number,
    take: (rows: readonly RawRow[]) => void,
    options: { all?: boolean } = {}
  ): Promise<boolean> {
    const rows = await this.query(soql, options);
    if (rows.length <= most) take(rows);
    return rows.length <= most;
  }

  public async count(soql: string): Promise<number> {
    this.sent += 1;
    return asked('GET', '/query', () => runQuery(this.org, this.user, 'data', soql)).totalSize;
  }

  public async objectNames(): Promise<ReadonlySet<string>> {
    const tables = this.org.tables.list('data').map((table) => table.schema);
    return new Set(
      [...this.org.schema.all(), ...tables]
        .filter((object) => canSeeObject(this.user, object))
        .map((object) => object.name)
    );
  }

  public async describe(object: string): Promise<ObjectDescribe> {
    const known = this.describes.get(object);
    if (known) return known;
    this.sent += 1;
    const describe = asked('GET', `/sobjects/${object}/describe`, () => {
      const schema = this.org.schema.get(object) ?? this.org.tables.get('data', object)?.schema;
      if (schema === undefined || !canSeeObject(this.user, schema)) throw noSuchResource();
      return reduceDescribe(describeObject(this.org, this.user, schema, VERSION));
    });
    this.describes.set(object, describe);
    return describe;
  }

  public async describeAll(objects: Iterable<string>): Promise<void> {
    for (const object of objects) await this.describe(object).catch(() => undefined);
  }

  public async queryTogether(
    soqls: readonly string[],
    { living = false }: { readonly living?: boolean } = {}
  ): Promise<Answers> {
    const rows = new Map<string, RawRow[]>();
    for (const soql of soqls) {
      const answer = await this.query(soql, { all: !living }).catch(() => undefined);
      if (answer) rows.set(soql, answer);
    }
    return rows;
  }

  public forgetDescribes(): void {
    this.describes.clear();
  }

  // --- backup --------------------------------------------------------------------------------------------------------

  public async startBackup(
    soql: string,
    options: { readonly all?: boolean } = {}
  ): Promise<{ jobId: string; startedAt: string }> {
    this.sent += 1;
    const job = asked('POST', '/jobs/query', () =>
      this.org.jobs.query.create(this.user, VERSION, { operation: options.all ? 'queryAll' : 'query', query: soql })
    );
    return {
      jobId: String(job['id']),
      startedAt: new Date(String(job['createdDate']).replace(/\+0000$/, 'Z')).toISOString(),
    };
  }

  public async awaitBackups(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const done = new Map<string, number>();
    for (const id of jobIds) {
      const job = this.polled('query', id);
      const state = String(job['state']);
      if (state !== 'JobComplete')
        throw new OrgRequestError(
          'BULK_QUERY_FAILED',
          `query job ${id} ended ${state}: ${String(job['errorMessage'] ?? 'no message')}`,
          undefined,
          false
        );
      done.set(id, Number(job['numberRecordsProcessed']));
    }
    return done;
  }

  public async readBackup(jobId: string, rowsExpected: number, sink: BackupSink): Promise<number> {
    let rows = 0;
    let locator: string | undefined;
    for (let number = 0; ; number += 1) {
      this.sent += 1;
      const page = asked('GET', `/jobs/query/${jobId}/results`, () =>
        this.org.jobs.query.results(jobId, VERSION, locator, undefined)
      );
      const pieces: RecordPiece[] = [];
      const splitter = new PieceSplitter((piece) => pieces.push(piece));
      splitter.push(Buffer.from(page.csv, 'utf8'));
      splitter.end();
      for (const [at, piece] of pieces.entries()) {
        if (at === 0 && locator === undefined) sink.header(parseRecord(recordAt(piece, 0)));
        const rest = at === 0 ? withoutFirst(piece) : piece;
        rows += rest.ends.length;
        if (rest.ends.length > 0) await sink.records(rest, number);
      }
      sink.endOfPage(number);
      if (page.locator === 'null') break;
      locator = page.locator;
    }
    if (rows !== rowsExpected)
      throw new OrgRequestError('BAD_ANSWER', `job ${jobId} gave ${rows} rows of ${rowsExpected}`, undefined, false);
    return rows;
  }

  public async deleteBackup(jobId: string): Promise<void> {
    this.sent += 1;
    asked('DELETE', `/jobs/query/${jobId}`, () => this.org.jobs.query.delete(jobId));
  }

  // --- writing -------------------------------------------------------------------------------------------------------

  public async updateRows(
    object: string,
    rows: ReadonlyArray<Readonly<Record<string, unknown>> & { readonly Id: string }>,
    behind?: ReadBehind
  ): Promise<RowResult[]> {
    const results = this.write(
      rows.map(({ Id, ...values }) => ({ id: Id, request: { operation: 'update', object, id: Id, values } }))
    );
    await this.readBehind(behind);
    return results;
  }

  public async deleteRows(_object: string, ids: readonly string[], behind?: ReadBehind): Promise<RowResult[]> {
    const results = this.write(ids.map((id) => ({ id, request: { operation: 'delete', id } })));
    await this.readBehind(behind);
    return results.map((result) => (result.code === 'ENTITY_IS_DELETED' ? { id: result.id, success: true } : result));
  }

  /** Where one question is refused the answers to the others do not count. */
  private async readBehind(behind: ReadBehind | undefined): Promise<void> {
    if (!behind) return;
    const answers = await this.queryTogether(behind.soqls);
    if (answers.size === new Set(behind.soqls).size) behind.answered(answers);
  }

  public async undeleteRows(ids: readonly string[]): Promise<RowResult[]> {
    return this.write(ids.map((id) => ({ id, request: { operation: 'undelete', id } })));
  }

  public async createIngestJob(object: string, operation: 'insert' | 'update' | 'delete'): Promise<string> {
    this.sent += 1;
    const job = asked('POST', '/jobs/ingest', () =>
      this.org.jobs.ingest.create(this.user, VERSION, { object, operation, contentType: 'CSV', lineEnding: 'LF' })
    );
    return String(job['id']);
  }

  public async uploadAndClose(jobId: string, csv: string): Promise<void> {
    this.sent += 2;
    asked('PUT', `/jobs/ingest/${jobId}/batches`, () => this.org.jobs.ingest.upload(jobId, csv));
    asked('PATCH', `/jobs/ingest/${jobId}`, () => this.org.jobs.ingest.changeState(jobId, 'UploadComplete'));
  }

  public async abortIngestJob(jobId: string): Promise<void> {
    this.sent += 1;
    asked('PATCH', `/jobs/ingest/${jobId}`, () => this.org.jobs.ingest.changeState(jobId, 'Aborted'));
  }

  public async awaitIngestJob(jobId: string): ReturnType<OrgPorts['awaitIngestJob']> {
    const { rows, ...job } = this.finished(jobId);
    return { ...job, results: rows.map(({ cells, verdict }) => ({ id: cells['id'] ?? '', ...verdict })) };
  }

  public async awaitInsertJob(jobId: string, columns: readonly string[]): ReturnType<OrgPorts['awaitInsertJob']> {
    const { rows, ...job } = this.finished(jobId);
    const inserted = rows.map(({ cells, verdict }) => ({
      cells: columns.map((column) => cells[column.toLowerCase()] ?? ''),
      ...(verdict.success ? { newId: cells['sf__id'] ?? '' } : {}),
      ...verdict,
    }));
    return { ...job, inserted };
  }

  /** A job that ended, with the rows of its three result files. */
  private finished(jobId: string): { state: string; errorMessage?: string; rows: IngestedRow[] } {
    const job = this.polled('ingest', jobId) as { state: string; errorMessage?: string };
    const { ingest } = this.org.jobs;
    const read = (
      path: string,
      csv: () => string,
      verdictOf: (cells: Cells) => IngestedRow['verdict']
    ): IngestedRow[] => {
      this.sent += 1;
      const text = asked('GET', `/jobs/ingest/${jobId}/${path}`, csv);
      const lines = parse<Cells>(text, { columns: (names: string[]) => names.map((name) => name.toLowerCase()) });
      return lines.map((cells) => ({ cells, verdict: verdictOf(cells) }));
    };
    const rows = [
      ...read(
        'successfulResults',
        () => ingest.successfulResults(jobId),
        () => ({ success: true })
      ),
      ...read(
        'failedResults',
        () => ingest.failedResults(jobId),
        (cells) => ({
          success: false,
          ...bulkError(cells['sf__error'] ?? ''),
        })
      ),
      ...read(
        'unprocessedrecords',
        () => ingest.unprocessedRecords(jobId),
        () => ({
          success: false,
          code: 'UNPROCESSED',
          message: 'the job ended before this row',
        })
      ),
    ];
    const { state, errorMessage } = job;
    return { state, ...(errorMessage ? { errorMessage } : {}), rows };
  }

  /** One call, one transaction, for each 200 rows; each row on its own. */
  private write(entries: ReadonlyArray<{ readonly id: string; readonly request: WriteRequest }>): RowResult[] {
    const results: RowResult[] = [];
    for (let at = 0; at < entries.length; at += ROWS_PER_CALL) {
      const chunk = entries.slice(at, at + ROWS_PER_CALL);
      this.sent += 1;
      const answers = this.org.records.write(
        this.user,
        chunk.map(({ request }) => request)
      );
      answers.forEach((answer, index) => {
        const asked = chunk[index]?.id ?? '';
        const id = parseRecordId(asked) ?? asked;
        results.push(
          answer.success
            ? { id, success: true }
            : { id, success: false, code: answer.error.code, message: answer.error.message }
        );
      });
    }
    return results;
  }

  private polled(kind: 'query' | 'ingest', id: string): Record<string, unknown> {
    for (;;) {
      this.sent += 1;
      const job = asked('GET', `/jobs/${kind}/${id}`, () => this.org.jobs[kind].poll(id));
      if (['JobComplete', 'Failed', 'Aborted'].includes(String(job['state']))) return job;
    }
  }

  // --- flows and components ------------------------------------------------------------------------------------------

  public async listFlows(): ReturnType<OrgPorts['listFlows']> {
    return this.metadata === undefined ? [] : this.metadata.flows.listFlows();
  }

  public async setActiveVersions(
    targets: Parameters<OrgPorts['setActiveVersions']>[0]
  ): ReturnType<OrgPorts['setActiveVersions']> {
    return this.metadataOr('flows').flows.setActiveVersions(targets);
  }

  public async interviewsOf(versions: Parameters<OrgPorts['interviewsOf']>[0]): ReturnType<OrgPorts['interviewsOf']> {
    return this.metadataOr('flows').flows.interviewsOf(versions);
  }

  public async deleteVersion(flow: string, version: number): Promise<void> {
    return this.metadataOr('flows').flows.deleteVersion(flow, version);
  }

  public async retrieve(keys: Parameters<OrgPorts['retrieve']>[0]): ReturnType<OrgPorts['retrieve']> {
    if (keys.length === 0)
      return { components: [], properties: new Map(), files: new Map(), notFound: [], messages: [] };
    return this.metadataOr('components').components.retrieve(keys);
  }

  public async listComponents(types: readonly string[]): ReturnType<OrgPorts['listComponents']> {
    return types.length === 0 ? [] : this.metadataOr('components').components.listComponents(types);
  }

  public async startDeploy(request: Parameters<OrgPorts['startDeploy']>[0]): Promise<string> {
    return this.metadataOr('deployments').components.startDeploy(request);
  }

  public async quickDeploy(id: string): ReturnType<OrgPorts['quickDeploy']> {
    return this.metadataOr('deployments').components.quickDeploy(id);
  }

  public async awaitDeploy(id: string): ReturnType<OrgPorts['awaitDeploy']> {
    return this.metadataOr('deployments').components.awaitDeploy(id);
  }

  public async deployReport(id: string): ReturnType<OrgPorts['deployReport']> {
    return this.metadataOr('deployments').components.deployReport(id);
  }

  private metadataOr(what: string): ReturnType<typeof metadataInProcess> {
    if (this.metadata === undefined) throw new Error(`this org in process has no ${what}`);
    return this.metadata;
  }
}

/** `CODE:message:fields--`, as a failed row of an ingest job says why. */
function bulkError(text: string): { code: string; message: string } {
  const [, code, message] = /^([A-Z_]+):(.*):[^:]*--\s*$/s.exec(text) ?? [];
  return code === undefined ? { code: 'UNKNOWN', message: text } : { code, message: message ?? '' };
}
