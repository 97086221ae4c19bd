import type { FieldSchema, FieldType, ObjectSchema } from '../contracts.js';

/** The part of a describe-like JSON document that is read. Unknown keys are ignored. */
interface DescribeJson {
  readonly name: string;
  readonly label?: string;
  readonly keyPrefix?: string | null;
  readonly custom?: boolean;
  readonly customSetting?: boolean;
  readonly undeletable?: boolean;
  readonly fields: ReadonlyArray<Record<string, unknown>>;
}

/** An object from a describe answer or a file in its shape. A document without key prefix gets the one given. */
export function fromDescribeJson(json: unknown, keyPrefix: string): ObjectSchema {
  const document = json as DescribeJson;
  const customSetting = document.customSetting ?? false;
  return {
    name: document.name,
    label: document.label ?? document.name,
    keyPrefix: document.keyPrefix ?? keyPrefix,
    custom: document.custom ?? document.name.endsWith('__c'),
    customSetting,
    createable: true,
    updateable: true,
    deletable: true,
    undeletable: document.undeletable ?? (!customSetting && document.name !== 'PricebookEntry'),
    queryable: true,
    fields: document.fields.map(fieldFrom),
  };
}

function fieldFrom(json: Record<string, unknown>): FieldSchema {
  const text = (key: string): string | undefined => (typeof json[key] === 'string' ? json[key] : undefined);
  const flag = (key: string): boolean => json[key] === true;
  const number = (key: string): number | undefined => (typeof json[key] === 'number' ? json[key] : undefined);
  const name = text('name') ?? '';
  const type = (text('type') ?? 'string') as FieldType;
  const length = number('length') ?? (type === 'string' ? 255 : undefined);
  const precision = number('precision');
  const scale = number('scale');
  return {
    name,
    type,
    label: text('label') ?? name,
    custom: flag('custom'),
    ...(length === undefined ? {} : { length }),
    ...(precision === undefined ? {} : { precision }),
    ...(scale === undefined ? {} : { scale }),
    nillable: json['nillable'] !== false,
    createable: json['createable'] !== false && !flag('calculated') && !flag('autoNumber'),
    updateable: json['updateable'] !== false && !flag('calculated') && !flag('autoNumber'),
    calculated: flag('calculated'),
    autoNumber: flag('autoNumber'),
    ...(text('displayFormat') === undefined ? {} : { displayFormat: text('displayFormat') ?? '' }),
    defaultValue: type === 'boolean' ? String(json['defaultValue'] ?? 'false') === 'true' : null,
    unique: flag('unique'),
    caseSensitive: flag('caseSensitive'),
    externalId: flag('externalId'),
    idLookup: flag('idLookup') || flag('externalId'),
    nameField: flag('nameField'),
    htmlFormatted: flag('htmlFormatted'),
    ...(Array.isArray(json['referenceTo']) ? { referenceTo: json['referenceTo'] as string[] } : {}),
    relationshipName: text('relationshipName') ?? null,
    relationshipOrder: number('relationshipOrder') ?? (flag('cascadeDelete') ? 0 : null),
    cascadeDelete: flag('cascadeDelete'),
    restrictedDelete: flag('restrictedDelete'),
    restrictedPicklist: flag('restrictedPicklist'),
    picklistValues: (Array.isArray(json['picklistValues']) ? json['picklistValues'] : []) as NonNullable<
      FieldSchema['picklistValues']
    >,
  };
}
