import { parseRecord, recordAt, recordId, withoutFirst, type RecordPiece } from '../records/csvRecords.js';
import type { ValueRow, Value } from '../records/fieldValue.js';
import { Cell, emptyRow } from '../records/rowForm.js';
import { fieldNamed, type ObjectDescribe } from '../records/objectDescribe.js';
import type { StoreFolder } from '../store/ports.js';
import { blocksWith, idsIn, type BlockPlace } from './recordIndex.js';
import { mentionsOf } from './recordMentions.js';
import { piecesOfBlock, readIndex, recordPieces, unpackedBlocks, type UnpackedBlock } from './recordPieces.js';
import { recordsNamed } from './recordSearch.js';
import type { ObjectPart } from './snapshotFormat.js';

/** What the columns of a file are, by its header. Those that the describe does not know are left out of rows. */
export class Columns {
  /** Which cell of a record is its Id; -1: none. */
  public readonly id: number;
  private readonly cells: ReadonlyArray<Cell | undefined>;
  private readonly empty: ValueRow;

  public constructor(describe: ObjectDescribe, header: readonly string[]) {
    const fields = header.map((name) => fieldNamed(describe, name));
    this.id = fields.findIndex((field) => field?.name === 'Id');
    this.cells = fields.map((field) => field && new Cell(field));
    this.empty = emptyRow(fields.flatMap((field) => field?.name ?? []));
  }

  /** A record in comparable form; throws when it has another number of cells than the header. */
  public row(source: string, record: readonly string[]): ValueRow {
    if (record.length !== this.cells.length)
      throw new Error(`${source}: a row has ${record.length} cells, the header ${this.cells.length}`);
    const row: Record<string, Value> = { ...this.empty };
    this.cells.forEach((cell, at) => {
      if (cell) row[cell.field.name] = cell.value(record[at]);
    });
    return row;
  }
}

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
  if (part.index !== undefined) yield* rowsInBlocks(folder, part, await readIndex(folder, part.index), describe, ids);
  else
    yield* rowsOf(part, describe, recordPieces(folder, part), (piece, columns) =>
      [...piece.ends.keys()].filter((index) => ids.has(recordId(piece, index, columns.id)))
    );
}

async function* rowsInBlocks(
  folder: StoreFolder,
  part: ObjectPart,
  places: readonly BlockPlace[],
  describe: ObjectDescribe,
  ids: ReadonlySet<string>
): AsyncGenerator<ValueRow> {
  const sorted = [...ids].sort();
  let columns: Columns | undefined;
  for await (const block of unpackedBlocks(folder, part, [...places.slice(0, 1), ...blocksWith(places, sorted)])) {
    if (!columns) {
      const [header] = await recordsOf(part, block);
      columns = new Columns(describe, parseRecord(header as Buffer));
      continue;
    }
    const { id } = columns;
    const records =
      (id === 0 ? recordsNamed(block.bytes, idsIn(block.place, sorted)) : undefined) ??
      (await recordsOf(part, block, (piece, index) => ids.has(recordId(piece, index, id))));
    for (const record of records) yield columns.row(part.data, parseRecord(record));
  }
}

/** The records of a block, found by looking at all of them. */
async function recordsOf(
  part: ObjectPart,
  block: UnpackedBlock,
  isWanted: (piece: RecordPiece, index: number) => boolean = () => true
): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const piece of piecesOfBlock(part, block))
    for (const index of piece.ends.keys()) if (isWanted(piece, index)) found.push(recordAt(piece, index));
  return found;
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
      columns = new Columns(describe, parseRecord(recordAt(piece, 0)));
      rest = withoutFirst(piece);
    }
    for (const index of wanted(rest, columns)) yield columns.row(part.data, parseRecord(recordAt(rest, index)));
  }
}
