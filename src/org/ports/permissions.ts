import type { PermissionKey, PermissionParent, PermissionRow } from '../../permissions/permissionRow.js';
import type { PermissionScope } from '../../permissions/permissionScope.js';
import type { RowResult } from './records.js';

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
