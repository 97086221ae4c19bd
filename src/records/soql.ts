import { isApiName, parseRecordId, type RecordId } from '../model/ids.js';

/** A name that may stand in SOQL; anything else throws, so that no file and no flag can smuggle a clause in. */
export function soqlName(name: string): string {
  if (!name.split('.').every(isApiName)) throw new Error(`not an API name: ${JSON.stringify(name)}`);
  return name;
}

export function soqlText(value: string): string {
  return `'${value.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}

/** SOQL date-time literal of an ISO instant. */
export function soqlInstant(iso: string): string {
  return new Date(iso).toISOString();
}

/**
 * `(field IN ('…'))` lists for `ids`, cut so that the whole request stays below the length at which servers refuse a URL
 * (about 16 kB; 400 ids take 8.4 kB before encoding).
 */
export function idChunks(ids: Iterable<string>, size = 400): RecordId[][] {
  const chunks: RecordId[][] = [];
  let chunk: RecordId[] = [];
  for (const text of ids) {
    const id = parseRecordId(text);
    if (!id) throw new Error(`not a record id: ${JSON.stringify(text)}`);
    chunk.push(id);
    if (chunk.length === size) {
      chunks.push(chunk);
      chunk = [];
    }
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

export function inList(field: string, ids: readonly RecordId[]): string {
  return `${soqlName(field)} IN (${ids.map((id) => `'${id}'`).join(',')})`;
}

export function select(fields: readonly string[], object: string, where?: string, orderBy?: string): string {
  return [
    `SELECT ${fields.map(soqlName).join(', ')} FROM ${soqlName(object)}`,
    where ? `WHERE ${where}` : '',
    orderBy ? `ORDER BY ${soqlName(orderBy)}` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** Two conditions joined; either may be missing. */
export function both(left: string | undefined, right: string | undefined): string | undefined {
  if (!left || !right) return left ?? right;
  return `(${left}) AND (${right})`;
}
