import { parseRecordId, type RecordId } from '../model/ids.js';
import { idChunks, inList, soqlInstant, soqlText } from '../records/soql.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import type { Deployment, IngestJobInfo } from './ports/history.js';
import type { Querier, RawRow } from './ports/queries.js';

const isoOf = (value: unknown): string | null =>
  value ? new Date(String(value).replace(/\+0000$/, 'Z')).toISOString() : null;

/** What the org remembers of deployments, users, packages and jobs. */
export class OrgRecords {
  /** Answers about users, each asked for once. */
  private readonly names = new Map<string, Promise<ReadonlyMap<string, string>>>();

  public constructor(
    private readonly http: OrgHttp,
    private readonly queries: Querier
  ) {}

  public async deploymentsSince(iso: string): Promise<Deployment[]> {
    return this.deployments(
      `CompletedDate >= ${soqlInstant(iso)} OR Status IN ('Pending', 'InProgress', 'Canceling', 'FinalizingDeploy')`
    );
  }

  public async deploymentsNamed(ids: readonly string[]): Promise<Deployment[]> {
    const wanted = ids.map((id) => parseRecordId(id)).filter((id): id is RecordId => id !== undefined);
    return wanted.length > 0 ? this.deployments(inList('Id', wanted)) : [];
  }

  /** Oldest first; those that ended in the same second by Id, so that the order is always the same. */
  private async deployments(condition: string): Promise<Deployment[]> {
    const read = (more: string): Promise<RawRow[]> =>
      this.queries.query(
        `SELECT Id, Status, CheckOnly, StartDate, CompletedDate, CreatedDate, CreatedById, CreatedBy.Name${more} FROM DeployRequest WHERE ${condition}`,
        { tooling: true }
      );
    // Not every API version documents these two fields.
    const rows = await read(', RollbackOnError, NumberComponentsDeployed').catch((error: unknown) => {
      if ((error as { code?: string }).code === 'INVALID_FIELD') return read('');
      throw error;
    });
    const place = (one: Deployment): string => `${one.completedAt ?? '9'} ${one.id}`;
    return rows.map(deployment).sort((a, b) => (place(a) < place(b) ? -1 : 1));
  }

  public async userNames(ids: Iterable<string>): Promise<Map<string, string>> {
    const wanted = [
      ...new Set([...ids].map((id) => parseRecordId(id)).filter((id): id is RecordId => id !== undefined)),
    ];
    for (const chunk of idChunks(wanted.filter((id) => !this.names.has(id)))) {
      const reading = this.readNames(chunk);
      for (const id of chunk) this.names.set(id, reading);
      reading.catch(() => chunk.forEach((id) => this.names.delete(id)));
    }
    const known = await Promise.all(wanted.map(async (id) => [id, (await this.names.get(id))?.get(id)] as const));
    return new Map(known.flatMap(([id, name]) => (name === undefined ? [] : [[id, name]])));
  }

  private async readNames(ids: readonly RecordId[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.queries.query(`SELECT Id, Username FROM User WHERE ${inList('Id', ids)}`);
    return new Map(rows.map((row) => [String(row.Id), String(row.Username)]));
  }

  public async userIds(usernames: readonly string[]): Promise<Map<string, string>> {
    if (usernames.length === 0) return new Map();
    const rows = await this.queries.query(
      `SELECT Id, Username FROM User WHERE Username IN (${usernames.map(soqlText).join(',')})`
    );
    return new Map(rows.map((row) => [String(row.Username).toLowerCase(), String(row.Id)]));
  }

  public async packageVersions(): Promise<Record<string, string>> {
    const rows = await this.queries.query(
      'SELECT Id, SubscriberPackage.NamespacePrefix, SubscriberPackageVersion.MajorVersion, SubscriberPackageVersion.MinorVersion, ' +
        'SubscriberPackageVersion.PatchVersion, SubscriberPackageVersion.BuildNumber FROM InstalledSubscriberPackage',
      { tooling: true }
    );
    const versions: Record<string, string> = {};
    for (const row of rows) {
      const namespace = (row.SubscriberPackage as RawRow | null)?.NamespacePrefix;
      const version = row.SubscriberPackageVersion as RawRow | null;
      if (typeof namespace === 'string' && version) {
        versions[namespace] = [version.MajorVersion, version.MinorVersion, version.PatchVersion, version.BuildNumber]
          .map((part) => String(part ?? 0))
          .join('.');
      }
    }
    return versions;
  }

  public async ingestJobsInFlight(): Promise<IngestJobInfo[]> {
    // An open job has taken no row yet; from UploadComplete on the org is writing.
    return (await this.ingestJobs()).filter((job) => job.state === 'UploadComplete' || job.state === 'InProgress');
  }

  public async ingestJobs(): Promise<IngestJobInfo[]> {
    interface Page {
      readonly done: boolean;
      readonly records: ReadonlyArray<Omit<IngestJobInfo, 'createdAt'> & { readonly createdDate: string }>;
      readonly nextRecordsUrl?: string | null;
    }
    const jobs: IngestJobInfo[] = [];
    let path: string | undefined = '/jobs/ingest';
    while (path) {
      const page: Page = await this.http.json<Page>(path);
      if (!isPage(page)) throw badAnswer('the list of jobs was answered with something else');
      for (const { createdDate, ...job } of page.records) {
        const createdById = parseRecordId(job.createdById) ?? job.createdById;
        jobs.push({ ...job, createdById, createdAt: isoOf(createdDate) ?? '' });
      }
      path = page.done ? undefined : (page.nextRecordsUrl ?? undefined);
      if (!page.done && !path?.startsWith('/services/')) throw badAnswer('the list of jobs names no next page');
    }
    return jobs;
  }

  public async apiLimit(): Promise<{ max: number; remaining: number } | undefined> {
    const limit = await this.http
      .json<{ DailyApiRequests?: { Max: number; Remaining: number } }>('/limits')
      .catch((error: unknown) => {
        // Not everybody may see the limits.
        if (error instanceof OrgRequestError && (error.status === 403 || error.status === 404)) return undefined;
        throw error;
      });
    const daily = limit?.DailyApiRequests;
    if (typeof daily?.Max === 'number' && typeof daily.Remaining === 'number')
      return { max: daily.Max, remaining: daily.Remaining };
    const usage = this.http.apiUsage();
    return usage && { max: usage.max, remaining: usage.max - usage.used };
  }

  public async viewsAllData(): Promise<boolean> {
    const [row] = await this.queries.query(
      'SELECT PermissionsViewAllData, PermissionsModifyAllData FROM UserPermissionAccess'
    );
    return row?.PermissionsViewAllData === true || row?.PermissionsModifyAllData === true;
  }
}

/** An answer of another kind has no jobs to speak of. */
function isPage(page: { readonly records?: unknown } | undefined): boolean {
  return Array.isArray(page?.records);
}

function deployment(row: RawRow): Deployment {
  return {
    id: String(row.Id),
    status: String(row.Status),
    checkOnly: row.CheckOnly === true,
    startedAt: isoOf(row.StartDate),
    completedAt: isoOf(row.CompletedDate),
    createdById: (parseRecordId(String(row.CreatedById)) ?? String(row.CreatedById)) as RecordId,
    createdByName: String((row.CreatedBy as RawRow | null)?.Name ?? row.CreatedById),
    rollbackOnError: row.RollbackOnError !== false,
    componentsDeployed: typeof row.NumberComponentsDeployed === 'number' ? row.NumberComponentsDeployed : null,
  };
}
