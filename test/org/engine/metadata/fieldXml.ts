import type { FieldSchema, FieldType, FieldValue, ObjectSchema } from '../contracts.js';
import { type XmlElement, childNamed, childrenNamed, element, valueOf } from './xmlTree.js';

/** The describe form of a `fields` element of an object file. */
export function fieldFromXml(xml: XmlElement): FieldSchema {
  const name = valueOf(xml, 'fullName') ?? '';
  const kind = valueOf(xml, 'type') ?? 'Text';
  const calculated = valueOf(xml, 'formula') !== undefined || kind === 'Summary';
  const autoNumber = kind === 'AutoNumber';
  const writable = !calculated && !autoNumber;
  const flag = (element: string): boolean => valueOf(xml, element) === 'true';
  return {
    name,
    label: valueOf(xml, 'label') ?? name,
    custom: true,
    nillable: kind !== 'Checkbox' && !flag('required') && kind !== 'MasterDetail',
    createable: writable,
    updateable: writable && (kind !== 'MasterDetail' || flag('reparentableMasterDetail')),
    calculated,
    unique: flag('unique'),
    externalId: flag('externalId'),
    idLookup: flag('externalId') || flag('unique'),
    caseSensitive: flag('caseSensitive'),
    ...shapeOf(kind, xml, name),
    ...(autoNumber ? { autoNumber: true, displayFormat: valueOf(xml, 'displayFormat') ?? '{0}' } : {}),
    ...defaultOf(kind, xml),
  };
}

const plain: Readonly<Record<string, Partial<FieldSchema> & { readonly type: FieldType }>> = {
  Text: { type: 'string', length: 255 },
  AutoNumber: { type: 'string', length: 30 },
  Checkbox: { type: 'boolean' },
  Number: { type: 'double' },
  Currency: { type: 'currency' },
  Percent: { type: 'percent' },
  Date: { type: 'date' },
  DateTime: { type: 'datetime' },
  Time: { type: 'time' },
  Email: { type: 'email', length: 80 },
  Phone: { type: 'phone', length: 40 },
  Url: { type: 'url', length: 255 },
  TextArea: { type: 'textarea', length: 255 },
  LongTextArea: { type: 'textarea', length: 32768 },
  Html: { type: 'textarea', length: 32768, htmlFormatted: true },
  EncryptedText: { type: 'encryptedstring', length: 175 },
  Location: { type: 'location' },
  Summary: { type: 'double' },
};

function shapeOf(kind: string, xml: XmlElement, name: string): Partial<FieldSchema> & { type: FieldType } {
  const number = (element: string): number | undefined =>
    valueOf(xml, element) === undefined ? undefined : Number(valueOf(xml, element));
  const length = number('length');
  const precision = number('precision');
  const scale = number('scale');
  const sizes = {
    ...(length === undefined ? {} : { length }),
    ...(precision === undefined ? {} : { precision }),
    ...(scale === undefined ? {} : { scale }),
  };
  switch (kind) {
    case 'Picklist':
    case 'MultiselectPicklist': {
      const valueSet = childNamed(xml, 'valueSet');
      return {
        type: kind === 'Picklist' ? 'picklist' : 'multipicklist',
        length: kind === 'Picklist' ? 255 : 4099,
        restrictedPicklist: valueSet !== undefined && valueOf(valueSet, 'restricted') === 'true',
        picklistValues: picklistValuesOf(valueSet),
      };
    }
    case 'Lookup':
    case 'MasterDetail':
    case 'Hierarchy': {
      const master = kind === 'MasterDetail';
      const onDelete = valueOf(xml, 'deleteConstraint');
      return {
        type: 'reference',
        length: 18,
        referenceTo: [valueOf(xml, 'referenceTo') ?? 'User'],
        relationshipName: name.replace(/__c$/, '__r'),
        relationshipOrder: master ? Number(valueOf(xml, 'relationshipOrder') ?? 0) : null,
        ...(master || onDelete === 'Cascade' ? { cascadeDelete: true } : {}),
        // A required lookup can only be restrictive: there would be nothing to blank it to.
        ...(!master && (onDelete === 'Restrict' || valueOf(xml, 'required') === 'true')
          ? { restrictedDelete: true }
          : {}),
      };
    }
    default:
      return { ...(plain[kind] ?? { type: 'string' as const, length: 255 }), ...sizes };
  }
}

function picklistValuesOf(valueSet: XmlElement | undefined): Array<{ value: string; label: string; active: boolean }> {
  const definition = valueSet === undefined ? undefined : childNamed(valueSet, 'valueSetDefinition');
  if (definition === undefined) return [];
  return childrenNamed(definition, 'value').map((value) => ({
    value: valueOf(value, 'fullName') ?? '',
    label: valueOf(value, 'label') ?? valueOf(value, 'fullName') ?? '',
    active: valueOf(value, 'isActive') !== 'false',
  }));
}

function defaultOf(kind: string, xml: XmlElement): { defaultValue?: FieldValue } {
  const text = valueOf(xml, 'defaultValue');
  if (kind === 'Checkbox') return { defaultValue: text === 'true' };
  if (kind === 'Picklist') {
    const chosen = [
      ...childrenNamed(childNamed(childNamed(xml, 'valueSet') ?? xml, 'valueSetDefinition') ?? xml, 'value'),
    ].find((value) => valueOf(value, 'default') === 'true');
    return chosen === undefined ? {} : { defaultValue: valueOf(chosen, 'fullName') ?? null };
  }
  if (text === undefined) return {};
  // Only literal defaults are understood; a formula as default is left to the real platform.
  if (/^"[^"]*"$/.test(text)) return { defaultValue: text.slice(1, -1) };
  return /^-?\d+(\.\d+)?$/.test(text) ? { defaultValue: Number(text) } : {};
}

