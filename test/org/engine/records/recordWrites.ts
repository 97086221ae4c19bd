import {
  OrgError,
  type FieldSchema,
  type FieldValue,
  type ObjectSchema,
  type OrgUser,
  type Row,
  type UnconfirmedFacts,
} from '../contracts.js';
import { canSeeObject } from '../schema/describe.js';
import type { SchemaStore } from '../schema/schemaStore.js';
import { autoNumber, numberIn } from './autoNumber.js';
import { checkCustomLogicOfRule } from './customLogic.js';
import { deleteRow, stamped } from './deletion.js';
import { withForeignKeys } from './foreignKeys.js';
import { checkPricebookDeletion, checkPricebookEntry, priceFollowers, useStandardPrice } from './productRules.js';
import { checkReference } from './references.js';
import { canSeeRow } from '../rowVisibility.js';
import type { DuplicateRules } from './duplicateRules.js';
import type { LookupFilters } from './lookupFilters.js';
import type { RollUps } from './rollUps.js';
import type { RowStore } from './rowStore.js';
import type { SaveHooks } from './saveHooks.js';
import { blankRow, readSent, requireFields, type Sent, visibleField } from './saveRules.js';
import type { TableWriter } from './tableWriter.js';
import type { Transaction } from './transaction.js';
import { asId, cannot, derivePersonName, noAccess, refuseReadOnly } from './writeRefusals.js';
import { undeleteRow } from './undeletion.js';
import { checkUnique, type DuplicateText } from './uniqueness.js';
import { checkUserLogin } from './userLoginRules.js';

/** What the writes need from the org around them. */
export interface WriteSurroundings {
  readonly schema: SchemaStore;
  readonly store: RowStore;
  readonly hooks: SaveHooks;
  readonly writers: Map<string, TableWriter>;
  newId(keyPrefix: string): string;
  readonly lookupFilters: LookupFilters;
  readonly duplicateRules: DuplicateRules;
  readonly rollUps: RollUps;
  binEmptied(): boolean;
  firstTryLocks(): boolean;
  undeleteDuplicateText(): DuplicateText;
  facts(): UnconfirmedFacts;
}

/** Saves single rows within a transaction, by all the org's rules. Throws what the org would answer. */
export class RecordWrites {
  private readonly lastNumbers = new Map<string, number>();

  public constructor(private readonly org: WriteSurroundings) {}

  public insert(transaction: Transaction, objectName: string, sent: Sent): string {
    const writer = this.writerOf(objectName);
    if (writer !== undefined) return this.throughWriter(transaction, writer, 'insert', '', sent);
    const object = this.objectFor(transaction.user, objectName);
    if (object.createable !== true) throw cannot('create', object);
    refuseReadOnly(transaction.user, object);
    transaction.touch(object);
    const values = this.read(transaction, object, sent, 'insert');
    const id = this.org.newId(object.keyPrefix);
    const row = this.newRow(transaction, object, id, values);
    this.finish(transaction, object, row, undefined, values);
    for (const field of object.fields) if (field.autoNumber === true) row[field.name] = this.nextNumber(object, field);
    transaction.put(
      object,
      row,
      'insert',
      [...values.keys()].map((field) => field.name)
    );
    return id;
  }

  public update(transaction: Transaction, objectName: string | undefined, givenId: string, sent: Sent): string {
    const writer = this.writerOf(objectName ?? this.writerNameOf(givenId));
    if (writer !== undefined) return this.throughWriter(transaction, writer, 'update', givenId, sent);
    const { object, before } = this.existing(transaction.user, objectName, givenId);
    if (object.updateable !== true) throw cannot('update', object);
    transaction.touch(object);
    const values = this.read(transaction, object, sent, 'update');
    const row = stamped(transaction, object, { ...before });
    for (const [field, value] of values) row[field.name] = value;
    this.finish(transaction, object, row, before, values);
    transaction.put(
      object,
      row,
      'update',
      [...values.keys()].map((field) => field.name)
    );
    for (const follower of priceFollowers(this.org.store, object.name, row, before))
      transaction.put(
        object,
        { ...follower, UnitPrice: row['UnitPrice'] ?? null, SystemModstamp: transaction.stamp },
        'rollUp',
        ['UnitPrice']
      );
    return String(before['Id']);
  }

