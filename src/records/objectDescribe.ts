/** The part of `GET /sobjects/X/describe` that a rollback needs, as kept beside the records of a snapshot. */
export interface FieldDescribe {
  readonly name: string;
  readonly type: string;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly calculated: boolean;
  readonly autoNumber: boolean;
  readonly nillable: boolean;
  readonly defaultedOnCreate: boolean;
  readonly unique: boolean;
  readonly length: number;
  readonly scale: number;
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
  readonly cascadeDelete: boolean;
  readonly restrictedDelete: boolean;
  readonly compoundFieldName: string | null;
  readonly encrypted: boolean;
}

export interface ChildRelationship {
  readonly childObject: string;
  readonly field: string;
  readonly cascadeDelete: boolean;
  readonly restrictedDelete: boolean;
}

export interface ObjectDescribe {
  readonly name: string;
  readonly keyPrefix: string | null;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly deletable: boolean;
  readonly undeletable: boolean;
  readonly customSetting: boolean;
  readonly fields: readonly FieldDescribe[];
  readonly childRelationships: readonly ChildRelationship[];
}

/** Types that one CSV cell cannot carry: their parts (`BillingCity`) are fields of their own, or they are blobs. */
const UNREADABLE_TYPES = new Set(['address', 'location', 'base64', 'complexvalue', 'anyType']);

/** The org sets these itself. They tell who and when, and are never a difference. */
export const AUDIT_FIELDS: ReadonlySet<string> = new Set([
  'CreatedDate',
  'CreatedById',
  'LastModifiedDate',
  'LastModifiedById',
  'SystemModstamp',
  'LastActivityDate',
  'LastViewedDate',
  'LastReferencedDate',
  'IsDeleted',
]);

/** Fields a backup selects, in describe order with Id first. Compound and binary fields are left to `unreadableFields`. */
export function readableFields(describe: ObjectDescribe): readonly FieldDescribe[] {
  const readable = describe.fields.filter((field) => !UNREADABLE_TYPES.has(field.type));
  return [...readable.filter((field) => field.name === 'Id'), ...readable.filter((field) => field.name !== 'Id')];
}

export function unreadableFields(describe: ObjectDescribe): readonly FieldDescribe[] {
  return describe.fields.filter((field) => UNREADABLE_TYPES.has(field.type));
}

/**
 * Fields in which a difference counts: what a person or a deployment can set. Formulas, roll-ups, auto-numbers and
 * audit fields follow by themselves; create-only fields cannot differ in a row that still lives; encrypted text may be
 * masked, and a mask is no value.
 */
export function comparableFields(describe: ObjectDescribe): readonly FieldDescribe[] {
  return readableFields(describe).filter(
    (field) =>
      field.name !== 'Id' &&
      field.updateable &&
      !field.calculated &&
      !field.autoNumber &&
      !field.encrypted &&
      !AUDIT_FIELDS.has(field.name)
  );
}

/**
 * Fields a row that was deleted comes back with: what can be set on it, or could be when it was made (the master of a
 * detail). Encrypted text may be masked and is never written.
 */
export function returningFields(describe: ObjectDescribe): readonly FieldDescribe[] {
  return readableFields(describe).filter(
    (field) =>
      field.name !== 'Id' &&
      (field.createable || field.updateable) &&
      !field.calculated &&
      !field.autoNumber &&
      !field.encrypted &&
      !AUDIT_FIELDS.has(field.name)
  );
}

export function fieldNamed(describe: ObjectDescribe, name: string): FieldDescribe | undefined {
  return describe.fields.find((field) => field.name === name);
}

/** Fields of this object that point to one of `objects`. */
export function referencesTo(describe: ObjectDescribe, objects: ReadonlySet<string>): readonly FieldDescribe[] {
  return readableFields(describe).filter(
    (field) =>
      field.type === 'reference' && !AUDIT_FIELDS.has(field.name) && field.referenceTo.some((name) => objects.has(name))
  );
}
