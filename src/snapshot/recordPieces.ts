import { promisify } from 'node:util';
import { createGunzip, gunzip, type ZlibOptions } from 'node:zlib';
import { PieceSplitter, type RecordPiece } from '../records/csvRecords.js';
import type { StoreFolder } from '../store/ports.js';
import { BLOCK_BYTES } from './recordBlocks.js';
import { parseIndex, type BlockPlace } from './recordIndex.js';
import type { ObjectPart } from './snapshotFormat.js';

const decompress = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
/** Blocks that are decompressed by one call: a decompressor for each would take as long as its work. */
const TOGETHER = 16;
/** A little more than they hold, so that they are unpacked in one go. */
const UNPACKED = { chunkSize: TOGETHER * BLOCK_BYTES + 1024 };
/** Such calls that are under way, beside the main thread. */
const AHEAD = 2;
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

/** The records of these blocks, in their order. */
export async function* piecesOfBlocks(
  folder: StoreFolder,
  part: ObjectPart,
  places: readonly BlockPlace[]
): AsyncGenerator<RecordPiece> {
  const packed = folder.readParts(part.data, places);
  const started: Array<Promise<Buffer>> = [];
  const batches = Math.ceil(places.length / TOGETHER);
  try {
    for (let next = 0, at = 0; at < batches; at += 1) {
      for (; next < batches && next < at + AHEAD; next += 1) started.push(unpacked(await nextOf(packed, TOGETHER)));
      const raw = await (started.shift() as Promise<Buffer>);
      yield* wholePieces(part, [raw], recordsIn(places.slice(at * TOGETHER, (at + 1) * TOGETHER)));
    }
  } finally {
    await packed.return(undefined);
  }
}

/** The next so many parts, or what is left of them. */
async function nextOf(parts: AsyncGenerator<Buffer>, count: number): Promise<Buffer[]> {
  const found: Buffer[] = [];
  while (found.length < count) {
    const next = await parts.next();
    if (next.done) break;
    found.push(next.value);
  }
  return found;
}

/** The bytes of gzip members, one after the other. */
function unpacked(members: readonly Buffer[]): Promise<Buffer> {
  const raw = decompress(Buffer.concat(members), UNPACKED);
  // It is waited for later, unless an earlier one fails.
  raw.catch(() => undefined);
  return raw;
}

/** How many records blocks have to hold; the header is a block and a record of its own. */
function recordsIn(places: readonly BlockPlace[]): number {
  return places.reduce((sum, { rows }) => sum + Math.max(rows, 1), 0);
}

async function* piecesOfStream(folder: StoreFolder, part: ObjectPart): AsyncGenerator<RecordPiece> {
  const raw = folder.readStream(part.data);
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES });
  raw.on('error', (error) => unzip.destroy(error));
  yield* wholePieces(part, raw.pipe(unzip) as AsyncIterable<Buffer>);
}

/** Splits chunks into records; `expected` is how many there have to be, where it is known. */
async function* wholePieces(
  part: ObjectPart,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  expected?: number
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
  if (expected !== undefined && records !== expected)
    throw new Error(`blocks of ${part.data} have ${records} rows, its index says ${expected}`);
  yield* ready;
}
