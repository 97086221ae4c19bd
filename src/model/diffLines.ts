import { commonParts } from './diffCanonical.js';

/** A piece of text that differs, with the lines around it, as every diff shows it. */
export interface Hunk {
  /** Number of the first line shown, from 1, before and after. */
  readonly before: number;
  readonly after: number;
  /** Each line with its sign in front: `-`, `+` or a blank. */
  readonly lines: readonly string[];
}

export interface LineDiff {
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly Hunk[];
}

const CONTEXT = 2;

/** Two texts line by line. Line ends do not count, as they do not between what was deployed and what is retrieved. */
export function diffLines(before: string, after: string): LineDiff {
  const [left, right] = [before, after].map((text) => text.replace(/\r\n/g, '\n').split('\n')) as [string[], string[]];
  const marked: Array<{ sign: ' ' | '-' | '+'; text: string; before: number; after: number }> = [];
  let [i, j] = [0, 0];
  const upTo = (endLeft: number, endRight: number): void => {
    for (; i < endLeft; i += 1) marked.push({ sign: '-', text: left[i] as string, before: i + 1, after: j + 1 });
    for (; j < endRight; j += 1) marked.push({ sign: '+', text: right[j] as string, before: i + 1, after: j + 1 });
  };
  for (const [atLeft, atRight] of commonParts(left, right)) {
    upTo(atLeft, atRight);
    marked.push({ sign: ' ', text: left[i] as string, before: i + 1, after: j + 1 });
    i += 1;
    j += 1;
  }
  upTo(left.length, right.length);
  const hunks: Hunk[] = [];
  let shownTo = -1;
  for (const [at, line] of marked.entries()) {
    if (line.sign === ' ') continue;
    const from = Math.max(shownTo + 1, at - CONTEXT);
    const to = Math.min(marked.length - 1, at + CONTEXT);
    const open = hunks.at(-1);
    const pieces = marked.slice(from, to + 1).map(({ sign, text }) => `${sign}${text}`);
    if (open && from === shownTo + 1 && shownTo >= 0)
      hunks[hunks.length - 1] = { ...open, lines: [...open.lines, ...pieces] };
    else {
      const first = marked[from] as { before: number; after: number };
      hunks.push({ before: first.before, after: first.after, lines: pieces });
    }
    shownTo = Math.max(shownTo, to);
  }
  return {
    added: marked.filter(({ sign }) => sign === '+').length,
    removed: marked.filter(({ sign }) => sign === '-').length,
    hunks,
  };
}
