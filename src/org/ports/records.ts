import type { RecordPiece } from '../../records/csvRecords.js';
import type { ObjectDescribe } from '../../records/objectDescribe.js';
import type { Querier, RawRow } from './queries.js';

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
  /**
   * As `query`, but hands the rows on page by page, while the next page is on its way. Should the org forget where it was,
   * rows come a second time. Resolves to false, and hands on none, where there are more rows than `most`.
   */
  queryByPages(
    soql: string,
    most: number,
    take: (rows: readonly RawRow[]) => void,
    options?: { readonly all?: boolean }
  ): Promise<boolean>;
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
  /** Told the answers that came whole, read after the last row was written. Not told at all where one of them failed. */
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
