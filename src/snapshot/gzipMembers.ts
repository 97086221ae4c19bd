import { availableParallelism } from 'node:os';
import { constants, createGzip, type Gzip, type ZlibReset } from 'node:zlib';
import type { SpareBuffers } from './spareBuffers.js';

/** Little is gained by more: a third of the size for four times the work. */
const LEVEL = 2;
/** Several blocks fit in one such piece: one that is cut by its end is handed to a thread twice. */
const CHUNK_BYTES = 128 * 1024;

/**
 * Makes one gzip member after the other with the same compressor, beside the main thread: a new one for each member would
 * cost a fifth more time, and memory in pieces that are never given back.
 */
class Packer {
  // The types know of a reset only for the raw format; the documentation and zlib know it for all that compress.
  // What is written in one go is a member: its end is not handed to a thread by itself.
  private readonly gzip = createGzip({
    level: LEVEL,
    chunkSize: CHUNK_BYTES,
    flush: constants.Z_FINISH,
  }) as Gzip & ZlibReset;
  private pieces: Buffer[] = [];

  public constructor() {
    this.gzip.on('data', (piece: Buffer) => this.pieces.push(piece));
  }

  public pack(raw: Buffer, spare: SpareBuffers): Promise<Member> {
    return new Promise((resolve, reject) => {
      this.gzip.once('error', reject);
      this.gzip.write(raw, (error) => {
        // `reject` was told.
        if (error) return;
        // Copied: a piece is part of something larger, which would stay as long as it does.
        const size = this.pieces.reduce((sum, piece) => sum + piece.length, 0);
        const whole = spare.take(size);
        let at = 0;
        for (const piece of this.pieces) at += piece.copy(whole, at);
        this.pieces = [];
        this.gzip.reset();
        this.gzip.off('error', reject);
        resolve({ bytes: whole.subarray(0, size), whole });
      });
    });
  }
}

/** A gzip member, and the buffer that it lies in. */
export interface Member {
  readonly bytes: Buffer;
  readonly whole: Buffer;
}

const MOST_PACKERS = Math.min(4, Math.max(2, availableParallelism()));
const idle: Packer[] = [];
const queue: Array<(packer: Packer) => void> = [];
let packers = 0;

/** These bytes as a gzip member. They must not be changed before it is made. */
export async function gzipMember(raw: Buffer, spare: SpareBuffers): Promise<Member> {
  const packer = await nextPacker();
  let member: Member;
  try {
    member = await packer.pack(raw, spare);
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
