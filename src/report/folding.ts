import { wrap } from './table.js';

/** Entries of a list that are shown before the rest is folded. */
const SHOWN = 12;

export interface PlanView {
  readonly width: number;
  /** The command that shows what is folded. */
  readonly more: string;
  /** The command that compares with the snapshot value by value. */
  readonly compare?: string;
  /** Nothing is folded. */
  readonly all?: boolean;
}

/** The first entries of a list, each in as many lines as it needs, and how many more there are; `counts` where one stands for many. */
export function folded(
  entries: ReadonlyArray<readonly string[]>,
  what: string,
  view: PlanView,
  counts?: readonly number[]
): string[] {
  if (view.all || entries.length <= SHOWN) return entries.flat();
  const hidden = counts ? counts.slice(SHOWN).reduce((n, count) => n + count, 0) : entries.length - SHOWN;
  return [
    ...entries.slice(0, SHOWN).flat(),
    ...wrap(`… and ${hidden.toLocaleString('en-US')} more ${what}: ${view.more}`, view.width, '  '),
  ];
}

/** A heading with what is below it, where there is anything. */
export function titled(title: string, shown: boolean, lines: () => string[]): string[] {
  return shown ? [title, ...lines()] : [];
}
