import type { FieldSchema, ObjectSchema, OrgClock, OrgCore, OrgUser, Row, Tables, VirtualTable } from '../contracts.js';
import { canSeeRow } from '../rowVisibility.js';
import type { RowStore } from '../records/rowStore.js';
import { canSeeField, canSeeObject } from '../schema/describe.js';
import type { PracticeField } from '../schema/fieldNotation.js';
import type { SchemaStore } from '../schema/schemaStore.js';

/** What a query needs of the org. */
export interface QueryOrg {
  readonly schema: SchemaStore;
  readonly store: RowStore;
  readonly tables: Tables;
  readonly clock: OrgClock;
}

export type Api = 'data' | 'tooling';

/** Who asks, through which API, and whether the bin is looked into. */
export interface QueryScope {
  readonly org: QueryOrg;
  readonly user: OrgUser;
  readonly api: Api;
  readonly all: boolean;
  readonly soql: string;
  readonly version: string;
}

/** Everything that can stand after FROM: stored objects and computed tables alike. */
export interface Source {
  readonly schema: ObjectSchema;
  readonly table: VirtualTable | undefined;
  field(name: string): PracticeField | undefined;
  fields(): readonly PracticeField[];
  rows(): Iterable<Row>;
  rowsWith(field: FieldSchema, value: string): Row[] | undefined;
  byId(id: string): Row | undefined;
  value(row: Row, field: PracticeField): unknown;
}

export function asQueryOrg(org: OrgCore): QueryOrg {
  if (!('store' in org)) throw new Error('this org keeps no records');
  return org as unknown as QueryOrg;
}

/** Stored objects that the Tooling API also answers for. */
const sharedWithTooling = new Set(['user', 'organization', 'group', 'recordtype', 'asyncapexjob']);

/** The source of this name that the user can see through this API. */
export function findSource(scope: QueryScope, name: string): Source | undefined {
  const table = scope.org.tables.get(scope.api, name);
  if (table !== undefined) return canSeeObject(scope.user, table.schema) ? tableSource(scope, table) : undefined;
  if (scope.api === 'tooling' && !sharedWithTooling.has(name.toLowerCase())) return undefined;
  const object = scope.org.schema.get(name);
  return object === undefined || !canSeeObject(scope.user, object) ? undefined : storedSource(scope, object);
}

function storedSource(scope: QueryScope, object: ObjectSchema): Source {
  const { store } = scope.org;
  const seen = (row: Row): boolean =>
    (scope.all || row['IsDeleted'] !== true) && canSeeRow(scope.user, object.name, row);
  return {
    schema: object,
    table: undefined,
    field: (name) => visible(scope, object, scope.org.schema.field(object.name, name)),
    fields: () => object.fields.filter((field) => canSeeField(scope.user, object, field)),
    rows: () => matching(store.rows(object.name), seen),
    rowsWith: (field, value) => {
      if (field.name !== 'Id') return store.rowsWith(object.name, field.name, value).filter(seen);
      const row = store.get(object.name, value);
      return row !== undefined && seen(row) ? [row] : [];
    },
    byId: (id) => {
      const row = store.get(object.name, id);
      return row !== undefined && seen(row) ? row : undefined;
    },
    value: (row, field) =>
      field.formulaPath === undefined ? masked(scope.user, row, field) : formulaValue(scope, object, row, field),
  };
}

function* matching(rows: Iterable<Row>, test: (row: Row) => boolean): Iterable<Row> {
  for (const row of rows) if (test(row)) yield row;
}

function tableSource(scope: QueryScope, table: VirtualTable): Source {
  const fields = new Map(table.schema.fields.map((field) => [field.name.toLowerCase(), field]));
  let byKey: Map<string, Row> | undefined;
  return {
    schema: table.schema,
    table,
    field: (name) => visible(scope, table.schema, fields.get(name.toLowerCase())),
    fields: () => table.schema.fields,
    rows: () => table.rows(scope.user),
    rowsWith: () => undefined,
    byId: (id) => {
      byKey ??= keyed(table.rows(scope.user));
      return byKey.get(id);
    },
    value: (row, field) =>
      table.heavyFields?.includes(field.name) === true || row[field.name] === undefined
        ? (table.heavy?.(row, field.name) ?? null)
        : row[field.name],
  };
}

/** Computed rows are found by Id, or by the DurableId that stands in for it in the views. */
function keyed(rows: Iterable<Row>): Map<string, Row> {
  const result = new Map<string, Row>();
  for (const row of rows) {
    for (const key of [row['Id'], row['DurableId']]) if (typeof key === 'string') result.set(key, row);
  }
  return result;
}

function visible(scope: QueryScope, object: ObjectSchema, field: FieldSchema | undefined): PracticeField | undefined {
  return field !== undefined && canSeeField(scope.user, object, field) ? field : undefined;
}

function masked(user: OrgUser, row: Row, field: FieldSchema): unknown {
  const value = row[field.name] ?? null;
  return field.type === 'encryptedstring' && !user.rights.viewEncryptedData && typeof value === 'string'
    ? '*'.repeat(value.length)
    : value;
}

/** Follows a formula's path from parent to parent; a missing parent gives null, or false for a checkbox. */
function formulaValue(scope: QueryScope, object: ObjectSchema, row: Row, field: PracticeField): unknown {
  const otherwise = field.type === 'boolean' ? false : null;
  let current: { object: ObjectSchema; row: Row } = { object, row };
  const path = field.formulaPath ?? [];
  for (const step of path.slice(0, -1)) {
    const link = current.object.fields.find((candidate) => candidate.relationshipName === step);
    const id = link === undefined ? null : current.row[link.name];
    const parent = typeof id === 'string' ? scope.org.schema.objectOfId(id) : undefined;
    const parentRow = parent === undefined ? undefined : scope.org.store.get(parent.name, String(id));
    if (parent === undefined || parentRow === undefined) return otherwise;
    current = { object: parent, row: parentRow };
  }
  return current.row[path.at(-1) ?? ''] ?? otherwise;
}
