/**
 * What the rooms of the practice org promise each other. The rooms: `schema`, `records`, `soql`, `jobs`
 * (the data side) and `metadata`, `flows`, `permissions`, `deployments` (the metadata side).
 * The engine knows nothing of HTTP: everything under `test/org/http` only translates.
 */

import type { Switchboard } from './switches.js';

export type { DriftRule, FaultRule, RequestHead, Switchboard, UnconfirmedFacts } from './switches.js';

/** A value as the engine keeps it: text, number, boolean or null. Dates and date-times are kept as the text REST prints. */
export type FieldValue = string | number | boolean | null;

/** A record as the engine keeps it: field API name in schema spelling to value. Always has `Id` (18 characters). */
export type Row = Record<string, FieldValue>;

export type FieldType =
  | 'id'
  | 'string'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'picklist'
  | 'multipicklist'
  | 'combobox'
  | 'reference'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'url'
  | 'encryptedstring'
  | 'base64'
  | 'address'
  | 'location'
  | 'anyType'
  | 'complexvalue';

/** One field, in the words of describe (`GET /sobjects/X/describe`). Absent flags mean false, absent numbers 0. */
export interface FieldSchema {
  readonly name: string;
  readonly label?: string;
  readonly type: FieldType;
  readonly custom?: boolean;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly nillable?: boolean;
  readonly createable?: boolean;
  readonly updateable?: boolean;
  readonly calculated?: boolean;
  readonly autoNumber?: boolean;
  /** Display format of an auto-number, e.g. `PO-{000000}`. */
  readonly displayFormat?: string;
  readonly defaultValue?: FieldValue;
  readonly unique?: boolean;
  readonly caseSensitive?: boolean;
  readonly externalId?: boolean;
  readonly idLookup?: boolean;
  readonly nameField?: boolean;
  readonly htmlFormatted?: boolean;
  readonly compoundFieldName?: string | null;
  readonly referenceTo?: readonly string[];
  readonly relationshipName?: string | null;
  /** 0 or 1 for a master-detail, null for a lookup. */
  readonly relationshipOrder?: number | null;
  /** Deleting the parent deletes this row (master-detail, or a lookup with cascade). */
  readonly cascadeDelete?: boolean;
  /** Deleting the parent is refused while this row points to it. Neither flag: the lookup is blanked. */
  readonly restrictedDelete?: boolean;
  readonly restrictedPicklist?: boolean;
  readonly picklistValues?: ReadonlyArray<{ readonly value: string; readonly label: string; readonly active: boolean }>;
}

export interface ObjectSchema {
  readonly name: string;
  readonly label: string;
  /** Three characters, e.g. `a0A`. */
  readonly keyPrefix: string;
  readonly custom?: boolean;
  readonly customSetting?: boolean;
  readonly createable?: boolean;
  readonly updateable?: boolean;
  readonly deletable?: boolean;
  readonly undeletable?: boolean;
  readonly queryable?: boolean;
  /** A setup object (mixed DML rule). */
  readonly setup?: boolean;
  /** Bulk API refuses it with INVALIDENTITY. */
  readonly notBulk?: boolean;
  readonly fields: readonly FieldSchema[];
}

/** A person with rights; every write is attributed to the user whose token made it. */
export interface OrgUser {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  /** Bearer token and SOAP session id. `00D…!…` */
  readonly token: string;
  readonly active: boolean;
  readonly rights: UserRights;
}

export interface UserRights {
  readonly modifyAllData: boolean;
  readonly viewAllData: boolean;
  readonly viewEncryptedData: boolean;
  readonly bulkHardDelete: boolean;
  readonly authorApex: boolean;
  /** Fields this user cannot see, as `Object.Field`. Absent from describe, refused in SOQL and DML. */
  readonly hiddenFields: ReadonlySet<string>;
  /** Objects this user cannot see at all. */
  readonly hiddenObjects: ReadonlySet<string>;
  /** Ids this user cannot see (row visibility), unless viewAllData. */
  readonly hiddenRows: ReadonlySet<string>;
  /** Objects of which the user sees only rows that are his own (private sharing), unless viewAllData. */
  readonly ownRowsOnly?: ReadonlySet<string>;
  /** Objects the user may read but not write. */
  readonly readOnlyObjects?: ReadonlySet<string>;
}