  /** Updates the one row whose key has the value, or inserts a new row with it. */
  public upsert(
    transaction: Transaction,
    objectName: string,
    keyName: string,
    key: unknown,
    sent: Sent
  ): { readonly id: string; readonly created: boolean } {
    const object = this.objectFor(transaction.user, objectName);
    const keyField = visibleField(this.org.schema, transaction.user, object, keyName);
    if (keyField.name === 'Id') {
      if (typeof key === 'string' && key !== '')
        return { id: this.update(transaction, objectName, key, sent), created: false };
      return { id: this.insert(transaction, objectName, sent), created: true };
    }
    if (keyField.idLookup !== true && keyField.externalId !== true) {
      throw new OrgError(
        'INVALID_FIELD',
        `Field name provided, ${keyName} is not an External ID or indexed field for ${object.name}`
      );
    }
    if (key === undefined || key === null || key === '')
      throw new OrgError('MISSING_ARGUMENT', `${keyField.name} not specified`, [keyField.name]);
    const found = this.org.store
      .rowsWith(object.name, keyField.name, key as FieldValue)
      .filter((row) => row['IsDeleted'] !== true);
    if (found.length > 1) {
      throw new OrgError(
        'DUPLICATE_EXTERNAL_ID',
        `${keyField.name}: more than one record found for external id field: [${found.map((row) => String(row['Id']).slice(0, 15)).join(', ')}]`,
        [keyField.name],
        300
      );
    }
    const { [keyField.name]: _key, ...others } = sent as Record<string, unknown>;
    const only = found[0];
    if (only !== undefined)
      return { id: this.update(transaction, object.name, String(only['Id']), others), created: false };
    return { id: this.insert(transaction, object.name, { ...others, [keyField.name]: key }), created: true };
  }

  public delete(transaction: Transaction, objectName: string | undefined, givenId: string): string {
    const writer = this.writerOf(objectName ?? this.writerNameOf(givenId));
    if (writer !== undefined) return this.throughWriter(transaction, writer, 'delete', givenId, {});
    const { object, before } = this.existing(transaction.user, objectName, givenId);
    if (object.deletable !== true) throw cannot('delete', object);
    transaction.touch(object);
    checkPricebookDeletion(this.org.store, this.org.facts(), object.name, before);
    this.org.hooks.run({
      operation: 'delete',
      object: object.name,
      user: transaction.user,
      row: { ...before },
      before,
    });
    deleteRow(this.org.schema, this.org.store, transaction, object, before);
    return String(before['Id']);
  }

  public undelete(transaction: Transaction, givenId: string): string {
    const id = asId(givenId);
    const object = this.org.schema.objectOfId(id);
    if (object === undefined || this.org.binEmptied())
      throw new OrgError('UNDELETE_FAILED', 'Entity is not in the recycle bin');
    transaction.touch(object);
    undeleteRow(this.org.schema, this.org.store, transaction, object, id, this.org.undeleteDuplicateText());
    return id;
  }

  /** Takes a row out of the bin for good; it stays visible to queryAll. */
  public purge(transaction: Transaction, givenId: string): string {
    const id = asId(givenId);
    const entry = this.org.store.binEntry(id);
    if (entry === undefined || entry.purged || entry.root !== id) {
      throw new OrgError('INVALID_ID_FIELD', 'invalid record id; no recycle bin entry found');
    }
    for (const [member, other] of [...this.org.store.binEntries()]) {
      if (other.root === id) transaction.setBinEntry(member, { ...other, purged: true });
    }
    return id;
  }

  private read(
    transaction: Transaction,
    object: ObjectSchema,
    sent: Sent,
    operation: 'insert' | 'update'
  ): Map<FieldSchema, FieldValue> {
    const { schema, store } = this.org;
    return readSent(
      schema,
      transaction.user,
      object,
      withForeignKeys(schema, store, transaction.user, object, sent),
      operation
    );
  }

