/**
 * Looks for a few records in a block as for words in a dictionary, so that the many others in it are neither split nor
 * decoded: of a thousand rows spread over a million, each lies in a block of its own, with a hundred that nobody asked for.
 */

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const COMMA = 0x2c;
const ID_LENGTH = 18;
const LINE_START = Buffer.from('\n"');

/** For more Ids in one block, going through all of its records takes less. */
const MOST_IDS = 6;

/**
 * The records with these Ids, which have to be sorted, without their line breaks. Undefined where they have to be looked
 * for one by one: because they are many, or one was not found. That one may not be there, or the records may be in no
 * order, or written in another form. `bytes` are whole records whose first cell is the Id.
 */
export function recordsNamed(bytes: Buffer, sorted: readonly string[]): Buffer[] | undefined {
  if (sorted.length > MOST_IDS) return undefined;
  const found: Buffer[] = [];
  let from = 0;
  for (const id of sorted) {
    const start = startOf(bytes, id, from);
    if (start === undefined) return undefined;
    found.push(recordFrom(bytes, start));
    from = start;
  }
  return found;
}

/** Where the record with this Id begins, not before `from`, if the records from there on are in Id order. */
function startOf(bytes: Buffer, id: string, from: number): number | undefined {
  let [low, high] = [from, bytes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = firstStart(bytes, middle, high);
    if (start === undefined) {
      high = middle;
      continue;
    }
    const here = bytes.toString('latin1', start + 1, start + 1 + ID_LENGTH);
    if (here === id) return start;
    if (here < id) low = start + 1;
    else high = middle;
  }
  return undefined;
}

/**
 * Where the first record that begins within these bounds does so. Inside a quoted cell every quote is doubled, and one
 * that ends the cell is followed by a comma or a line end: a line that begins with a quote and an Id begins a record.
 */
function firstStart(bytes: Buffer, from: number, to: number): number | undefined {
  if (from === 0 && beginsWithId(bytes, 0)) return 0;
  for (let at = bytes.indexOf(LINE_START, Math.max(from - 1, 0)); at >= 0; at = bytes.indexOf(LINE_START, at + 1)) {
    if (at + 1 >= to) return undefined;
    if (beginsWithId(bytes, at + 1)) return at + 1;
  }
  return undefined;
}

function beginsWithId(bytes: Buffer, start: number): boolean {
  const end = start + 1 + ID_LENGTH;
  if (bytes[start] !== QUOTE || bytes[end] !== QUOTE) return false;
  const behind = bytes[end + 1];
  if (behind !== COMMA && behind !== LF && behind !== CR && behind !== undefined) return false;
  for (let at = start + 1; at < end; at += 1) if (!isIdCharacter(bytes[at] as number)) return false;
  return true;
}

const isIdCharacter = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);

function recordFrom(bytes: Buffer, start: number): Buffer {
  let quoted = false;
  let end = start;
  for (; end < bytes.length && (quoted || bytes[end] !== LF); end += 1) if (bytes[end] === QUOTE) quoted = !quoted;
  if (quoted) throw new Error('a block ends inside a row');
  return bytes.subarray(start, bytes[end - 1] === CR ? end - 1 : end);
}
