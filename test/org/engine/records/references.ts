import { OrgError, type FieldSchema, type FieldValue, type OrgUser } from '../contracts.js';
import type { SchemaStore } from '../schema/schemaStore.js';
import { canSeeRow } from '../rowVisibility.js';
import type { RowStore } from './rowStore.js';

/**
 * A reference must have the key prefix of one of its target objects and point to a living record the user may see.
 * Targets the practice org does not keep (profiles, roles, classes) are taken on trust.
 */
export function checkReference(
  schema: SchemaStore,
  store: RowStore,
  user: OrgUser,
  field: FieldSchema,
  value: FieldValue
): void {
  if (field.type !== 'reference' || value === null || typeof value !== 'string') return;
  const known = (field.referenceTo ?? []).map((name) => schema.get(name));
  if (known.length === 0 || known.includes(undefined)) return;
  const target = known.find((object) => object?.keyPrefix === value.slice(0, 3));
  if (target === undefined) {
    throw new OrgError(
      'FIELD_INTEGRITY_EXCEPTION',
      `${field.label ?? field.name}: id value of incorrect type: ${value}`,
      [field.name]
    );
  }
  const row = store.get(target.name, value);
  if (row === undefined) throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []);
  if (row['IsDeleted'] === true) throw new OrgError('ENTITY_IS_DELETED', 'entity is deleted', []);
  if (!canSeeRow(user, target.name, row)) {
    throw new OrgError(
      'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
      `insufficient access rights on cross-reference id: ${value.slice(0, 15)}`,
      []
    );
  }
  if (field.name === 'RecordTypeId' && row['IsActive'] === false) {
    throw new OrgError(
      'INVALID_CROSS_REFERENCE_KEY',
      `Record Type ID: this ID value isn't valid for the user: ${value.slice(0, 15)}`,
      [field.name]
    );
  }
  if (field.name === 'OwnerId' && target.name === 'User' && row['IsActive'] === false) {
    throw new OrgError(
      'INACTIVE_OWNER_OR_USER',
      `operation performed with inactive user [${value.slice(0, 15)}] as owner of record`,
      []
    );
  }
}
