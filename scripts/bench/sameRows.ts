import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { wideObject } from './wideObject.js';

/** A row as some client wrote it: texts, or values of JSON. */
export type ReadRow = Readonly<Record<string, unknown>>;

export async function* rowsOfCsv(csv: Readable): AsyncGenerator<ReadRow> {
  yield* csv.pipe(parse({ columns: true })) as AsyncIterable<ReadRow>;
}

/** A number and a digest of rows, whatever their order and that of their columns: two arms read the same or not. */
export async function fingerprint(rows: AsyncIterable<ReadRow> | Iterable<ReadRow>): Promise<string> {
  let count = 0;
  let sum = 0n;
  for await (const row of rows) {
    const cells = [...TYPES].map(([name, type]) => [name, plain(row[name], type)]);
    sum += createHash('sha256').update(JSON.stringify(cells)).digest().readBigUInt64LE();
    count += 1;
  }
  return `${count} rows ${(sum & 0xffffffffffffffffn).toString(16)}`;
}

const TYPES = new Map(wideObject().fields.map((field) => [field.name, field.type]));

/** REST writes numbers, nulls and offsets where Bulk writes texts. */
function plain(value: unknown, type: string): string {
  if (value === null || value === undefined || value === '') return '';
  if (['int', 'double', 'currency', 'percent'].includes(type)) return String(Number(value));
  if (type === 'datetime') return new Date(String(value).replace('+0000', 'Z')).toISOString();
  return String(value);
}

/** Size and digest of bytes: where they are the same, so are the rows. */
export async function bytesOf(stream: Readable): Promise<{ readonly bytes: number; readonly digest: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, digest: hash.digest('hex') };
}
