import type { FlowEntry } from '../flow/flowVersion.js';
import type { ComponentKey, ComponentStamps, RetrievedComponent } from '../metadata/component.js';
import type { DeployLimits } from '../model/deployLimits.js';
import type { OrgId, RecordId } from '../model/ids.js';
import type { RecordPiece } from '../records/csvRecords.js';
import type { PermissionKey, PermissionParent, PermissionRow } from '../permissions/permissionRow.js';
import type { PermissionScope } from '../permissions/permissionScope.js';
import type { ObjectDescribe } from '../records/objectDescribe.js';

/**
 * What the tool asks of an org, in capabilities cut to need. `org/*` adapters implement them over the org's APIs;
 * no room outside `org/` knows a URL, a SOAP body or a client library.
 */

/**
 * Whether an error of these ports is the org's own, final no to what was asked (an unknown field, a missing right), and not
 * a failure on the way. Only such a no may be taken for an answer: a lost one says nothing about the org.
 */
export function isFinalNo(error: unknown): boolean {
  const { status, code } = error as { readonly status?: unknown; readonly code?: unknown };
  return (
    typeof status === 'number' &&
    status >= 400 &&
    status < 500 &&
    ![401, 408, 420, 429].includes(status) &&
    !['REQUEST_LIMIT_EXCEEDED', 'QUERY_TIMEOUT', 'UNABLE_TO_LOCK_ROW'].includes(String(code))
  );
}

/** The job that an error of `awaitBackups` says has failed; undefined for all other errors, and for a job that was aborted. */
export function failedJob(error: unknown): string | undefined {
  const { failedJob: id } = error as { readonly failedJob?: unknown };
  return typeof id === 'string' ? id : undefined;
}

/** `undefined` where the org finally says no; any other failure goes on. */
export function unlessRefused(error: unknown): undefined {
  if (!isFinalNo(error)) throw error;
  return undefined;
}

export interface OrgIdentity {
  readonly orgId: OrgId;
  readonly username: string;
  readonly userId: RecordId;
  /** The alias or username a person types for this org. */
  readonly label: string;
  readonly apiVersion: string;
}

/** A raw row as REST prints it, without `attributes`. */
export type RawRow = Readonly<Record<string, unknown>>;

export interface Querier {
  /** All rows of a SOQL query, through all pages. `all` includes deleted rows. */
  query(soql: string, options?: { readonly all?: boolean; readonly tooling?: boolean }): Promise<RawRow[]>;
  /** `SELECT COUNT()`: the number only. */
  count(soql: string): Promise<number>;
}

export interface FlowReader {
  /** Every flow of the org with all its versions. */
  listFlows(): Promise<FlowEntry[]>;
}

/** Which version of a flow shall run; 0 means none. */
export interface FlowPointerTarget {
  readonly definitionId: string;
  readonly version: number;
}

/** What the org said to one pointer: its code and message where it refused. */
export interface PointerResult {
  readonly definitionId: string;
  readonly success: boolean;
  readonly code?: string;
  readonly message?: string;
}

/** A version of a flow by name and number. */
export interface FlowVersionKey {
  readonly flow: string;
  readonly version: number;
}

export interface FlowPointer {
  /**
   * Sets which version of each flow runs, 25 flows a request. Takes effect at once, flow by flow, in no transaction with
   * anything else; results in the order asked.
   */
  setActiveVersions(targets: readonly FlowPointerTarget[]): Promise<PointerResult[]>;
  /** Deletes one inactive version by its number. One that is gone already counts as deleted. */
  deleteVersion(flow: string, version: number): Promise<void>;
  /** Ids of the interviews (paused, waiting, failed) that keep a version from being deleted, by `Name-3`. */
  interviewsOf(versions: readonly FlowVersionKey[]): Promise<Map<string, string[]>>;
}

export interface Retrieved {
  readonly components: readonly RetrievedComponent[];
  /** Who made and last changed each component, by `Type:FullName`, as the org's file properties say. */
  readonly properties: ReadonlyMap<string, ComponentStamps>;
  /** Every file of the package, paths relative to its root. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Components the org says it cannot find. */
  readonly notFound: readonly ComponentKey[];
  /** Other messages of the retrieve, word for word. */
  readonly messages: readonly string[];
}

export type ListedComponent = ComponentKey & ComponentStamps;

export interface ComponentReader {
  /** All components of these types, as listMetadata gives them. */
  listComponents(types: readonly string[]): Promise<ListedComponent[]>;
  retrieve(keys: readonly ComponentKey[]): Promise<Retrieved>;
}