  private finish(
    transaction: Transaction,
    object: ObjectSchema,
    row: Row,
    before: Row | undefined,
    values: ReadonlyMap<FieldSchema, FieldValue>
  ): void {
    useStandardPrice(this.org.store, this.org.facts(), object.name, row, before, values);
    requireFields(object, row);
    for (const [field, value] of values)
      checkReference(this.org.schema, this.org.store, transaction.user, field, value);
    this.org.lookupFilters.check(this.org.store, object, row, values);
    this.org.hooks.run({
      operation: before === undefined ? 'insert' : 'update',
      object: object.name,
      user: transaction.user,
      row,
      before,
    });
    derivePersonName(object, row);
    checkUnique(this.org.store, object, row);
    this.org.duplicateRules.check(this.org.store, object, row, transaction.allowSave);
    checkUserLogin(transaction.user, object.name, row, before);
    checkPricebookEntry(this.org.store, object.name, row);
    checkCustomLogicOfRule(this.org.store, object.name, row);
  }

  private newRow(
    transaction: Transaction,
    object: ObjectSchema,
    id: string,
    values: ReadonlyMap<FieldSchema, FieldValue>
  ): Row {
    const row = blankRow(object);
    for (const [field, value] of values) row[field.name] = value;
    row['Id'] = id;
    const set = (name: string, value: FieldValue): void => {
      if (object.fields.some((field) => field.name === name) && (row[name] ?? null) === null) row[name] = value;
    };
    set('OwnerId', transaction.user.id);
    set('CreatedDate', transaction.stamp);
    set('CreatedById', transaction.user.id);
    if ((object.custom ?? false) && object.fields.some((field) => field.name === 'Name' && field.autoNumber !== true))
      set('Name', id);
    return stamped(transaction, object, row);
  }

  private nextNumber(object: ObjectSchema, field: FieldSchema): string {
    const key = `${object.name}.${field.name}`;
    const format = field.displayFormat ?? '{0}';
    let last = this.lastNumbers.get(key);
    if (last === undefined) {
      last = 0;
      for (const row of this.org.store.rows(object.name))
        last = Math.max(last, numberIn(format, String(row[field.name] ?? '')));
    }
    this.lastNumbers.set(key, last + 1);
    return autoNumber(format, last + 1);
  }

  private objectFor(user: OrgUser, name: string): ObjectSchema {
    const object = this.org.schema.get(name);
    if (object === undefined || !canSeeObject(user, object)) {
      throw new OrgError('INVALID_TYPE', `sObject type '${name}' is not supported.`);
    }
    return object;
  }

  private existing(
    user: OrgUser,
    objectName: string | undefined,
    givenId: string
  ): { object: ObjectSchema; before: Row } {
    const id = asId(givenId);
    const object = objectName === undefined ? this.org.schema.objectOfId(id) : this.objectFor(user, objectName);
    if (object === undefined) throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [], 404);
    const before = this.org.store.get(object.name, id);
    if (before === undefined) throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [], 404);
    if (before['IsDeleted'] === true) throw new OrgError('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
    if (!canSeeRow(user, object.name, before)) throw noAccess();
    refuseReadOnly(user, object);
    return { object, before };
  }

  private writerOf(name: string | undefined): TableWriter | undefined {
    return name === undefined ? undefined : this.org.writers.get(name.toLowerCase());
  }

  private writerNameOf(id: string): string | undefined {
    return [...this.org.writers.values()].find((writer) => writer.keyPrefix === id.slice(0, 3))?.objectName;
  }

  private throughWriter(
    transaction: Transaction,
    writer: TableWriter,
    operation: 'insert' | 'update' | 'delete',
    givenId: string,
    sent: Sent
  ): string {
    const id = operation === 'insert' ? '' : asId(givenId);
    transaction.touch({
      name: writer.objectName,
      label: writer.objectName,
      keyPrefix: writer.keyPrefix,
      setup: writer.setup,
      fields: [],
    });
    const { attributes: _attributes, ...values } = sent as Record<string, unknown>;
    const handler =
      operation === 'insert'
        ? writer.insert?.(transaction.user, values)
        : operation === 'update'
          ? writer.update?.(transaction.user, id, values)
          : writer.delete?.(transaction.user, id);
    if (handler === undefined)
      throw new OrgError(
        'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
        `entity type cannot be ${operation}d: ${writer.objectName}`
      );
    transaction.onRollback(handler.undo);
    return 'id' in handler ? String(handler.id) : id;
  }
}
