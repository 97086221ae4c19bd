import { recordId, type RecordPiece } from '../records/csvRecords.js';
import { gzipMember } from './gzipMembers.js';
import { SpareBuffers } from './spareBuffers.js';

/** Raw bytes of a block at most: small enough that one row is read for little, large enough to be compressed well. */
export const BLOCK_BYTES = 64 * 1024;

/** For blocks that are filled or compressed, and for those that wait compressed. */
const SPARE = new SpareBuffers(6 * 1024 * 1024);

/** Rows that were compressed by themselves: a gzip member, which can be read without those before it. */
export interface Block {
  readonly bytes: Buffer;
  readonly rawBytes: number;
  readonly rows: number;
  /** Least and greatest of the rows' Ids; empty for the header. */
  readonly least: string;
  readonly greatest: string;
  /** To be called when nobody looks at `bytes` any more. */
  readonly release: () => void;
}

/** Gathers records into blocks and compresses them beside the main thread. Keeps nothing of what it is given. */
export class BlockBuilder {
  private buffer: Buffer | undefined;
  private size = 0;
  private rows = 0;
  private least = '';
  private greatest = '';

  public constructor(
    /** Takes each block, in order, while it is still being compressed. */
    private readonly onBlock: (block: Promise<Block>, rawBytes: number) => void,
    /** Which cell of a record is its Id. */
    private readonly idColumn: number
  ) {}

  public add(piece: RecordPiece): void {
    const { bytes, ends } = piece;
    let [copied, end] = [0, 0];
    const copy = (): void => {
      this.buffer ??= SPARE.take(BLOCK_BYTES);
      this.size += bytes.copy(this.buffer, this.size, copied, end);
      copied = end;
    };
    for (let index = 0; index < ends.length; index += 1) {
      const start = end;
      const next = ends[index] as number;
      if (this.size + next - copied > BLOCK_BYTES) {
        copy();
        this.end();
      }
      this.count(recordId(piece, index, this.idColumn));
      end = next;
      if (end - start <= BLOCK_BYTES) continue;
      // A record that no block can hold is one by itself.
      this.hand(Buffer.from(bytes.subarray(start, end)));
      copied = end;
    }
    copy();
  }

  /** What was gathered so far becomes a block. */
  public end(): void {
    const { buffer, size } = this;
    if (!buffer || size === 0) return;
    this.buffer = undefined;
    this.size = 0;
    this.hand(buffer.subarray(0, size), () => SPARE.give(buffer));
  }

  private count(id: string): void {
    if (this.rows === 0 || id < this.least) this.least = id;
    if (this.rows === 0 || id > this.greatest) this.greatest = id;
    this.rows += 1;
  }

  private hand(raw: Buffer, done: () => void = () => undefined): void {
    const { rows, least, greatest } = this;
    this.rows = 0;
    this.onBlock(compressed(raw, { rows, least, greatest }).finally(done), raw.length);
  }
}

export async function compressed(raw: Buffer, of: Pick<Block, 'rows' | 'least' | 'greatest'>): Promise<Block> {
  const { bytes, whole } = await gzipMember(raw, SPARE);
  return { bytes, rawBytes: raw.length, ...of, release: () => SPARE.give(whole) };
}
