import type { FieldSchema, ObjectSchema, Row, OrgUser, VirtualTable } from './contracts.js';
import { labelOf, readField } from './schema/fieldNotation.js';

/** A setup or Tooling object in a few words; field notation as in `schema/fieldNotation.ts`. */
export interface VirtualDeclaration {
  readonly name: string;
  readonly keyPrefix: string;
  readonly fields: string;
  readonly api: ReadonlyArray<'data' | 'tooling'>;
  /** With CreatedDate, CreatedBy, LastModifiedDate, LastModifiedBy. */
  readonly audited?: boolean;
  readonly setup?: boolean;
  /** Insert, update and delete go through a table writer. */
  readonly writable?: boolean;
  readonly rows: (user: OrgUser) => Iterable<Row>;
  readonly heavyFields?: readonly string[];
  readonly heavy?: (row: Row, field: string) => unknown;
  /** The query must filter on one of these. */
  readonly filterOn?: readonly string[];
}

export function virtualTable(declaration: VirtualDeclaration): VirtualTable {
  const writable = declaration.writable ?? false;
  const schema: ObjectSchema = {
    name: declaration.name,
    label: labelOf(declaration.name),
    keyPrefix: declaration.keyPrefix,
    createable: writable,
    updateable: writable,
    deletable: writable,
    undeletable: false,
    queryable: true,
    setup: declaration.setup ?? true,
    notBulk: true,
    fields: [
      { name: 'Id', label: 'Id', type: 'id', length: 18, idLookup: true },
      ...declaration.fields
        .split(/\s+/)
        .filter((word) => word !== '')
        .map((word) => readField(word)),
      ...(declaration.heavyFields ?? []).map((name): FieldSchema => ({
        name,
        label: name,
        type: name === 'FullName' ? 'string' : 'complexvalue',
        nillable: true,
        updateable: true,
      })),
      ...(declaration.audited === true ? audit() : []),
    ],
  };
  return {
    schema,
    api: declaration.api,
    rows: declaration.rows,
    ...(declaration.heavyFields === undefined ? {} : { heavyFields: declaration.heavyFields }),
    ...(declaration.heavy === undefined ? {} : { heavy: declaration.heavy }),
    ...(declaration.filterOn === undefined ? {} : { filterOn: declaration.filterOn }),
  };
}

function audit(): FieldSchema[] {
  const person = (name: string): FieldSchema => ({
    name: `${name}Id`,
    label: `${name} ID`,
    type: 'reference',
    length: 18,
    referenceTo: ['User'],
    relationshipName: name,
    relationshipOrder: null,
  });
  return [
    { name: 'CreatedDate', label: 'Created Date', type: 'datetime' },
    person('CreatedBy'),
    { name: 'LastModifiedDate', label: 'Last Modified Date', type: 'datetime' },
    person('LastModifiedBy'),
    { name: 'SystemModstamp', label: 'System Modstamp', type: 'datetime' },
  ];
}

/** The audit values of a row. */
export function auditValues(created: { byId: string; at: string }, lastModified: { byId: string; at: string }): Row {
  return {
    CreatedDate: created.at,
    CreatedById: created.byId,
    LastModifiedDate: lastModified.at,
    LastModifiedById: lastModified.byId,
    SystemModstamp: lastModified.at,
  };
}
