const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Counts the records of a CSV stream by the rules of `RecordSplitter`, without cutting them out: one pass over the bytes
 * and nothing kept but the first record.
 */
export class RecordCounter {
  private count = 0;
  private quoted = false;
  /** Bytes of the record that is open, and the last of them. */
  private length = 0;
  private last = 0;
  private first: Buffer[] = [];

  public push(chunk: Buffer): void {
    // Fields are kept in variables while the loop runs: it sees every byte of every backup.
    let { count, quoted, length } = this;
    let from = 0;
    const end = chunk.length;
    for (let at = 0; at < end; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === LF && !quoted) {
        length += at - from;
        if (isRecord(length, at > 0 ? (chunk[at - 1] as number) : this.last)) {
          if (count === 0) this.first.push(chunk.subarray(from, at));
          count += 1;
        }
        length = 0;
        from = at + 1;
      }
    }
    if (count === 0 && from < end) this.first.push(chunk.subarray(from));
    this.count = count;
    this.quoted = quoted;
    this.length = length + end - from;
    if (end > 0) this.last = chunk[end - 1] as number;
  }

  /** The number of records, a last one without line break included; `whole` is false when a quote is still open. */
  public end(): { readonly records: number; readonly whole: boolean; readonly header: Buffer } {
    const open = isRecord(this.length, this.last) ? 1 : 0;
    const header = Buffer.concat(this.first);
    return {
      records: this.count + open,
      whole: !this.quoted,
      header: header.at(-1) === CR ? header.subarray(0, -1) : header,
    };
  }
}

/** A line that is empty, or holds only the carriage return of its break, is no record. */
function isRecord(length: number, last: number): boolean {
  return length > 1 || (length === 1 && last !== CR);
}