const kinds: Partial<Record<FieldType, string>> = {
  boolean: 'Checkbox',
  int: 'Number',
  double: 'Number',
  currency: 'Currency',
  percent: 'Percent',
  date: 'Date',
  datetime: 'DateTime',
  time: 'Time',
  picklist: 'Picklist',
  multipicklist: 'MultiselectPicklist',
  email: 'Email',
  phone: 'Phone',
  url: 'Url',
  encryptedstring: 'EncryptedText',
  location: 'Location',
};

/** The `fields` element for a field that is known only by its describe form. */
export function xmlFromField(field: FieldSchema): XmlElement {
  const kind = kindOf(field);
  const parts: XmlElement[] = [
    element('fullName', field.name),
    element('externalId', String(field.externalId ?? false)),
    element('label', field.label ?? field.name),
  ];
  if (kind === 'Text' || kind === 'LongTextArea' || kind === 'Html')
    parts.push(element('length', String(field.length ?? 255)));
  if (['Number', 'Currency', 'Percent'].includes(kind)) {
    parts.push(element('precision', String(field.precision ?? 18)), element('scale', String(field.scale ?? 0)));
  }
  if (field.type === 'reference') {
    parts.push(element('referenceTo', field.referenceTo?.[0] ?? 'User'));
    if (kind === 'Lookup')
      parts.push(
        element(
          'deleteConstraint',
          field.restrictedDelete === true ? 'Restrict' : field.cascadeDelete === true ? 'Cascade' : 'SetNull'
        )
      );
    else parts.push(element('relationshipOrder', String(field.relationshipOrder ?? 0)));
  }
  if (field.picklistValues !== undefined) parts.push(valueSetXml(field));
  if (field.unique === true) parts.push(element('unique', 'true'));
  if (field.nillable === false && kind !== 'Checkbox' && kind !== 'MasterDetail')
    parts.push(element('required', 'true'));
  if (kind === 'Checkbox') parts.push(element('defaultValue', String(field.defaultValue === true)));
  if (field.calculated === true) parts.push(element('formula', 'NULL'));
  if (field.displayFormat !== undefined) parts.push(element('displayFormat', field.displayFormat));
  parts.push(element('type', kind));
  return element('fields', ...parts);
}

function kindOf(field: FieldSchema): string {
  if (field.autoNumber === true) return 'AutoNumber';
  if (field.type === 'reference')
    return field.relationshipOrder === null || field.relationshipOrder === undefined ? 'Lookup' : 'MasterDetail';
  if (field.type === 'textarea')
    return field.htmlFormatted === true ? 'Html' : (field.length ?? 0) > 255 ? 'LongTextArea' : 'TextArea';
  return kinds[field.type] ?? 'Text';
}

function valueSetXml(field: FieldSchema): XmlElement {
  const values = (field.picklistValues ?? []).map((choice) =>
    element(
      'value',
      element('fullName', choice.value),
      element('default', String(choice.value === field.defaultValue)),
      element('label', choice.label),
      ...(choice.active ? [] : [element('isActive', 'false')])
    )
  );
  return element(
    'valueSet',
    ...(field.restrictedPicklist === true ? [element('restricted', 'true')] : []),
    element('valueSetDefinition', element('sorted', 'false'), ...values)
  );
}

/** The describe form of a new custom object, without its custom fields. */
export function objectFromXml(name: string, xml: XmlElement, keyPrefix: string): ObjectSchema {
  const nameField = childNamed(xml, 'nameField');
  const autoNumber = nameField !== undefined && valueOf(nameField, 'type') === 'AutoNumber';
  const label = valueOf(xml, 'label') ?? name;
  const person = (field: string): FieldSchema => ({
    name: `${field}Id`,
    type: 'reference',
    length: 18,
    referenceTo: ['User'],
    relationshipName: field,
    relationshipOrder: null,
  });
  return {
    name,
    label,
    keyPrefix,
    custom: true,
    customSetting: valueOf(xml, 'customSettingsType') !== undefined,
    createable: !name.endsWith('__mdt'),
    updateable: !name.endsWith('__mdt'),
    deletable: !name.endsWith('__mdt'),
    undeletable: valueOf(xml, 'customSettingsType') === undefined && !name.endsWith('__mdt'),
    queryable: true,
    fields: [
      { name: 'Id', label: 'Record ID', type: 'id', length: 18, idLookup: true },
      {
        name: 'OwnerId',
        label: 'Owner ID',
        type: 'reference',
        length: 18,
        createable: true,
        updateable: true,
        referenceTo: ['Group', 'User'],
        relationshipName: 'Owner',
        relationshipOrder: null,
      },
      { name: 'IsDeleted', label: 'Deleted', type: 'boolean', defaultValue: false },
      {
        name: 'Name',
        label: (nameField === undefined ? undefined : valueOf(nameField, 'label')) ?? `${label} Name`,
        type: 'string',
        length: 80,
        nameField: true,
        idLookup: true,
        nillable: true,
        createable: !autoNumber,
        updateable: !autoNumber,
        ...(autoNumber ? { autoNumber: true, displayFormat: valueOf(nameField, 'displayFormat') ?? '{0}' } : {}),
      },
      { name: 'CreatedDate', type: 'datetime' },
      person('CreatedBy'),
      { name: 'LastModifiedDate', type: 'datetime' },
      person('LastModifiedBy'),
      { name: 'SystemModstamp', type: 'datetime' },
    ],
  };
}
