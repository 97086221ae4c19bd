import { parse } from 'csv-parse/sync';
import type { OrgError } from '../contracts.js';
import { type ObjectSchema, type OrgUser } from '../contracts.js';
import { findForeignKey, resolveForeignKey, type ForeignKey } from '../records/foreignKeys.js';
import type { Sent } from '../records/saveRules.js';
import { canSeeField } from '../schema/describe.js';
import type { QueryOrg } from '../soql/sources.js';

/** A job that cannot start: the whole job fails with this text. */
export class BatchRefusal extends Error {}

type Column =
  { readonly kind: 'field'; readonly name: string } | { readonly kind: 'foreignKey'; readonly key: ForeignKey };

/** One uploaded row: its cells as sent and, when asked, the values they stand for. */
export interface UploadedRow {
  readonly cells: readonly string[];
  readonly id: string;
  /** Throws an OrgError when a reference by key finds nothing. */
  values(): Sent;
}

export interface Upload {
  readonly header: readonly string[];
  readonly rows: readonly UploadedRow[];
}

/**
 * Reads an uploaded CSV. An empty cell says nothing, `#N/A` says null. Throws BatchRefusal for what fails the whole job.
 */
export function readUpload(
  org: QueryOrg,
  user: OrgUser,
  object: ObjectSchema,
  operation: string,
  text: string,
  delimiter: string
): Upload {
  const lines = parseLines(text, delimiter);
  const [header, ...body] = lines;
  if (header === undefined) return { header: [], rows: [] };
  if (
    (operation === 'delete' || operation === 'hardDelete') &&
    (header.length !== 1 || header[0]?.toLowerCase() !== 'id')
  ) {
    throw new BatchRefusal(`InvalidBatch : The '${operation}' batch must contain only ids`);
  }
  const columns = header.map((name) => readColumn(org, user, object, name));
  const idColumn = columns.findIndex((column) => column.kind === 'field' && column.name === 'Id');
  for (const cells of body) {
    const tooLong = cells.find((cell) => cell.length > 32_000);
    if (tooLong !== undefined)
      throw new BatchRefusal(`InvalidBatch : Field value is too large: ${tooLong.length} characters, at most 32000`);
  }
  return {
    header,
    rows: body.map((cells) => ({
      cells,
      id: idColumn === -1 ? '' : (cells[idColumn] ?? ''),
      values: () => valuesOf(org, columns, cells),
    })),
  };
}

function parseLines(text: string, delimiter: string): string[][] {
  try {
    return parse(text, { delimiter, bom: true, skip_empty_lines: true, relax_column_count: false });
  } catch (error) {
    throw new BatchRefusal(
      `InvalidBatch : Failed to parse CSV: ${error instanceof Error ? error.message : String(error)}`
    );
  }
}

function readColumn(org: QueryOrg, user: OrgUser, object: ObjectSchema, name: string): Column {
  const dot = name.indexOf('.');
  if (dot === -1) {
    const field = org.schema.field(object.name, name);
    if (field === undefined || !canSeeField(user, object, field))
      throw new BatchRefusal(`InvalidBatch : Field name not found : ${name}`);
    return { kind: 'field', name: field.name };
  }
  const [before = '', keyName = ''] = [name.slice(0, dot), name.slice(dot + 1)];
  const colon = before.indexOf(':');
  const relationship = colon === -1 ? before : before.slice(colon + 1);
  const target = colon === -1 ? undefined : before.slice(0, colon);
  const lookup = object.fields.find((field) => field.relationshipName?.toLowerCase() === relationship.toLowerCase());
  if (lookup === undefined) throw new BatchRefusal(`InvalidBatch : Unable to find relationship: ${relationship}`);
  if (target !== undefined && (lookup.referenceTo?.length ?? 0) < 2) {
    throw new BatchRefusal(
      `InvalidBatch : type is not needed for non polymorphic foreign key references: ${relationship}`
    );
  }
  const key = findForeignKey(org.schema, user, object, relationship, keyName, target);
  if (key === undefined) throw new BatchRefusal(`InvalidBatch : Field name not found : ${name}`);
  return { kind: 'foreignKey', key };
}

function valuesOf(org: QueryOrg, columns: readonly Column[], cells: readonly string[]): Sent {
  const values: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) {
    const cell = cells[index] ?? '';
    if (cell === '') continue;
    const value = cell === '#N/A' ? null : cell;
    if (column.kind === 'field') values[column.name] = value;
    else
      values[column.key.lookup] = value === null ? null : resolveForeignKey(org.schema, org.store, column.key, value);
  }
  return values;
}

export function rowErrorText(error: OrgError): string {
  return error.fields.length === 0
    ? `${error.code}:${error.message}:--`
    : `${error.code}:${error.message}:${error.fields.join(',')} --`;
}
