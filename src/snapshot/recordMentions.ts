import type { RecordPiece } from '../records/csvRecords.js';

/** Characters of an Id that no other record of the org shares; the last three only tell the case of the others. */
const SHORT_ID = 15;
const KEY_PREFIX = 3;

/**
 * A search for records that hold one of these Ids anywhere, as 15 or 18 characters: looks at bytes only, so that the
 * many records that hold none are never decoded. It may name a record where the characters stand in a longer word.
 */
export function mentionsOf(ids: ReadonlySet<string>): (piece: RecordPiece) => number[] {
  const short = new Set([...ids].map((id) => id.slice(0, SHORT_ID)));
  const prefixes = [...new Set([...short].map((id) => id.slice(0, KEY_PREFIX)))].map((prefix) => Buffer.from(prefix));
  return ({ bytes, ends }) => {
    const found = new Set<number>();
    for (const prefix of prefixes) {
      for (let at = bytes.indexOf(prefix); at >= 0; at = bytes.indexOf(prefix, at + 1))
        if (short.has(bytes.toString('latin1', at, at + SHORT_ID))) found.add(recordWith(ends, at));
    }
    return [...found].sort((a, b) => a - b);
  };
}

/** The number of the record that holds this byte. */
function recordWith(ends: readonly number[], at: number): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
