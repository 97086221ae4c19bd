import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { PieceSplitter, type RecordPiece } from '../records/csvRecords.js';
import type { StoreFolder } from '../store/ports.js';
import { parseIndex, type BlockPlace } from './recordIndex.js';
import type { ObjectPart } from './snapshotFormat.js';

const decompress = promisify(gunzip);
/** Blocks that are read and decompressed ahead, beside the main thread. */
const AHEAD = 6;
/** What a decompressor hands out at once; its default would cost a call for every 16 KiB. */
const CHUNK_BYTES = 256 * 1024;

/**
 * The records of a file, header included, in file order. Throws when the file, or a block of it, ends inside a record or
 * has other rows than its index says: a damaged file is never read as fewer rows.
 */
export async function* recordPieces(folder: StoreFolder, part: ObjectPart): AsyncGenerator<RecordPiece> {
  if (part.index) yield* piecesOfBlocks(folder, part, await readIndex(folder, part.index));
  else yield* piecesOfStream(folder, part);
}

export async function readIndex(folder: StoreFolder, path: string): Promise<BlockPlace[]> {
  const places = parseIndex((await folder.read(path)).toString('utf8'));
  if (places[0]?.rows !== 0) throw new Error(`${path} names no header`);
  return places;
}

/** These blocks, in their order. */
export async function* piecesOfBlocks(
  folder: StoreFolder,
  part: ObjectPart,
  places: readonly BlockPlace[]
): AsyncGenerator<RecordPiece> {
  const started: Array<Promise<Buffer>> = [];
  for (let next = 0, at = 0; at < places.length; at += 1) {
    for (; next < places.length && next < at + AHEAD; next += 1) {
      const raw = rawBlock(folder, part, places[next] as BlockPlace);
      // It is waited for below, unless an earlier one fails.
      raw.catch(() => undefined);
      started.push(raw);
    }
    yield* wholePieces(part, [await (started.shift() as Promise<Buffer>)], (places[at] as BlockPlace).rows);
  }
}

async function rawBlock(folder: StoreFolder, part: ObjectPart, place: BlockPlace): Promise<Buffer> {
  return decompress(await folder.readPart(part.data, place.offset, place.bytes));
}

async function* piecesOfStream(folder: StoreFolder, part: ObjectPart): AsyncGenerator<RecordPiece> {
  const raw = folder.readStream(part.data);
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES });
  raw.on('error', (error) => unzip.destroy(error));
  yield* wholePieces(part, raw.pipe(unzip) as AsyncIterable<Buffer>);
}

/** Splits chunks into records; `rows` is how many there have to be, where it is known (0 stands for the header alone). */
async function* wholePieces(
  part: ObjectPart,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  rows?: number
): AsyncGenerator<RecordPiece> {
  let ready: RecordPiece[] = [];
  let records = 0;
  const splitter = new PieceSplitter((piece) => {
    ready.push(piece);
    records += piece.ends.length;
  });
  for await (const chunk of chunks) {
    splitter.push(chunk);
    const batch = ready;
    ready = [];
    yield* batch;
  }
  if (!splitter.end()) throw new Error(`${part.data} ends inside a row`);
  if (rows !== undefined && records !== Math.max(rows, 1))
    throw new Error(`a block of ${part.data} has ${records} rows, its index says ${rows}`);
  yield* ready;
}
