import type { RecordId } from '../../model/ids.js';
import type { DeployReport } from './components.js';

export interface Deployment {
  readonly id: string;
  readonly status: string;
  readonly checkOnly: boolean;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly createdById: RecordId;
  readonly createdByName: string;
  /** False: components that failed were left out and the others stayed, whatever the status says. */
  readonly rollbackOnError: boolean;
  /** Components it wrote; null where the org does not say. */
  readonly componentsDeployed: number | null;
}

/** A job of Bulk API 2.0 that writes records. */
export interface BulkLoad {
  readonly id: string;
  readonly object: string;
  readonly operation: string;
  readonly state: string;
  /** `V2Ingest`, `Classic` (Bulk API 1.0), `BigObjectIngest`. */
  readonly jobType: string;
  readonly createdById: string;
  readonly createdAt: string;
  /** When the job last moved: for a finished one, its end. */
  readonly movedAt: string;
  /** Rows it wrote; null where the org does not say. */
  readonly written: number | null;
  readonly apiVersion: string;
}

/** A row that a load wrote: its Id, whether the load created it, and the cells as they were sent. */
export interface LoadedRow {
  readonly id: string;
  readonly created: boolean;
  readonly cells: readonly string[];
}

export interface OrgHistory {
  /** The org's clock, ISO 8601 UTC. */
  serverTime(): Promise<string>;
  /** Deployments that ended at or after `iso`, or are not done, oldest first; check-only ones too. */
  deploymentsSince(iso: string): Promise<Deployment[]>;
  /** These deployments, whenever they were; ids the org does not know are missing. */
  deploymentsNamed(ids: readonly string[]): Promise<Deployment[]>;
  /** What a deployment did, component by component. */
  deployReport(id: string): Promise<DeployReport>;
  /** Ids to user names; unknown ids are left out. */
  userNames(ids: Iterable<string>): Promise<Map<string, string>>;
  userIds(usernames: readonly string[]): Promise<Map<string, string>>;
  /** Installed packages: namespace to version. */
  packageVersions(): Promise<Record<string, string>>;
  /** Jobs that write records and are not done: id and object. */
  ingestJobsInFlight(): Promise<
    ReadonlyArray<{
      readonly id: string;
      readonly object: string;
      readonly state: string;
      readonly createdById: string;
    }>
  >;
  /** A load by its job id (750…); undefined when the org does not know it, or no longer. */
  bulkLoad(id: string): Promise<BulkLoad | undefined>;
  /** The rows that a load wrote, as its `successfulResults` say; undefined when the org no longer keeps them. */
  bulkLoadRows(
    load: BulkLoad
  ): Promise<{ readonly columns: readonly string[]; readonly rows: readonly LoadedRow[] } | undefined>;
  /**
   * The org's daily allowance of API requests and what is left of it; undefined where the user may not see it (it takes
   * View Setup and Configuration) and no answer told it by the way.
   */
  apiLimit(): Promise<{ readonly max: number; readonly remaining: number } | undefined>;
  /** All jobs that write records and that the org still knows (seven days), whatever became of them. */
  ingestJobs(): Promise<readonly IngestJobInfo[]>;
  /** Whether the running user sees every row of every object. */
  viewsAllData(): Promise<boolean>;
}

/** A Bulk API 2.0 ingest job as the list of jobs has it. States: Open, UploadComplete, InProgress, JobComplete, Failed, Aborted. */
export interface IngestJobInfo {
  readonly id: string;
  readonly object: string;
  readonly operation: string;
  readonly state: string;
  readonly createdById: string;
  readonly createdAt: string;
}
