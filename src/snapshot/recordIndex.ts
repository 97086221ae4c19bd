import { z } from 'zod';

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

const lineSchema = z.tuple([
  z.int().nonnegative(),
  z.int().positive(),
  z.int().nonnegative(),
  z.string().max(18),
  z.string().max(18),
]);

export function formatIndex(places: readonly BlockPlace[]): string {
  return places
    .map(({ offset, bytes, rows, least, greatest }) => `${JSON.stringify([offset, bytes, rows, least, greatest])}\n`)
    .join('');
}

/** Throws when a line is none of an index, or the blocks do not follow one another. */
export function parseIndex(text: string): BlockPlace[] {
  let end = 0;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [offset, bytes, rows, least, greatest] = lineSchema.parse(JSON.parse(line));
      if (offset !== end) throw new Error(`a block begins at ${offset}, not at ${end}`);
      end = offset + bytes;
      return { offset, bytes, rows, least, greatest };
    });
}

/** The blocks that may hold one of these Ids. */
export function blocksWith(places: readonly BlockPlace[], ids: Iterable<string>): BlockPlace[] {
  const wanted = [...ids].sort();
  return places.filter(({ least, greatest, rows }) => {
    if (rows === 0) return false;
    const at = firstNotBelow(wanted, least);
    return at < wanted.length && (wanted[at] as string) <= greatest;
  });
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
