/**
 * A byte-level splitter of CSV (RFC 4180, comma, as Bulk API 2.0 writes it) into records: finds the ends of records
 * without decoding text, so that a multi-gigabyte page costs one pass over its bytes and no memory.
 */

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** Feed it chunks; it calls `onRecord` with the bytes of each whole record, without its line break. */
export class RecordSplitter {
  private rest: Buffer[] = [];
  private restLength = 0;
  private quoted = false;

  public constructor(private readonly onRecord: (record: Buffer) => void) {}

  public push(chunk: Buffer): void {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      // A doubled quote toggles twice: no special case is needed to find the end of a record.
      if (byte === QUOTE) this.quoted = !this.quoted;
      else if (byte === LF && !this.quoted) {
        this.emit(chunk.subarray(from, at));
        from = at + 1;
      }
    }
    if (from < chunk.length) {
      this.rest.push(chunk.subarray(from));
      this.restLength += chunk.length - from;
    }
  }

  /** The end of the input: emits a last record without line break. Returns false when a quote is still open. */
  public end(): boolean {
    if (this.restLength > 0) this.emit(Buffer.alloc(0));
    return !this.quoted;
  }

  private emit(tail: Buffer): void {
    let record = tail;
    if (this.restLength > 0) {
      record = Buffer.concat([...this.rest, tail], this.restLength + tail.length);
      this.rest = [];
      this.restLength = 0;
    }
    if (record.length > 0 && record[record.length - 1] === CR) record = record.subarray(0, record.length - 1);
    if (record.length > 0) this.onRecord(record);
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
