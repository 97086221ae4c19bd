import { parseRecord, recordAt, recordId, withoutFirst, type RecordPiece } from '../records/csvRecords.js';
import { comparable, type ValueRow, type Value } from '../records/fieldValue.js';
import { fieldNamed, type FieldDescribe, type ObjectDescribe } from '../records/objectDescribe.js';
import type { StoreFolder } from '../store/ports.js';
import { blocksWith } from './recordIndex.js';
import { mentionsOf } from './recordMentions.js';
import { piecesOfBlocks, readIndex, recordPieces } from './recordPieces.js';
import type { ObjectPart } from './snapshotFormat.js';

/** What the columns of a file are; undefined where the describe has no such field. */
export type Columns = ReadonlyArray<FieldDescribe | undefined>;

/**
 * The rows of a record file in comparable form, in file order (Id order). Throws when the file ends inside a record or a
 * row has another number of cells than the header: a damaged file is never read as fewer rows.
 */
export async function* readRecordFile(
  folder: StoreFolder,
  part: ObjectPart,
  describe: ObjectDescribe
): AsyncGenerator<ValueRow> {
  yield* rowsOf(part, describe, recordPieces(folder, part), (piece) => piece.ends.keys());
}

/** The rows with these Ids. Of a file with an index only the blocks are read that may hold one of them. */
export async function* readRecordsById(
  folder: StoreFolder,
  part: ObjectPart,
  describe: ObjectDescribe,
  ids: ReadonlySet<string>
): AsyncGenerator<ValueRow> {
  if (ids.size === 0) return;
  const places = part.index === undefined ? undefined : await readIndex(folder, part.index);
  const pieces = places
    ? piecesOfBlocks(folder, part, [...places.slice(0, 1), ...blocksWith(places, ids)])
    : recordPieces(folder, part);
  yield* rowsOf(part, describe, pieces, function* (piece, columns) {
    const idColumn = columns.findIndex((field) => field?.name === 'Id');
    for (const index of piece.ends.keys()) if (ids.has(recordId(piece, index, idColumn))) yield index;
  });
}

/** The rows that hold one of these Ids in any field, their own Id included; now and then one that holds none. */
export async function* readRecordsMentioning(
  folder: StoreFolder,
  part: ObjectPart,
  describe: ObjectDescribe,
  ids: ReadonlySet<string>
): AsyncGenerator<ValueRow> {
  if (ids.size > 0) yield* rowsOf(part, describe, recordPieces(folder, part), mentionsOf(ids));
}

/** The columns that a header names. */
export function columnsOf(describe: ObjectDescribe, header: Buffer): Columns {
  return parseRecord(header).map((name) => fieldNamed(describe, name));
}

/** A record in comparable form. */
export function rowOf(source: string, columns: Columns, cells: readonly string[]): ValueRow {
  if (cells.length !== columns.length)
    throw new Error(`${source}: a row has ${cells.length} cells, the header ${columns.length}`);
  const row: Record<string, Value> = {};
  columns.forEach((field, at) => {
    if (field) row[field.name] = comparable(field, cells[at]);
  });
  return row;
}

/** The first record is the header; of the others those are decoded that `wanted` names by their numbers in a piece. */
async function* rowsOf(
  part: ObjectPart,
  describe: ObjectDescribe,
  pieces: AsyncIterable<RecordPiece>,
  wanted: (piece: RecordPiece, columns: Columns) => Iterable<number>
): AsyncGenerator<ValueRow> {
  let columns: Columns | undefined;
  for await (const piece of pieces) {
    let rest = piece;
    if (!columns) {
      columns = columnsOf(describe, recordAt(piece, 0));
      rest = withoutFirst(piece);
    }
    for (const index of wanted(rest, columns)) yield rowOf(part.data, columns, parseRecord(recordAt(rest, index)));
  }
}