export type TestLevel = 'NoTestRun' | 'RunSpecifiedTests' | 'RunLocalTests' | 'RunAllTestsInOrg';

export interface DeployRequest {
  readonly zip: Buffer;
  readonly checkOnly: boolean;
  readonly testLevel?: TestLevel;
  readonly tests?: readonly string[];
  /** Warnings (a component to delete is gone already) fail the deployment unless ignored. */
  readonly ignoreWarnings: boolean;
}

export interface DeployedComponent extends ComponentKey {
  readonly created: boolean;
  readonly changed: boolean;
  readonly deleted: boolean;
  readonly success: boolean;
  readonly problem?: string;
  readonly problemType?: string;
}

export interface DeployReport {
  readonly id: string;
  readonly status: string;
  readonly success: boolean;
  readonly done: boolean;
  readonly checkOnly: boolean;
  /** Tests ran and are done: only such a validation can be deployed without running them again. */
  readonly testsRan: boolean;
  readonly errorMessage?: string;
  /** Without the pseudo rows of manifests. */
  readonly components: readonly DeployedComponent[];
  readonly testFailures: ReadonlyArray<{ readonly name: string; readonly method: string; readonly message: string }>;
}

export interface ComponentWriter {
  readonly deployLimits: DeployLimits;
  /** Starts a deployment and returns its id (0Af…) without waiting. */
  startDeploy(request: DeployRequest): Promise<string>;
  /**
   * Deploys a validation that ran tests, without running them again; undefined when the org no longer takes it, in which
   * case nothing has happened.
   */
  quickDeploy(validationId: string): Promise<string | undefined>;
  /** Waits until the deployment is done, however it ends. */
  awaitDeploy(id: string): Promise<DeployReport>;
}

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

/** Where the rows of a job go. */
export interface BackupSink {
  /** The header cells, once, before any records. */
  header(cells: readonly string[]): void;
  /**
   * Whole records of one page, in their order within it. Pages are counted from 0 and may come at the same time. Resolves
   * when there is room for more, so that memory stays flat.
   */
  records(piece: RecordPiece, page: number): Promise<void>;
  endOfPage(page: number): void;
}

