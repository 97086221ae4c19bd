import { OrgError, type FieldSchema, type ObjectSchema, type OrgUser, type Row } from '../contracts.js';
import { childRelationships } from './childRelationships.js';
import { labelOf } from './fieldNotation.js';

/** What describe needs to know of the org around the object. */
export interface DescribeSource {
  readonly schema: { all(): ObjectSchema[] };
  recordTypesOf(objectName: string): readonly Row[];
}

export function canSeeObject(user: OrgUser, object: ObjectSchema): boolean {
  return !user.rights.hiddenObjects.has(object.name);
}

export function canSeeField(user: OrgUser, object: ObjectSchema, field: FieldSchema): boolean {
  return !user.rights.hiddenFields.has(`${object.name}.${field.name}`);
}

/** The 404 that REST answers for an object the user cannot see or that is not there. */
export function noSuchResource(): OrgError {
  return new OrgError('NOT_FOUND', 'The requested resource does not exist', [], 404);
}

/** One line of `GET /sobjects`, which is also the head of a describe. */
export function describeHead(object: ObjectSchema, version: string): Record<string, unknown> {
  const base = `/services/data/v${version}/sobjects/${object.name}`;
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: object.createable ?? false,
    custom: object.custom ?? false,
    customSetting: object.customSetting ?? false,
    deepCloneable: false,
    deletable: object.deletable ?? false,
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix === '' ? null : object.keyPrefix,
    label: object.label,
    labelPlural: `${object.label}s`,
    layoutable: true,
    mergeable: ['Account', 'Contact'].includes(object.name),
    mruEnabled: true,
    name: object.name,
    queryable: object.queryable ?? true,
    replicateable: object.undeletable ?? false,
    retrieveable: true,
    searchable: !(object.customSetting ?? false),
    triggerable: object.createable ?? false,
    undeletable: object.undeletable ?? false,
    updateable: object.updateable ?? false,
    urls: { rowTemplate: `${base}/{ID}`, describe: `${base}/describe`, sobject: base },
  };
}

/** A whole describe as this user sees it: hidden fields are absent, as if they did not exist. */
export function describeObject(
  source: DescribeSource,
  user: OrgUser,
  object: ObjectSchema,
  version: string
): Record<string, unknown> {
  const head = describeHead(object, version);
  return {
    actionOverrides: [],
    childRelationships: describeChildren(source, user, object),
    compactLayoutable: true,
    extendedBy: null,
    extendsInterfaces: null,
    fields: object.fields
      .filter((field) => canSeeField(user, object, field))
      .map((field) => describeField(object, field)),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: describeRecordTypes(source.recordTypesOf(object.name), version, object.name),
    searchLayoutable: true,
    sobjectDescribeOption: 'FULL',
    supportedScopes: [{ label: 'All', name: 'everything' }],
    ...head,
  };
}

function describeChildren(source: DescribeSource, user: OrgUser, object: ObjectSchema): Array<Record<string, unknown>> {
  return childRelationships(source.schema.all(), object.name)
    .filter(({ child, field }) => canSeeObject(user, child) && canSeeField(user, child, field))
    .map(({ child, field, name }) => ({
      cascadeDelete: field.cascadeDelete ?? false,
      childSObject: child.name,
      deprecatedAndHidden: false,
      field: field.name,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: name,
      restrictedDelete: field.restrictedDelete ?? false,
    }));
}

function describeRecordTypes(
  rows: readonly Row[],
  version: string,
  objectName: string
): Array<Record<string, unknown>> {
  const master = {
    active: true,
    available: true,
    defaultRecordTypeMapping: rows.length === 0,
    developerName: 'Master',
    master: true,
    name: 'Master',
    recordTypeId: '012000000000000AAA',
  };
  const own = rows.map((row, index) => ({
    active: row['IsActive'],
    available: row['IsActive'],
    defaultRecordTypeMapping: index === 0,
    developerName: row['DeveloperName'],
    master: false,
    name: row['Name'],
    recordTypeId: row['Id'],
    urls: { layout: `/services/data/v${version}/sobjects/${objectName}/describe/layouts/${String(row['Id'])}` },
  }));
  const infos: Array<Record<string, unknown>> = [
    ...own,
    {
      ...master,
      urls: { layout: `/services/data/v${version}/sobjects/${objectName}/describe/layouts/012000000000000AAA` },
    },
  ];
  return infos;
}

