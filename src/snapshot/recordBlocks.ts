import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { recordId, type RecordPiece } from '../records/csvRecords.js';

/** Raw bytes of a block: small enough that one row is read for little, large enough to be compressed well. */
const BLOCK_BYTES = 128 * 1024;
/** Little is gained by more: a third of the size for four times the work. */
const LEVEL = 2;

const compress = promisify(gzip);

/** Rows that were compressed by themselves: a gzip member, which can be read without those before it. */
export interface Block {
  readonly bytes: Buffer;
  readonly rawBytes: number;
  readonly rows: number;
  /** Least and greatest of the rows' Ids; empty for the header. */
  readonly least: string;
  readonly greatest: string;
}

/** Gathers records into blocks and compresses them beside the main thread. */
export class BlockBuilder {
  private pieces: Buffer[] = [];
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
    for (let index = 0; index < piece.ends.length; index += 1) {
      const id = recordId(piece, index, this.idColumn);
      if (this.rows === 0 || id < this.least) this.least = id;
      if (this.rows === 0 || id > this.greatest) this.greatest = id;
      this.rows += 1;
    }
    this.pieces.push(piece.bytes);
    this.size += piece.bytes.length;
    if (this.size >= BLOCK_BYTES) this.end();
  }

  /** What was gathered so far becomes a block. */
  public end(): void {
    if (this.size === 0) return;
    const raw = Buffer.concat(this.pieces, this.size);
    const { rows, least, greatest } = this;
    this.pieces = [];
    this.size = 0;
    this.rows = 0;
    this.onBlock(compressed(raw, { rows, least, greatest }), raw.length);
  }
}

export async function compressed(raw: Buffer, of: Pick<Block, 'rows' | 'least' | 'greatest'>): Promise<Block> {
  return { bytes: await compress(raw, { level: LEVEL }), rawBytes: raw.length, ...of };
}