/** A refusal, in the org's own words. `status` is the HTTP status REST gives it. */
export class OrgError extends Error {
  public constructor(
    public readonly code: string,
    message: string,
    public readonly fields: readonly string[] = [],
    public readonly status = 400
  ) {
    super(message);
    this.name = 'OrgError';
  }
}

/** The org's own clock. It moves by itself as little as possible: each write transaction advances it one second. */
export interface OrgClock {
  /** `2026-01-01T00:00:00.000+0000` as REST prints it. */
  now(): string;
  millis(): number;
  advance(milliseconds: number): void;
}

/** A table that is computed, not stored: setup and Tooling objects. Queried by the same SOQL engine. */
export interface VirtualTable {
  readonly schema: ObjectSchema;
  /** `data`: `/query`; `tooling`: `/tooling/query`. */
  readonly api: ReadonlyArray<'data' | 'tooling'>;
  rows(user: OrgUser): Iterable<Row>;
  /** Extra per-row values that are expensive or structured (e.g. Flow.Metadata); only when selected by name. */
  heavy?(row: Row, field: string): unknown;
  /** True when selecting the heavy fields is refused for more than one row. */
  readonly heavyFields?: readonly string[];
  /** A query must filter on one of these. */
  readonly filterOn?: readonly string[];
}

export interface Tables {
  register(table: VirtualTable): void;
  get(api: 'data' | 'tooling', name: string): VirtualTable | undefined;
  list(api: 'data' | 'tooling'): VirtualTable[];
}

export interface Schema {
  /** Case-insensitive. */
  get(objectName: string): ObjectSchema | undefined;
  names(): string[];
  addObject(object: ObjectSchema): void;
  removeObject(objectName: string): void;
  /** Adds or replaces. Existing rows get null (or the default) for a new field. */
  putField(objectName: string, field: FieldSchema): void;
  /** Removes the field and the values it held. */
  removeField(objectName: string, fieldName: string): void;
}

/** Lines of what happened, in order. Tests read it as the truth. */
export interface OpLog {
  readonly entries: readonly OpLogEntry[];
  append(entry: OpLogEntry): void;
  clear(): void;
}
export type OpLogEntry =
  | {
      readonly kind: 'request';
      readonly at: string;
      readonly user?: string;
      readonly method: string;
      readonly path: string;
      /** The requests inside a composite, as `PATCH /services/data/…`. */
      readonly parts?: readonly string[];
      readonly status: number;
      /** The operation, where it came by SOAP. */
      readonly call?: string;
    }
  | {
      readonly kind: 'recordWrite';
      readonly at: string;
      readonly user: string;
      readonly operation:
        | 'insert'
        | 'update'
        | 'delete'
        | 'undelete'
        | 'cascadeDelete'
        | 'cascadeUndelete'
        | 'setNull'
        | 'restoreLookup'
        | 'rollUp';
      readonly object: string;
      readonly id: string;
      readonly fields?: readonly string[];
    }
  | {
      readonly kind: 'componentWrite';
      readonly at: string;
      readonly user: string;
      readonly operation: 'create' | 'change' | 'delete';
      readonly type: string;
      readonly fullName: string;
    }
  | {
      readonly kind: 'flowPointer';
      readonly at: string;
      readonly user: string;
      readonly flow: string;
      readonly from: number | null;
      readonly to: number | null;
    }
  | {
      readonly kind: 'permissionWrite';
      readonly at: string;
      readonly user: string;
      readonly operation: 'insert' | 'update' | 'delete';
      readonly object: string;
      readonly id: string;
    };

/** What the metadata side needs from the engine. `PracticeOrg` implements it. */
export interface OrgCore {
  readonly orgId: string;
  /** False: a production org. */
  readonly isSandbox: boolean;
  readonly clock: OrgClock;
  readonly users: readonly OrgUser[];
  readonly schema: Schema;
  readonly tables: Tables;
  readonly opLog: OpLog;
  readonly switches: Switchboard;
  /** A fresh 18-character id with this key prefix. */
  newId(keyPrefix: string): string;
  userById(id: string): OrgUser;
  /** True when any live record has a value in this field. */
  fieldHoldsData(objectName: string, fieldName: string): boolean;
}
