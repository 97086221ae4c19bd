import { availableParallelism } from 'node:os';
import { constants, createGzip, type Gzip, type ZlibReset } from 'node:zlib';

/** Little is gained by more: a third of the size for four times the work. */
const LEVEL = 2;
/** A block mostly fits in one such piece; the library's own size would take two or three. */
const CHUNK_BYTES = 32 * 1024;

/**
 * Makes one gzip member after the other with the same compressor, beside the main thread: a new one for each member would
 * cost a fifth more time, and memory in pieces that are never given back.
 */
class Packer {
  // The types know of a reset only for the raw format; the documentation and zlib know it for all that compress.
  private readonly gzip = createGzip({ level: LEVEL, chunkSize: CHUNK_BYTES }) as Gzip & ZlibReset;
  private pieces: Buffer[] = [];

  public constructor() {
    this.gzip.on('data', (piece: Buffer) => this.pieces.push(piece));
  }

  public pack(raw: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.gzip.once('error', reject);
      this.gzip.write(raw);
      this.gzip.flush(constants.Z_FINISH, () => {
        // Copied: a piece is part of something larger, which would stay as long as it does.
        const member = Buffer.concat(this.pieces);
        this.pieces = [];
        this.gzip.reset();
        this.gzip.off('error', reject);
        resolve(member);
      });
    });
  }
}

const MOST_PACKERS = Math.min(4, Math.max(2, availableParallelism()));
const idle: Packer[] = [];
const queue: Array<(packer: Packer) => void> = [];
let packers = 0;

/** These bytes as a gzip member. They must not be changed before it is made. */
export async function gzipMember(raw: Buffer): Promise<Buffer> {
  const packer = await nextPacker();
  let member: Buffer;
  try {
    member = await packer.pack(raw);
  } catch (error) {
    // One that failed is in no known state.
    hand(new Packer());
    throw error;
  }
  hand(packer);
  return member;
}

function nextPacker(): Packer | Promise<Packer> {
  const free = idle.pop();
  if (free) return free;
  if (packers < MOST_PACKERS) {
    packers += 1;
    return new Packer();
  }
  return new Promise((resolve) => queue.push(resolve));
}

function hand(packer: Packer): void {
  const waiting = queue.shift();
  if (waiting) waiting(packer);
  else idle.push(packer);
}