const soapTypes: Readonly<Record<string, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
  base64: 'xsd:base64Binary',
  address: 'urn:address',
  location: 'urn:location',
};

export function describeField(object: ObjectSchema, field: FieldSchema): Record<string, unknown> {
  const length = field.length ?? 0;
  const isLongText = isLong(field);
  const targets = field.referenceTo ?? [];
  const isCheck = field.type === 'boolean';
  return {
    aggregatable: !isLongText && !isCheck,
    aiPredictionField: false,
    autoNumber: field.autoNumber ?? false,
    byteLength: length * (field.type === 'id' || field.type === 'reference' ? 1 : 3),
    calculated: field.calculated ?? false,
    calculatedFormula: null,
    cascadeDelete: field.cascadeDelete ?? false,
    caseSensitive: field.caseSensitive ?? false,
    compoundFieldName: field.compoundFieldName ?? null,
    controllerName: null,
    createable: field.createable ?? false,
    custom: field.custom ?? false,
    defaultValue: field.defaultValue ?? (isCheck ? false : null),
    defaultValueFormula: null,
    defaultedOnCreate: isDefaultedOnCreate(field),
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? (field.precision ?? 9) : 0,
    displayLocationInDecimal: false,
    encrypted: field.type === 'encryptedstring',
    externalId: field.externalId ?? false,
    extraTypeInfo: field.type === 'textarea' ? (field.htmlFormatted === true ? 'richtextarea' : 'plaintextarea') : null,
    filterable: !isLongText && field.type !== 'encryptedstring',
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable: ['string', 'picklist', 'reference', 'id', 'boolean', 'date', 'int', 'email', 'phone', 'url'].includes(
      field.type
    ),
    highScaleNumber: false,
    htmlFormatted: field.htmlFormatted ?? false,
    idLookup: field.idLookup ?? false,
    inlineHelpText: null,
    label: field.label ?? labelOf(field.name),
    length: field.type === 'id' || field.type === 'reference' ? 18 : length,
    mask: field.type === 'encryptedstring' ? '*' : null,
    maskType: field.type === 'encryptedstring' ? 'all' : null,
    name: field.name,
    nameField: field.nameField ?? false,
    namePointing: targets.length > 1,
    nillable: isCheck ? false : (field.nillable ?? false),
    permissionable: (field.custom ?? false) && (field.nillable ?? false),
    picklistValues: (field.picklistValues ?? []).map((value) => ({
      active: value.active,
      defaultValue: value.value === field.defaultValue,
      label: value.label,
      validFor: null,
      value: value.value,
    })),
    polymorphicForeignKey: targets.length > 1,
    precision: field.precision ?? 0,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: targets,
    relationshipName: field.relationshipName ?? null,
    relationshipOrder: field.relationshipOrder ?? null,
    restrictedDelete: field.restrictedDelete ?? false,
    restrictedPicklist: field.restrictedPicklist ?? false,
    scale: field.scale ?? 0,
    searchPrefilterable: field.type === 'reference',
    soapType: soapTypes[field.type] ?? 'xsd:string',
    sortable: !isLongText && field.type !== 'address' && field.type !== 'multipicklist',
    type: field.type,
    unique: field.unique ?? false,
    updateable: (field.updateable ?? false) && (object.updateable ?? true),
    writeRequiresMasterRead: false,
  };
}

/** Text too long to be filtered, sorted or grouped by. */
export function isLong(field: FieldSchema): boolean {
  return field.type === 'textarea' && (field.length ?? 0) > 255;
}

/** True when an insert may leave the field out although it must not be empty. */
export function isDefaultedOnCreate(field: FieldSchema): boolean {
  if (field.type === 'boolean' || field.autoNumber === true || field.name === 'OwnerId') return true;
  if (field.defaultValue !== undefined && field.defaultValue !== null) return true;
  return field.createable !== true && field.nillable !== true && field.calculated !== true;
}
