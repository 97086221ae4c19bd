import type { FieldSchema, ObjectSchema } from '../contracts.js';
import { readField, type NameRules, labelOf } from './fieldNotation.js';

export interface ObjectDeclaration {
  readonly name: string;
  readonly label?: string;
  readonly keyPrefix: string;
  /** `text` (the default), `auto:PO-{000000}` for an auto-number, `none` for objects without a Name field. */
  readonly nameField?: 'text' | `auto:${string}` | 'none';
  /** Rows have an OwnerId. Default: true, unless the object has a master-detail. */
  readonly owned?: boolean;
  /** One field per word, see `fieldNotation.ts`. */
  readonly fields?: string;
  readonly moreFields?: readonly FieldSchema[];
  readonly naming?: NameRules;
  /** False: only `Id` comes by itself. */
  readonly systemFields?: boolean;
  readonly readOnly?: boolean;
  readonly undeletable?: boolean;
  readonly deletable?: boolean;
  readonly createable?: boolean;
  readonly customSetting?: boolean;
  readonly setup?: boolean;
  readonly notBulk?: boolean;
}

/**
 * A whole object from a few words: the fields named, and those every object has
 * (`Id`, `IsDeleted`, `Name`, `OwnerId`, the audit fields, `SystemModstamp`).
 */
export function declareObject(declaration: ObjectDeclaration): ObjectSchema {
  const custom = declaration.name.endsWith('__c');
  const fields = [
    ...(declaration.fields ?? '')
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => readField(word, declaration.naming)),
    ...(declaration.moreFields ?? []),
  ];
  const hasMaster = fields.some(
    (field) => field.cascadeDelete === true && field.relationshipOrder !== null && field.relationshipOrder !== undefined
  );
  const own = new Set(fields.map((field) => field.name));
  const given = [
    ...systemStart(declaration, declaration.owned ?? (!hasMaster && declaration.systemFields !== false)),
    ...(declaration.systemFields === false ? [] : auditFields()),
  ].filter((field) => !own.has(field.name));
  const writable = declaration.readOnly !== true;
  return {
    name: declaration.name,
    label: declaration.label ?? labelOf(declaration.name),
    keyPrefix: declaration.keyPrefix,
    custom,
    customSetting: declaration.customSetting ?? false,
    createable: declaration.createable ?? writable,
    updateable: writable,
    deletable: declaration.deletable ?? writable,
    undeletable: declaration.undeletable ?? (writable && declaration.customSetting !== true),
    queryable: true,
    setup: declaration.setup ?? false,
    notBulk: declaration.notBulk ?? false,
    fields: [...given, ...fields],
  };
}

function systemStart(declaration: ObjectDeclaration, owned: boolean): FieldSchema[] {
  const fields: FieldSchema[] = [{ name: 'Id', label: 'Record ID', type: 'id', length: 18, idLookup: true }];
  if (owned) {
    fields.push({
      name: 'OwnerId',
      label: 'Owner ID',
      type: 'reference',
      length: 18,
      createable: true,
      updateable: true,
      referenceTo: ['Group', 'User'],
      relationshipName: 'Owner',
      relationshipOrder: null,
    });
  }
  if (declaration.systemFields !== false)
    fields.push({ name: 'IsDeleted', label: 'Deleted', type: 'boolean', defaultValue: false });
  const kind = declaration.nameField ?? 'text';
  if (kind === 'none') return fields;
  if (kind === 'text') {
    const length = declaration.customSetting === true ? 38 : declaration.name.endsWith('__c') ? 80 : 255;
    fields.push({
      name: 'Name',
      label: `${declaration.label ?? labelOf(declaration.name)} Name`,
      type: 'string',
      length,
      nameField: true,
      idLookup: true,
      // A custom object's record without a name gets its own id as name, so the name is never required.
      nillable: declaration.name.endsWith('__c'),
      createable: true,
      updateable: true,
    });
  } else {
    fields.push({
      name: 'Name',
      label: `${declaration.label ?? labelOf(declaration.name)} Number`,
      type: 'string',
      length: 80,
      autoNumber: true,
      displayFormat: kind.slice('auto:'.length),
      nameField: true,
      idLookup: true,
    });
  }
  return fields;
}

function auditFields(): FieldSchema[] {
  const person = (name: string, label: string): FieldSchema => ({
    name: `${name}Id`,
    label,
    type: 'reference',
    length: 18,
    referenceTo: ['User'],
    relationshipName: name,
    relationshipOrder: null,
  });
  return [
    { name: 'CreatedDate', label: 'Created Date', type: 'datetime' },
    person('CreatedBy', 'Created By ID'),
    { name: 'LastModifiedDate', label: 'Last Modified Date', type: 'datetime' },
    person('LastModifiedBy', 'Last Modified By ID'),
    { name: 'SystemModstamp', label: 'System Modstamp', type: 'datetime' },
  ];
}
