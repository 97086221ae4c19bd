import {
  OrgError,
  type FieldSchema,
  type FieldValue,
  type ObjectSchema,
  type OrgUser,
  type Row,
} from '../contracts.js';
import { canSeeField } from '../schema/describe.js';
import type { SchemaStore } from '../schema/schemaStore.js';
import { coerceValue } from './coerceValue.js';

/** A record as a client sends it: any spelling of field names, any JSON value. */
export type Sent = Readonly<Record<string, unknown>>;

/** The sent fields in schema spelling with the org's values. Throws for unknown, hidden and unwritable fields. */
export function readSent(
  schema: SchemaStore,
  user: OrgUser,
  object: ObjectSchema,
  sent: Sent,
  operation: 'insert' | 'update'
): Map<FieldSchema, FieldValue> {
  const values = new Map<FieldSchema, FieldValue>();
  const locked: string[] = [];
  for (const [name, given] of Object.entries(sent)) {
    if (name === 'attributes') continue;
    const field = visibleField(schema, user, object, name);
    if (field.name === 'Id') {
      if (operation === 'insert' && given !== null && given !== '')
        throw new OrgError('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']);
      continue;
    }
    if (operation === 'insert' ? field.createable !== true : field.updateable !== true) {
      locked.push(field.name);
      continue;
    }
    values.set(field, coerceValue(field, given));
  }
  if (locked.length > 0) {
    throw new OrgError(
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      `Unable to create/update fields: ${locked.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
      locked
    );
  }
  return values;
}

export function visibleField(schema: SchemaStore, user: OrgUser, object: ObjectSchema, name: string): FieldSchema {
  const field = schema.field(object.name, name);
  if (field === undefined || !canSeeField(user, object, field)) {
    throw new OrgError('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
  }
  return field;
}

/** A new row with the defaults of its fields, before what was sent is laid over it. */
export function blankRow(object: ObjectSchema): Row {
  const row: Row = {};
  for (const field of object.fields) row[field.name] = field.defaultValue ?? (field.type === 'boolean' ? false : null);
  return row;
}

/** Every field that must not be empty has a value. */
export function requireFields(object: ObjectSchema, row: Row): void {
  const missing = object.fields
    .filter(
      (field) =>
        field.nillable !== true &&
        field.createable === true &&
        field.type !== 'boolean' &&
        field.calculated !== true &&
        (row[field.name] ?? null) === null
    )
    .map((field) => field.name);
  if (missing.length > 0) {
    throw new OrgError('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing);
  }
}
