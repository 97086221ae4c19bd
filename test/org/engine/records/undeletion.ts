import { OrgError, type ObjectSchema, type Row } from '../contracts.js';
import type { SchemaStore } from '../schema/schemaStore.js';
import { stamped } from './deletion.js';
import type { BinEntry, RowStore } from './rowStore.js';
import type { Transaction } from './transaction.js';
import { checkUnique, type DuplicateText } from './uniqueness.js';

const notInBin = (): OrgError => new OrgError('UNDELETE_FAILED', 'Entity is not in the recycle bin');

/**
 * Brings a row back from the bin with its id and values: first it, then what its deletion took along, then the
 * lookups its deletion blanked and nobody has filled since. A row that went with another cannot come back alone.
 */
export function undeleteRow(
  schema: SchemaStore,
  store: RowStore,
  transaction: Transaction,
  object: ObjectSchema,
  id: string,
  duplicateText: DuplicateText = 'named'
): void {
  if (object.undeletable !== true)
    throw new OrgError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Entity type is not undeletable');
  const row = store.get(object.name, id);
  const entry = store.binEntry(id);
  if (row === undefined || entry === undefined || entry.purged || entry.root !== id) throw notInBin();
  refuseWithoutMaster(store, object, row);
  const returning = [...store.binEntries()].filter(
    ([, other]) => other.root === id && other.deletedAt === entry.deletedAt && !other.purged
  );
  for (const [member] of returning) bringBack(schema, store, transaction, member, member === id, duplicateText);
  for (const [member, memberEntry] of returning) restoreLookups(schema, store, transaction, member, memberEntry);
}

function refuseWithoutMaster(store: RowStore, object: ObjectSchema, row: Row): void {
  for (const field of object.fields) {
    if (field.cascadeDelete !== true) continue;
    const masterId = row[field.name];
    if (typeof masterId !== 'string') continue;
    const master = (field.referenceTo ?? [])
      .map((name) => store.get(name, masterId))
      .find((candidate) => candidate !== undefined);
    if (master === undefined || master['IsDeleted'] === true) throw notInBin();
  }
}

function bringBack(
  schema: SchemaStore,
  store: RowStore,
  transaction: Transaction,
  id: string,
  named: boolean,
  duplicateText: DuplicateText
): void {
  const object = schema.objectOfId(id);
  const row = object === undefined ? undefined : store.get(object.name, id);
  if (object === undefined || row === undefined) return;
  // Standard price book entries and the like have no undelete of their own, but come back with their parent.
  const returned = stamped(transaction, object, { ...row, IsDeleted: false });
  checkUnique(store, object, returned, duplicateText);
  transaction.put(object, returned, named ? 'undelete' : 'cascadeUndelete');
  transaction.setBinEntry(id, undefined);
}

function restoreLookups(
  schema: SchemaStore,
  store: RowStore,
  transaction: Transaction,
  target: string,
  entry: BinEntry
): void {
  for (const { object: objectName, id, field } of entry.blanked) {
    const object = schema.get(objectName);
    const row = store.get(objectName, id);
    if (object === undefined || row === undefined || row['IsDeleted'] === true || (row[field] ?? null) !== null)
      continue;
    transaction.put(object, stamped(transaction, object, { ...row, [field]: target }), 'restoreLookup', [field]);
  }
}
