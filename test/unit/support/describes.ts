import type { ChildRelationship, FieldDescribe, ObjectDescribe } from '../../../src/records/objectDescribe.js';

/** A field that people fill in, unless told otherwise. */
export function aField(name: string, type = 'string', more: Partial<FieldDescribe> = {}): FieldDescribe {
  return {
    name,
    type,
    createable: true,
    updateable: true,
    calculated: false,
    autoNumber: false,
    nillable: true,
    defaultedOnCreate: false,
    unique: false,
    length: 80,
    scale: 0,
    referenceTo: [],
    relationshipName: null,
    cascadeDelete: false,
    restrictedDelete: false,
    compoundFieldName: null,
    encrypted: false,
    ...more,
  };
}

export function aLookup(name: string, referenceTo: string, more: Partial<FieldDescribe> = {}): FieldDescribe {
  return aField(name, 'reference', { referenceTo: [referenceTo], ...more });
}

const SYSTEM = { createable: false, updateable: false, nillable: false } as const;

/** An object with the fields every object has, and those given. */
export function anObject(
  name: string,
  fields: readonly FieldDescribe[],
  more: Partial<ObjectDescribe> = {}
): ObjectDescribe {
  return {
    name,
    keyPrefix: null,
    createable: true,
    updateable: true,
    deletable: true,
    undeletable: true,
    customSetting: false,
    childRelationships: [] as ChildRelationship[],
    ...more,
    fields: [
      aField('Id', 'id', SYSTEM),
      aField('IsDeleted', 'boolean', SYSTEM),
      aField('CreatedDate', 'datetime', SYSTEM),
      aLookup('CreatedById', 'User', SYSTEM),
      aField('LastModifiedDate', 'datetime', SYSTEM),
      aLookup('LastModifiedById', 'User', SYSTEM),
      aField('SystemModstamp', 'datetime', SYSTEM),
      ...fields,
    ],
  };
}
