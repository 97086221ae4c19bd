export { plural } from '../model/plural.js';

/** Plain text for a terminal of `width` columns: aligned, readable without colour, nothing wider than the width. */

export function clip(text: string, width: number): string {
  return text.length <= width ? text : width <= 1 ? text.slice(0, width) : `${text.slice(0, width - 1)}…`;
}

/** Rows as columns: each as wide as its content, the last takes what is left. */
export function columns(rows: ReadonlyArray<readonly string[]>, width: number, indent = '  '): string[] {
  if (rows.length === 0) return [];
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  let room = width - indent.length - 2 * (count - 1);
  const fitted = widths.map((wanted, at) => {
    const after = widths.slice(at + 1).reduce((n, next) => n + Math.min(next, 12), 0);
    const got = at === count - 1 ? Math.max(room, 8) : Math.max(4, Math.min(wanted, room - after));
    room -= got;
    return got;
  });
  return rows.map((row) =>
    (
      indent +
      row
        .map((text, at) =>
          at === count - 1 ? clip(text, fitted[at] ?? 8) : clip(text, fitted[at] ?? 8).padEnd(fitted[at] ?? 8)
        )
        .join('  ')
    ).trimEnd()
  );
}

/** Text broken at blanks into lines of at most `width`. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/)) {
    if (line.length > indent.length && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
    }
    line += line.length > indent.length ? ` ${word}` : word;
  }
  if (line.length > indent.length) lines.push(line);
  return lines;
}

/** A name in as many lines as it needs; nothing of it is cut, so that it can be put together again. */
export function inPieces(name: string, width: number, indent = ''): string[] {
  const room = Math.max(8, width - indent.length);
  const pieces: string[] = [];
  for (let at = 0; at < name.length || pieces.length === 0; at += room) pieces.push(indent + name.slice(at, at + room));
  return pieces;
}

/** Room for the text of a hanging list below which a long name gets a line of its own. */
const LEAST_TEXT = 28;

/**
 * A list of key, name and text: keys and names in columns, the text in lines below each other. A name that leaves too
 * little room stands alone, with its text below. One list of lines per row; nothing is cut.
 */
export function hanging(
  rows: ReadonlyArray<readonly [key: string, name: string, text: string]>,
  width: number,
  indent = '  '
): string[][] {
  const keys = Math.max(0, ...rows.map(([key]) => key.length));
  const start = indent.length + (keys > 0 ? keys + 2 : 0);
  const room = width - start - 2 - LEAST_TEXT;
  const names = Math.max(0, ...rows.map(([, name]) => name.length).filter((length) => length <= room));
  return rows.map(([key, name, text]) => {
    const head = `${indent}${keys > 0 ? `${key.padEnd(keys)}  ` : ''}`;
    if (name.length > names) {
      const [first = '', ...more] = inPieces(name, width, ' '.repeat(start));
      return [head + first.slice(start), ...more, ...wrap(text, width, ' '.repeat(start + 2))];
    }
    const lines = wrap(text, width, ' '.repeat(start + names + 2));
    const [first = '', ...rest] = lines.length > 0 ? lines : [''];
    return [`${head}${name.padEnd(names)}  ${first.trimStart()}`.trimEnd(), ...rest];
  });
}
