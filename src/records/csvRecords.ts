/**
 * A byte-level splitter of CSV (RFC 4180, comma, as Bulk API 2.0 writes it) into records: finds the ends of records
 * without decoding text, so that a multi-gigabyte page costs one pass over its bytes and no memory.
 */

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** Bytes of whole records, one after the other, each with its line break. */
export interface RecordPiece {
  readonly bytes: Buffer;
  /** Where each record ends, behind its line break. */
  readonly ends: readonly number[];
}

/**
 * Feed it chunks; for each it calls `onPiece` with the records that are whole by then. Empty lines are left out. Bytes are
 * not copied where a piece lies within one chunk.
 */
export class PieceSplitter {
  private rest: Buffer[] = [];
  private restLength = 0;
  private quoted = false;

  public constructor(private readonly onPiece: (piece: RecordPiece) => void) {}

  public push(chunk: Buffer): void {
    let ends: number[] = [];
    let quoted = this.quoted;
    // Start of the record that is looked at, and of the piece; before the chunk where they began in an earlier one.
    let record = -this.restLength;
    let from = record;
    const { length } = chunk;
    for (let at = 0; at < length; at += 1) {
      const byte = chunk[at];
      // A doubled quote toggles twice: no special case is needed to find the end of a record.
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === LF && !quoted) {
        if (this.isEmpty(chunk, record, at)) {
          this.hand(chunk, from, record, ends);
          ends = [];
          from = at + 1;
        } else ends.push(at + 1 - from);
        record = at + 1;
      }
    }
    this.quoted = quoted;
    this.hand(chunk, from, record, ends);
    if (record < length) this.keep(chunk.subarray(Math.max(record, 0)));
  }

  /** The end of the input: a last record without line break gets one. Returns false when a quote is still open. */
  public end(): boolean {
    if (this.restLength > 0) {
      const bytes = Buffer.concat([...this.rest, LINE_END], this.restLength + 1);
      this.drop();
      if (!(bytes.length === 2 && bytes[0] === CR)) this.onPiece({ bytes, ends: [bytes.length] });
    }
    return !this.quoted;
  }

  /** Whether a line holds nothing, or only the first half of CR LF. */
  private isEmpty(chunk: Buffer, from: number, at: number): boolean {
    const size = at - from;
    if (size > 1) return false;
    return size === 0 || (from < 0 ? this.rest.at(-1)?.at(-1) : chunk[from]) === CR;
  }

  private hand(chunk: Buffer, from: number, to: number, ends: readonly number[]): void {
    if (ends.length === 0) {
      // Only an empty line can have used up what was kept.
      if (to >= 0) this.drop();
      return;
    }
    if (from >= 0) return this.onPiece({ bytes: chunk.subarray(from, to), ends });
    const bytes = Buffer.concat([...this.rest, chunk.subarray(0, to)], this.restLength + to);
    this.drop();
    this.onPiece({ bytes, ends });
  }

  private keep(bytes: Buffer): void {
    this.rest.push(bytes);
    this.restLength += bytes.length;
  }

  private drop(): void {
    this.rest = [];
    this.restLength = 0;
  }
}

const LINE_END = Buffer.from([LF]);

/** A record of a piece without its line break. */
export function recordAt({ bytes, ends }: RecordPiece, index: number): Buffer {
  const from = index === 0 ? 0 : (ends[index - 1] as number);
  let to = (ends[index] as number) - 1;
  if (to > from && bytes[to - 1] === CR) to -= 1;
  return bytes.subarray(from, to);
}

/** The Id of a record; `column` is the cell that has it, mostly the first one, with 18 characters, in quotes. */
export function recordId(piece: RecordPiece, index: number, column: number): string {
  const from = index === 0 ? 0 : (piece.ends[index - 1] as number);
  const { bytes } = piece;
  if (column === 0 && bytes[from] === QUOTE && bytes[from + 19] === QUOTE)
    return bytes.toString('latin1', from + 1, from + 19);
  return parseRecord(recordAt(piece, index))[column] ?? '';
}

/** A piece without its first records. */
export function withoutFirst({ bytes, ends }: RecordPiece, count = 1): RecordPiece {
  if (count === 0) return { bytes, ends };
  const from = ends[Math.min(count, ends.length) - 1] ?? 0;
  return { bytes: bytes.subarray(from), ends: ends.slice(count).map((end) => end - from) };
}

/** A record as a piece of its own. */
export function pieceOf(cells: readonly string[]): RecordPiece {
  const bytes = Buffer.from(`${formatRecord(cells)}\n`, 'utf8');
  return { bytes, ends: [bytes.length] };
}

/** Feed it chunks; it calls `onRecord` with the bytes of each whole record, without its line break. */
export class RecordSplitter {
  private readonly pieces: PieceSplitter;

  public constructor(onRecord: (record: Buffer) => void) {
    this.pieces = new PieceSplitter((piece) => {
      for (let index = 0; index < piece.ends.length; index += 1) onRecord(recordAt(piece, index));
    });
  }

  public push(chunk: Buffer): void {
    this.pieces.push(chunk);
  }

  /** The end of the input: emits a last record without line break. Returns false when a quote is still open. */
  public end(): boolean {
    return this.pieces.end();
  }
}

/** The cells of one record. Quoted cells lose their quotes; `""` inside becomes `"`. */
export function parseRecord(record: Buffer): string[] {
  const text = record.toString('utf8');
  const cells: string[] = [];
  let at = 0;
  while (at <= text.length) {
    if (text[at] === '"') {
      let cell = '';
      at += 1;
      for (;;) {
        const close = text.indexOf('"', at);
        if (close < 0) throw new Error('a quoted cell does not end');
        cell += text.slice(at, close);
        at = close + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at += 1;
      }
      if (at < text.length && text[at] !== ',') throw new Error('text after a quoted cell');
      cells.push(cell);
    } else {
      const comma = text.indexOf(',', at);
      const end = comma < 0 ? text.length : comma;
      cells.push(text.slice(at, end));
      at = end;
    }
    if (at >= text.length) break;
    at += 1;
    if (at === text.length) {
      cells.push('');
      break;
    }
  }
  return cells;
}

/** One CSV record in the form Bulk results have: every cell quoted. */
export function formatRecord(cells: readonly string[]): string {
  return cells.map((cell) => `"${cell.replace(/"/g, '""')}"`).join(',');
}
