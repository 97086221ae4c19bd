import { OrgError, type FieldValue, type ObjectSchema, type OrgUser } from '../contracts.js';
import { canSeeField } from '../schema/describe.js';
import type { SchemaStore } from '../schema/schemaStore.js';
import { coerceValue } from './coerceValue.js';
import type { RowStore } from './rowStore.js';
import type { Sent } from './saveRules.js';

/** Where a reference by key points: the lookup field to fill and the object to look in. */
export interface ForeignKey {
  readonly lookup: string;
  readonly target: ObjectSchema;
  readonly keyField: string;
}

/** Reads `Relationship` + `Key__c` (with a target object when the lookup has several). Undefined when there is no such relationship. */
export function findForeignKey(
  schema: SchemaStore,
  user: OrgUser,
  object: ObjectSchema,
  relationship: string,
  keyName: string,
  targetName?: string
): ForeignKey | undefined {
  const lookup = object.fields.find(
    (field) => field.relationshipName?.toLowerCase() === relationship.toLowerCase() && canSeeField(user, object, field)
  );
  if (lookup === undefined) return undefined;
  const names =
    targetName === undefined
      ? (lookup.referenceTo ?? [])
      : (lookup.referenceTo ?? []).filter((name) => name.toLowerCase() === targetName.toLowerCase());
  for (const name of names) {
    const target = schema.get(name);
    const key = target === undefined ? undefined : schema.field(name, keyName);
    if (target !== undefined && key !== undefined && (key.externalId === true || key.idLookup === true))
      return { lookup: lookup.name, target, keyField: key.name };
  }
  return undefined;
}

/** The id of the one living row with this key. Throws when there is none, or more than one. */
export function resolveForeignKey(schema: SchemaStore, store: RowStore, key: ForeignKey, given: unknown): string {
  const field = schema.field(key.target.name, key.keyField);
  const value: FieldValue = field === undefined ? String(given) : coerceValue(field, given);
  const found =
    key.keyField === 'Id'
      ? [store.get(key.target.name, String(value))].filter((row) => row !== undefined && row['IsDeleted'] !== true)
      : store.rowsWith(key.target.name, key.keyField, value).filter((row) => row['IsDeleted'] !== true);
  if (found.length > 1)
    throw new OrgError(
      'INVALID_FIELD',
      `More than one record found for external id field: ${key.keyField} in entity ${key.target.name}`
    );
  const only = found[0];
  if (only === undefined)
    throw new OrgError(
      'INVALID_FIELD',
      `Foreign key external ID: ${String(given).toLowerCase()} not found for field ${key.keyField} in entity ${key.target.name}`
    );
  return String(only['Id']);
}

/** Puts ids in place of nested parents such as `{"SBQQ__Rule__r": {"Key__c": "R-1"}}`. */
export function withForeignKeys(
  schema: SchemaStore,
  store: RowStore,
  user: OrgUser,
  object: ObjectSchema,
  sent: Sent
): Sent {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(sent)) {
    const isParent = typeof value === 'object' && value !== null && !Array.isArray(value) && name !== 'attributes';
    if (!isParent) {
      result[name] = value;
      continue;
    }
    const entries = Object.entries(value as Record<string, unknown>).filter(([key]) => key !== 'attributes');
    const [only] = entries;
    if (only === undefined || entries.length > 1)
      throw new OrgError('INVALID_FIELD', `Cannot reference a foreign key field ${name}.`);
    const attributes = (value as { attributes?: { type?: string } }).attributes;
    const key = findForeignKey(schema, user, object, name, only[0], attributes?.type);
    if (key === undefined)
      throw new OrgError('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
    result[key.lookup] = only[1] === null ? null : resolveForeignKey(schema, store, key, only[1]);
  }
  return result;
}
