import { recordAt, recordId, type RecordPiece } from '../records/csvRecords.js';
import type { StoreFolder } from '../store/ports.js';
import type { BlockPlace } from './recordIndex.js';
import { piecesOfBlocks } from './recordPieces.js';
import type { ObjectPart } from './snapshotFormat.js';

/** True when every block begins behind the one before: Ids can be looked for as in a dictionary. */
export function isInIdOrder(places: readonly BlockPlace[]): boolean {
  return places.every((place, at) => at < 2 || (places[at - 1] as BlockPlace).greatest < place.least);
}

/**
 * Goes through a record file in Id order, beginning wherever it is asked to: finds the record of an Id, when the Ids asked
 * for mostly climb, by reading each block once. The index has to be in Id order.
 */
export class RecordCursor {
  private pieces: AsyncGenerator<RecordPiece> | undefined;
  private piece: RecordPiece | undefined;
  private index = 0;
  private ordinal = 0;
  private last = '';

  public constructor(
    private readonly folder: StoreFolder,
    private readonly part: ObjectPart,
    /** Blocks with rows; without that of the header. */
    private readonly places: readonly BlockPlace[],
    private readonly idColumn: number
  ) {}

  /** The record with this Id and its place among all rows of the file, from 0.. */
  public async find(id: string): Promise<{ readonly record: Buffer; readonly ordinal: number } | undefined> {
    if (!this.pieces || id < this.last) await this.seek(id);
    this.last = id;
    while (this.piece) {
      const { piece } = this;
      for (; this.index < piece.ends.length; this.index += 1, this.ordinal += 1) {
        const here = recordId(piece, this.index, this.idColumn);
        if (here < id) continue;
        return here === id ? { record: recordAt(piece, this.index), ordinal: this.ordinal } : undefined;
      }
      await this.next();
    }
    return undefined;
  }

  public async close(): Promise<void> {
    await this.pieces?.return(undefined);
  }

  private async seek(id: string): Promise<void> {
    await this.close();
    const start = this.places.findIndex((place) => place.greatest >= id);
    const from = start < 0 ? this.places.length : start;
    this.ordinal = this.places.slice(0, from).reduce((sum, place) => sum + place.rows, 0);
    this.pieces = piecesOfBlocks(this.folder, this.part, this.places.slice(from));
    await this.next();
  }

  private async next(): Promise<void> {
    const next = await this.pieces?.next();
    this.piece = next && !next.done ? next.value : undefined;
    this.index = 0;
  }
}
