import { OrgError, type FieldSchema, type ObjectSchema, type Row } from '../contracts.js';
import { childRelationships } from '../schema/childRelationships.js';
import type { SchemaStore } from '../schema/schemaStore.js';
import { checkCustomLogicOfCondition } from './customLogic.js';
import type { RowStore } from './rowStore.js';
import type { Transaction } from './transaction.js';

interface Doomed {
  readonly object: ObjectSchema;
  readonly row: Row;
}

/**
 * Deletes a living row as the org does: its details go with it, rows that merely look it up lose the link,
 * and a restricting link refuses the whole deletion. Everything that went knows the row it went with.
 */
export function deleteRow(
  schema: SchemaStore,
  store: RowStore,
  transaction: Transaction,
  object: ObjectSchema,
  row: Row
): void {
  checkCustomLogicOfCondition(store, object.name, row);
  const going = new Map<string, Doomed>();
  collect(schema, store, object, row, going);
  refuseIfRestricted(schema, store, going, row);
  const root = String(row['Id']);
  for (const { object: gone, row: doomed } of going.values()) {
    const blanked = blankLookups(schema, store, transaction, gone, String(doomed['Id']), going);
    const cascade = doomed['Id'] !== root;
    if (gone.customSetting === true) {
      transaction.remove(gone, doomed);
      continue;
    }
    transaction.put(
      gone,
      // The stamps of a deletion are those of an edit; LastModified is how the bin knows who and when.
      {
        ...doomed,
        IsDeleted: true,
        LastModifiedDate: transaction.stamp,
        LastModifiedById: transaction.user.id,
        SystemModstamp: transaction.stamp,
      },
      cascade ? 'cascadeDelete' : 'delete'
    );
    transaction.setBinEntry(String(doomed['Id']), { root, deletedAt: transaction.stamp, blanked, purged: false });
  }
  for (const { object: gone, row: doomed } of going.values())
    purgeOrphans(schema, store, transaction, gone, String(doomed['Id']), root);
}

/**
 * A row that went with one of its masters is gone for good once another of them is deleted too, and so is what went with it
 * (Salesforce Help, considerations for many-to-many relationships: "deleted permanently and can't be restored").
 */
function purgeOrphans(
  schema: SchemaStore,
  store: RowStore,
  transaction: Transaction,
  master: ObjectSchema,
  id: string,
  root: string
): void {
  for (const { child, field } of childRelationships(schema.all(), master.name)) {
    if (field.cascadeDelete !== true) continue;
    for (const row of store.rowsWith(child.name, field.name, id)) {
      const entry = store.binEntry(String(row['Id']));
      // What was deleted by its own name keeps its place in the bin, and waits for its master there.
      if (entry === undefined || entry.purged || entry.root === root || entry.root === row['Id']) continue;
      transaction.setBinEntry(String(row['Id']), { ...entry, purged: true });
      purgeOrphans(schema, store, transaction, child, String(row['Id']), root);
    }
  }
}

function collect(
  schema: SchemaStore,
  store: RowStore,
  object: ObjectSchema,
  row: Row,
  going: Map<string, Doomed>
): void {
  const id = String(row['Id']);
  if (going.has(id)) return;
  going.set(id, { object, row });
  for (const { child, field } of childRelationships(schema.all(), object.name)) {
    if (field.cascadeDelete !== true) continue;
    for (const childRow of living(store, child, field, id)) collect(schema, store, child, childRow, going);
  }
}

function refuseIfRestricted(
  schema: SchemaStore,
  store: RowStore,
  going: ReadonlyMap<string, Doomed>,
  asked: Row
): void {
  for (const [id, { object }] of going) {
    const holders = childRelationships(schema.all(), object.name)
      .filter(({ field }) => restricts(field))
      .map(({ child, field }) => ({
        child,
        rows: living(store, child, field, id).filter((row) => !going.has(String(row['Id']))),
      }))
      .filter(({ rows }) => rows.length > 0);
    if (holders.length === 0) continue;
    const list = holders
      .map(({ child, rows }) => `${child.label}s.: ${rows.map((row) => String(row['Name'] ?? row['Id'])).join(', ')}`)
      .join('\n');
    throw new OrgError(
      'DELETE_FAILED',
      `Your attempt to delete ${String(asked['Name'] ?? asked['Id'])} could not be completed because it is associated with the following ${list}`,
      []
    );
  }
}

/** A lookup that must not be empty cannot be blanked, so it restricts too. */
function restricts(field: FieldSchema): boolean {
  if (field.cascadeDelete === true) return false;
  return (
    field.restrictedDelete === true ||
    (field.nillable !== true && field.createable === true && field.name !== 'OwnerId')
  );
}

function blankLookups(
  schema: SchemaStore,
  store: RowStore,
  transaction: Transaction,
  object: ObjectSchema,
  id: string,
  going: ReadonlyMap<string, Doomed>
): Array<{ object: string; id: string; field: string }> {
  const blanked: Array<{ object: string; id: string; field: string }> = [];
  for (const { child, field } of childRelationships(schema.all(), object.name)) {
    if (field.cascadeDelete === true || restricts(field) || field.calculated === true) continue;
    if (['CreatedById', 'LastModifiedById', 'OwnerId'].includes(field.name)) continue;
    for (const row of living(store, child, field, id)) {
      if (going.has(String(row['Id']))) continue;
      transaction.put(child, stamped(transaction, child, { ...row, [field.name]: null }), 'setNull', [field.name]);
      blanked.push({ object: child.name, id: String(row['Id']), field: field.name });
    }
  }
  return blanked;
}

/** A row changed by the org on someone's behalf: the stamps move, no trigger of the row runs. */
export function stamped(transaction: Transaction, object: ObjectSchema, row: Row): Row {
  const has = (name: string): boolean => object.fields.some((field) => field.name === name);
  return {
    ...row,
    ...(has('LastModifiedDate') ? { LastModifiedDate: transaction.stamp } : {}),
    ...(has('LastModifiedById') ? { LastModifiedById: transaction.user.id } : {}),
    ...(has('SystemModstamp') ? { SystemModstamp: transaction.stamp } : {}),
  };
}

function living(store: RowStore, child: ObjectSchema, field: FieldSchema, parentId: string): Row[] {
  return store.rowsWith(child.name, field.name, parentId).filter((row) => row['IsDeleted'] !== true);
}
