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
    const quotes = new QuoteParity(chunk);
    let ends: number[] = [];
    let quoted = this.quoted;
    // Start of the record that is looked at, and of the piece; before the chunk where it began in an earlier one.
    let record = -this.restLength;
    let from = Math.max(record, 0);
    let at = -1;
    for (;;) {
      const before = at + 1;
      at = chunk.indexOf(LF, before);
      // A doubled quote toggles twice: no special case is needed to find the end of a record.
      if (quotes.isOdd(before, at < 0 ? chunk.length : at)) quoted = !quoted;
      if (at < 0) break;
      if (quoted) continue;
      const isEmpty = this.isEmpty(chunk, record, at);
      if (record < 0) {
        // Copied by itself, so that the records behind it need not be.
        if (!isEmpty) this.onPiece(this.endOfRest(chunk, at + 1));
        this.drop();
        from = at + 1;
      } else if (isEmpty) {
        this.hand(chunk, from, record, ends);
        ends = [];
        from = at + 1;
      } else ends.push(at + 1 - from);
      record = at + 1;
    }
    this.quoted = quoted;
    this.hand(chunk, from, record, ends);
    if (record < chunk.length) this.keep(chunk.subarray(Math.max(record, 0)));
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
    if (ends.length > 0) this.onPiece({ bytes: chunk.subarray(from, to), ends });
  }

  private endOfRest(chunk: Buffer, to: number): RecordPiece {
    const bytes = Buffer.concat([...this.rest, chunk.subarray(0, to)], this.restLength + to);
    return { bytes, ends: [bytes.length] };
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

/** Four quotes, and masks of the low seven bits and of the highest bit of four bytes. */
const QUOTES = 0x22222222;
const LOW_BITS = 0x7f7f7f7f;

/** Says whether a stretch of bytes has an odd number of quotes, four bytes at a time. */
class QuoteParity {
  private readonly words: Int32Array;
  /** Where the words begin in the bytes. */
  private readonly first: number;

  public constructor(private readonly bytes: Buffer) {
    const aligned = (4 - (bytes.byteOffset & 3)) & 3;
    const words = Math.max(0, (bytes.length - aligned) >> 2);
    this.first = words > 0 ? aligned : bytes.length;
    this.words = words > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + aligned, words) : new Int32Array(0);
  }

  public isOdd(from: number, to: number): boolean {
    const { bytes, words, first } = this;
    let at = from;
    let odd = 0;
    for (; at < to && (at < first || ((at - first) & 3) !== 0); at += 1) odd ^= bytes[at] === QUOTE ? 1 : 0;
    const last = (to - first) >> 2;
    let marks = 0;
    let word = (at - first) >> 2;
    for (; at < to && word < last; word += 1) {
      const other = (words[word] as number) ^ QUOTES;
      // The highest bit of each byte that is a quote.
      marks ^= ~(((other & LOW_BITS) + LOW_BITS) | 0 | other | LOW_BITS);
    }
    marks ^= marks >>> 16;
    marks ^= marks >>> 8;
    odd ^= (marks >>> 7) & 1;
    for (at = Math.max(at, first + word * 4); at < to; at += 1) odd ^= bytes[at] === QUOTE ? 1 : 0;
    return odd === 1;
  }
}

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
