import type { ProfileName } from './profiles.js';

/** What the org of a benchmark is made of. */
export interface OrgShape {
  readonly profile: ProfileName;
  /** Brightcup's flows, metadata and catalogue besides the tables. */
  readonly brightcup?: boolean;
  readonly tables: ReadonlyArray<{ readonly object: string; readonly rows: number; readonly prefix: string }>;
}

export interface TouchedRow {
  readonly object: string;
  readonly id: string;
  readonly how: 'updated' | 'deleted' | 'inserted';
}

/** What the measuring process asks of the org's process, one line of JSON each. */
export type Asked =
  | { readonly do: 'reset' | 'traffic' | 'close' | 'breakFlow' | 'breakLayout' | 'flowVersion' | 'hourLater' }
  | {
      readonly do: 'change';
      readonly object: string;
      readonly update: number;
      readonly remove: number;
      readonly insert: number;
    }
  /** Which of these rows are not as before the change; a row that was deleted counts as back under its key too. */
  | { readonly do: 'notBack'; readonly rows: readonly TouchedRow[] };

/** What went over the wire since `reset`. */
export interface Traffic {
  readonly requests: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly firstAt: number;
  /** Looks at jobs that may not be done. */
  readonly polls: number;
  /** Writes of single rows, each under a guard against later work. */
  readonly guarded: number;
  /** Requests about tables, and further pages of their queries. */
  readonly ofTables: number;
}
