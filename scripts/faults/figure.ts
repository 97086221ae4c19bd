/** What came of one part of `npm run test:faults`. */
export interface Figure {
  readonly name: string;
  readonly asked: string;
  /** Cases there are. */
  readonly total: number;
  readonly played: number;
  readonly bad: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
}

const n = (value: number): string => value.toLocaleString('en-US');

/** The cells of a figure, in the order of `HEADS`. */
export function cellsOf({ name, asked, played, bad, cpuSeconds, seconds }: Figure): string[] {
  return [name, asked, n(played), n(played - bad), n(Math.round(cpuSeconds)), n(Math.round(seconds))];
}

export const HEADS = ['part', 'asked', 'played', 'as promised', 'CPU s', 'seconds'];

/** Columns of text: what is words to the left, what is numbers to the right. */
export function table(figures: readonly Figure[]): string {
  const all = [HEADS, ...figures.map(cellsOf)];
  const widths = HEADS.map((_unused, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
    )
    .join('\n');
}