export interface RecordReader extends Querier {
  /** As `query`; undefined where there are more rows than `most`, of which only the first page was read then. */
  queryUpTo(soql: string, most: number, options?: { readonly all?: boolean }): Promise<RawRow[] | undefined>;
  /** API names of the objects this user sees. */
  objectNames(): Promise<ReadonlySet<string>>;
  /** Read once and kept, until `forgetDescribes`. */
  describe(object: string): Promise<ObjectDescribe>;
  /** Reads those not yet known of several at once, so that `describe` has them at hand. One that is refused there tells why. */
  describeAll(objects: Iterable<string>): Promise<void>;
  /**
   * All rows of several queries, by query, in as few requests as can be; deleted rows, too, unless only the `living` are asked
   * for. One that was refused, or has more rows than a page, is missing: asked by itself (`query`) it has an answer, or tells
   * why not.
   */
  queryTogether(soqls: readonly string[], options?: { readonly living?: boolean }): Promise<Answers>;
  /** To be called after a deployment: fields may have come or gone. */
  forgetDescribes(): void;
  /** Starts a bulk query job; returns its id and the org's time at its start. */
  startBackup(
    soql: string,
    options?: { readonly all?: boolean }
  ): Promise<{ readonly jobId: string; readonly startedAt: string }>;
  /** Waits for jobs with one shared poller; rejects naming the job and the org's message when one fails. */
  awaitBackups(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * The result of a finished job, into `sink`. Resolves to the number of rows. Rejects when the pages do not add up to
   * what the job says.
   */
  readBackup(jobId: string, rowsExpected: number, sink: BackupSink): Promise<number>;
  deleteBackup(jobId: string): Promise<void>;
}

/** What became of one row of a write: the org's code and message where it failed. */
export interface RowResult {
  readonly id: string;
  readonly success: boolean;
  readonly code?: string;
  readonly message?: string;
}

/** Rows by the query that asked for them. */
export type Answers = ReadonlyMap<string, readonly RawRow[]>;

/** What is read right behind a write, in the same request where that can be. */
export interface ReadBehind {
  /** Queries, deleted rows included, the most wanted first: not all may fit. */
  readonly soqls: readonly string[];
  /** Told the answers that came whole, read after the last row was written. Not told at all when none could be read. */
  answered(answers: Answers): void;
}

export interface RecordWriter {
  /** sObject Collections, 200 rows a call, each row on its own. Results in the order of `rows`. */
  updateRows(
    object: string,
    rows: ReadonlyArray<Readonly<Record<string, unknown>> & { readonly Id: string }>,
    behind?: ReadBehind
  ): Promise<RowResult[]>;
  deleteRows(object: string, ids: readonly string[], behind?: ReadBehind): Promise<RowResult[]>;
  /** SOAP undelete, 200 ids a call. */
  undeleteRows(ids: readonly string[]): Promise<RowResult[]>;
  /** Bulk API 2.0 ingest, in the steps the journal needs. */
  createIngestJob(object: string, operation: 'insert' | 'update' | 'delete'): Promise<string>;
  uploadAndClose(jobId: string, csv: string): Promise<void>;
  /** Ends an open job that took no row. One that is gone or ended already is left as it is. */
  abortIngestJob(jobId: string): Promise<void>;
  awaitIngestJob(
    jobId: string
  ): Promise<{ readonly state: string; readonly errorMessage?: string; readonly results: RowResult[] }>;
  /** The results of an insert job: the submitted cells, in the order of `columns`, with the new Id or the refusal. In no order. */
  awaitInsertJob(
    jobId: string,
    columns: readonly string[]
  ): Promise<{ readonly state: string; readonly errorMessage?: string; readonly inserted: InsertedRow[] }>;
}

/** One row of an insert job: what was submitted, and what became of it. */
export interface InsertedRow {
  readonly success: boolean;
  readonly cells: readonly string[];
  readonly newId?: string;
  readonly code?: string;
  readonly message?: string;
}

/** A profile, permission set or group as it is now. */
export interface ParentState extends PermissionParent {
  /** As the org shows it to people. */
  readonly label?: string;
  /** Of a group: `Updated`, or that the org has still to work out what it grants, or failed to (Object Reference: PermissionSetGroup). */
  readonly status?: string;
  /** Part of an installed package. */
  readonly managed: boolean;
  readonly lastModifiedById?: string;
  readonly lastModifiedAt?: string;
}

/** The permission rows of a scope as they are now. */
export interface PermissionReading {
  /** Every profile, permission set and group of the org, whether in scope or not. */
  readonly parents: readonly ParentState[];
  /** Rows in scope, assignments to users among them. */
  readonly rows: readonly PermissionRow[];
  /** Rows the org infers from other settings (their Ids begin with 000): shown, but nobody's to write. */
  readonly inferred: readonly PermissionKey[];
  /** What the org gave that has no name that could be told. */
  readonly unnamed: ReadonlyArray<{ readonly name: string; readonly reason: string }>;
}

/** A row as it should be: `grants` empty means no row. */
export interface PermissionWrite extends PermissionKey {
  readonly grants: readonly string[];
}

/** A permission row as a record of an object. */
export interface PermissionRecord {
  readonly object: string;
  /** The fields that tell it from every other, or its Id. */
  readonly names: Readonly<Record<string, string>>;
  /** The columns that say what it grants; none where it only is there or not. */
  readonly values: Readonly<Record<string, string | boolean>>;
}

export interface PermissionReader {
  /**
   * Rows of the scope; rejects when the user may not see them. With `among`, of rows about targets only those that these
   * parents have, and of objects not also the rows of their fields.
   */
  readPermissions(scope: PermissionScope, among?: readonly PermissionParent[]): Promise<PermissionReading>;
}

export interface PermissionWriter {
  /**
   * Brings rows to what they should grant: creates, updates or deletes them, each on its own, wave after wave. Results in
   * the order of the writes, with an empty id. A row that is so already counts as written.
   */
  writePermissions(waves: ReadonlyArray<readonly PermissionWrite[]>): Promise<RowResult[][]>;
  /** The same rows as records, for whoever writes them by hand; undefined of one whose parent or target is gone. */
  permissionRecords(writes: readonly PermissionWrite[]): Promise<Array<PermissionRecord | undefined>>;
}

export interface Usage {
  /** The org's API requests of the last 24 hours, all clients together, as its last answer said; undefined before. */
  apiUsage(): { readonly used: number; readonly max: number } | undefined;
  /** Requests sent so far by this process. */
  requests(): number;
  /** The org's clock at its last answer, without asking for it. */
  lastAnswerAt(): string | undefined;
}

export interface OrgPorts
  extends
    FlowReader,
    FlowPointer,
    ComponentReader,
    ComponentWriter,
    OrgHistory,
    RecordReader,
    RecordWriter,
    PermissionReader,
    PermissionWriter,
    Usage {
  readonly identity: OrgIdentity;
}
