import type { Row } from '../contracts.js';
import type { GeneratedLines } from '../records/generatedLines.js';
import type { GeneratedTable } from '../records/generatedTable.js';
import type { FieldTest } from './where.js';

/** Rows of an answer that are made when somebody reads them. */
export interface RowList {
  readonly length: number;
  slice(start: number, end: number): Row[];
}

/** What a scan of a generated table has to know. */
export interface ScanRequest {
  readonly table: GeneratedTable;
  /** Rows that lie over generated ones, deleted ones included, and rows of their own. */
  readonly stored: readonly Row[];
  /** The stored rows that match. */
  readonly matching: readonly Row[];
  /** The test of a generated row, with the fields it reads; all fields when they are not known. */
  readonly where: ((row: Row) => boolean) | undefined;
  /** Conditions that `where` is at least made of. */
  readonly needs: readonly FieldTest[];
  readonly fields: readonly string[] | undefined;
  readonly order: 'none' | 'up' | 'down';
  readonly offset: number;
  readonly limit: number | undefined;
}

const blockSize = 1000;

/**
 * The answer of a query to a generated table, as row numbers only: 4 bytes a row. Without ORDER BY whole blocks of rows
 * change places, so that nobody may rely on the order.
 */
export class GeneratedScan implements RowList {
  /** Row numbers; negative ones stand for stored rows, -1 for the first. */
  private readonly places: Int32Array;
  private bytesPerRow = 700;

  public constructor(private readonly request: ScanRequest) {
    const { order, offset, limit } = request;
    const found = matchingIndexes(request);
    const merged = order === 'none' ? withTail(inBlocks(found), request.matching.length) : mergedById(found, request);
    if (order === 'down') merged.reverse();
    this.places = merged.subarray(offset, limit === undefined ? merged.length : offset + limit);
  }

  public get length(): number {
    return this.places.length;
  }

  public slice(start: number, end: number): Row[] {
    return Array.from(this.places.subarray(start, end), (place) => this.rowOf(place));
  }

  /** The header and the lines of these rows, one after the other, all with their line ends. */
  public csv(
    start: number,
    end: number,
    header: string,
    generated: GeneratedLines,
    stored: (row: Row) => string
  ): Buffer {
    let bytes = Buffer.allocUnsafe((end - start) * this.bytesPerRow + header.length * 3);
    let used = bytes.write(header);
    for (let position = start; position < end; position++) {
      const place = this.places[position] ?? 0;
      const line = place < 0 ? stored(this.rowOf(place)) : '';
      // No character takes more than three bytes for each unit of its text.
      const needed = used + Math.max(generated.most, line.length * 3);
      if (needed > bytes.length) bytes = Buffer.concat([bytes], Math.ceil(needed + bytes.length / 4));
      used = place < 0 ? used + bytes.write(line, used) : generated.write(place, bytes, used);
    }
    // The next page will be much like this one.
    this.bytesPerRow = Math.ceil((used / Math.max(1, end - start)) * 1.1);
    return bytes.subarray(0, used);
  }

  private rowOf(place: number): Row {
    return place < 0 ? (this.request.matching[-1 - place] as Row) : this.request.table.rowAt(place);
  }
}

/**
 * Numbers of the generated rows that match. Values are few and shared, so a condition is put to each value once: an org has
 * an index on its stamps, and must not be slower than one because its rows are made up.
 */
function matchingIndexes({ table, stored, where, needs, fields }: ScanRequest): Int32Array {
  const mayMatch: Array<(index: number) => boolean> = [];
  for (const { field, test } of needs) {
    const narrowed = table.narrowed(field.name, test);
    if (narrowed === 'none') return new Int32Array(0);
    if (narrowed !== 'unknown') mayMatch.push(narrowed);
  }
  const covered = new Uint8Array(table.count);
  for (const row of stored) {
    const index = table.indexOf(String(row['Id']));
    if (index >= 0) covered[index] = 1;
  }
  const found = new Int32Array(table.count);
  let count = 0;
  for (let index = 0; index < table.count; index++) {
    if (covered[index] === 1) continue;
    if (mayMatch.length > 0 && !mayMatch.every((test) => test(index))) continue;
    if (where !== undefined && !where(table.rowAt(index, fields))) continue;
    found[count++] = index;
  }
  return found.subarray(0, count);
}

function inBlocks(found: Int32Array): Int32Array {
  const blocks = Math.ceil(found.length / blockSize);
  const result = new Int32Array(found.length);
  let used = 0;
  for (let turn = 0; turn < blocks; turn++) {
    // 7919 is prime and larger than any number of blocks it shares a divisor with, so each block comes once.
    const block = blocks % 7919 === 0 ? turn : (turn * 7919 + 1) % blocks;
    const part = found.subarray(block * blockSize, (block + 1) * blockSize);
    result.set(part, used);
    used += part.length;
  }
  return result;
}

function withTail(found: Int32Array, storedCount: number): Int32Array {
  const result = new Int32Array(found.length + storedCount);
  result.set(found);
  for (let number = 0; number < storedCount; number++) result[found.length + number] = -1 - number;
  return result;
}

function mergedById(found: Int32Array, { table, matching }: ScanRequest): Int32Array {
  const tail = matching
    .map((row, number) => ({ id: String(row['Id']), place: -1 - number }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const result = new Int32Array(found.length + tail.length);
  let used = 0;
  let taken = 0;
  for (const { id, place } of tail) {
    const before = firstNotBelow(found, taken, (index) => table.idAt(index) >= id);
    result.set(found.subarray(taken, before), used);
    used += before - taken;
    taken = before;
    result[used++] = place;
  }
  result.set(found.subarray(taken), used);
  return result;
}

function firstNotBelow(found: Int32Array, from: number, isNotBelow: (index: number) => boolean): number {
  let low = from;
  let high = found.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isNotBelow(found[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
