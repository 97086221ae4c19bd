import { promisify } from 'node:util';
import { createGunzip, gunzip, type ZlibOptions } from 'node:zlib';
import { PieceSplitter, type RecordPiece } from '../records/csvRecords.js';
import type { StoreFolder } from '../store/ports.js';
import { BLOCK_BYTES } from './recordBlocks.js';
import { parseIndex, type BlockPlace } from './recordIndex.js';
import { passed } from './shrinkHeap.js';
import type { ObjectPart } from './snapshotFormat.js';

const decompress = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
/** Blocks that are decompressed by one call: a decompressor for each would take as long as its work. */
const TOGETHER = 16;
/** Such calls that are under way, beside the main thread. */
const AHEAD = 4;
/** A gzip member ends with the length of what it holds (RFC 1952). */
const LENGTH_BYTES = 4;
/** A decompressor that was given just enough room asks for more before it sees that it is done. */
const SPARE_BYTES = 64;
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

/** Indexes that were read, by folder and path: a file of a store never changes, and that of a large object has megabytes. */
const INDEXES = new WeakMap<StoreFolder, Map<string, Promise<readonly BlockPlace[]>>>();

export async function readIndex(folder: StoreFolder, path: string): Promise<readonly BlockPlace[]> {
  const known = INDEXES.get(folder) ?? new Map<string, Promise<readonly BlockPlace[]>>();
  INDEXES.set(folder, known);
  const reading = known.get(path) ?? parsedIndex(folder, path);
  known.set(path, reading);
  reading.catch(() => known.delete(path));
  return reading;
}

async function parsedIndex(folder: StoreFolder, path: string): Promise<readonly BlockPlace[]> {
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
  for await (const { raw, blocks } of batchesOf(folder, part, places))
    yield* wholePieces(part, [raw], recordsIn(blocks.map(({ place }) => place)));
}

/** The records of one block. */
export function piecesOfBlock(part: ObjectPart, { place, bytes }: UnpackedBlock): AsyncGenerator<RecordPiece> {
  return wholePieces(part, [bytes], recordsIn([place]));
}

/** A block as it was before it was compressed: whole records, one after the other. */
export interface UnpackedBlock {
  readonly place: BlockPlace;
  readonly bytes: Buffer;
}

/** These blocks, in their order, proven by their checksums. */
export async function* unpackedBlocks(
  folder: StoreFolder,
  part: ObjectPart,
  places: readonly BlockPlace[]
): AsyncGenerator<UnpackedBlock> {
  for await (const { blocks } of batchesOf(folder, part, places)) yield* blocks;
}

interface Batch {
  readonly raw: Buffer;
  readonly blocks: readonly UnpackedBlock[];
}

/** Blocks that were decompressed together, while the next ones are. */
async function* batchesOf(folder: StoreFolder, part: ObjectPart, places: readonly BlockPlace[]): AsyncGenerator<Batch> {
  const packed = folder.readParts(part.data, places);
  const started: Array<Promise<Batch>> = [];
  const batches = Math.ceil(places.length / TOGETHER);
  try {
    for (let next = 0, at = 0; at < batches; at += 1) {
      for (; next < batches && next < at + AHEAD; next += 1) {
        const batch = places.slice(next * TOGETHER, (next + 1) * TOGETHER);
        started.push(unpacked(part, batch, await nextOf(packed, batch.length)));
        // It is waited for later, unless an earlier one fails.
        started.at(-1)?.catch(() => undefined);
      }
      yield await (started.shift() as Promise<Batch>);
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

/** Gzip members, one after the other, each of which is a block. */
async function unpacked(part: ObjectPart, places: readonly BlockPlace[], members: readonly Buffer[]): Promise<Batch> {
  const lengths = members.map((member) => member.readUInt32LE(member.length - LENGTH_BYTES));
  const length = lengths.reduce((sum, one) => sum + one, 0);
  const raw = await decompress(Buffer.concat(members), {
    chunkSize: Math.min(length, TOGETHER * BLOCK_BYTES) + SPARE_BYTES,
  });
  passed(length);
  if (raw.length !== length) throw new Error(`blocks of ${part.data} hold ${raw.length} bytes, they say ${length}`);
  let end = 0;
  const blocks = places.map((place, n) => {
    const from = end;
    end += lengths[n] ?? 0;
    return { place, bytes: raw.subarray(from, end) };
  });
  return { raw, blocks };
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
