/**
 * Where each block of a record file lies, so that a few rows of a large file are read without the others. A line of JSON
 * per block: offset, bytes, rows, least and greatest Id. Blocks may overlap: nothing here relies on the file's order.
 */
export interface BlockPlace {
  readonly offset: number;
  readonly bytes: number;
  readonly rows: number;
  readonly least: string;
  readonly greatest: string;
}

export function formatIndex(places: readonly BlockPlace[]): string {
  return places
    .map(({ offset, bytes, rows, least, greatest }) => `${JSON.stringify([offset, bytes, rows, least, greatest])}\n`)
    .join('');
}

/** Throws when a line is none of an index, or the blocks do not follow one another. */
export function parseIndex(text: string): BlockPlace[] {
  let end = 0;
  // As one text: a large index has thousands of lines, and to parse each by itself takes four times as long.
  const lines = JSON.parse(`[${text.trimEnd().replaceAll('\n', ',')}]`) as unknown[];
  return lines.map((line) => {
    const place = placeOf(line);
    if (place?.offset !== end) throw new Error(`the index has a line that no block at ${end} can have`);
    end += place.bytes;
    return place;
  });
}

/** By hand: a large index has thousands of lines, and who writes one needs no reader of forms. */
function placeOf(line: unknown): BlockPlace | undefined {
  if (!Array.isArray(line) || line.length !== 5) return undefined;
  const [offset, bytes, rows, least, greatest] = line as unknown[];
  const isCount = (value: unknown, from: number): value is number =>
    Number.isSafeInteger(value) && (value as number) >= from;
  const isId = (value: unknown): value is string => typeof value === 'string' && value.length <= 18;
  if (!isCount(offset, 0) || !isCount(bytes, 1) || !isCount(rows, 0) || !isId(least) || !isId(greatest))
    return undefined;
  return { offset, bytes, rows, least, greatest };
}

/** The blocks that may hold one of these Ids, which have to be sorted. */
export function blocksWith(places: readonly BlockPlace[], sorted: readonly string[]): BlockPlace[] {
  return places.filter((place) => {
    const at = firstNotBelow(sorted, place.least);
    return place.rows > 0 && at < sorted.length && (sorted[at] as string) <= place.greatest;
  });
}

/** Those of sorted Ids that this block may hold. */
export function idsIn({ least, greatest }: BlockPlace, sorted: readonly string[]): readonly string[] {
  const from = firstNotBelow(sorted, least);
  let to = from;
  while (to < sorted.length && (sorted[to] as string) <= greatest) to += 1;
  return sorted.slice(from, to);
}

function firstNotBelow(sorted: readonly string[], value: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
