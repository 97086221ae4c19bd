import { conflictWords } from '../plan/conflictWords.js';
import type { Conflict } from '../plan/conflict.js';
import { inPieces, wrap } from './table.js';
import { when } from './words.js';

/** Kinds of which what was done, and by whom, says all. */
const PLAIN = new Set(['changedByOther', 'createdByOther', 'deletedByOther', 'drift']);

/** As many rows of one object with the same to say of them are one entry. */
const ALIKE = 3;

/** `record:Product2` of a row, undefined of everything else. */
function objectOf(target: string): string | undefined {
  return /^(record:[^:]+):[^:]+$/.exec(target)?.[1];
}

/** Conflicts of which the same is to be said. */
export interface ConflictEntry {
  readonly lines: readonly string[];
  /** How many conflicts these lines stand for. */
  readonly count: number;
}

/**
 * Each conflict in two or more lines: what, then what was done to it, by whom and when. Rows of one object of which the same
 * is to be said stand together, unless `all` asks for each. `lastEditorOnly`: who changed which field of a row is not known.
 */
export function conflictEntries(
  conflicts: readonly Conflict[],
  mark: (conflict: Conflict) => string,
  view: { readonly all: boolean; readonly width: number; readonly lastEditorOnly: boolean }
): ConflictEntry[] {
  const groups = Map.groupBy(conflicts, (conflict) => {
    const object = view.all ? undefined : objectOf(conflict.target);
    return object === undefined
      ? conflict.target
      : [object, conflict.decision, conflict.kind, conflict.current, conflict.changedBy].join('\n');
  });
  return [...groups.values()]
    .flatMap((group) => (group.length < ALIKE ? group.map((conflict) => [conflict]) : [group]))
    .map((group) => ({ lines: entry(group, mark, view), count: group.length }));
}

function entry(
  group: readonly Conflict[],
  mark: (conflict: Conflict) => string,
  { width, lastEditorOnly }: { readonly width: number; readonly lastEditorOnly: boolean }
): string[] {
  const [first] = group as readonly [Conflict, ...Conflict[]];
  const what = group.length === 1 ? first.target : `${group.length} rows of ${objectOf(first.target) ?? first.target}`;
  const sign = mark(first);
  const times = group.flatMap((conflict) => conflict.changedAt ?? []).sort();
  const [from, to] = [times.at(0), times.at(-1)];
  const at = from === undefined || to === undefined ? '' : from === to ? when(from) : `${when(from)} to ${when(to)}`;
  const saved = lastEditorOnly && first.fields && first.kind === 'changedByOther' ? '; the row was last saved' : '';
  const who = `${first.changedBy ? `${saved} by ${first.changedBy}` : ''}${at ? `, ${at}` : ''}`;
  const ran = first.target.startsWith('flow:') && first.baseline !== 'as in the snapshot';
  const now = ran ? `${first.current} (in the snapshot: ${first.baseline})` : first.current;
  const text =
    first.kind === 'usedByKept'
      ? `created since${who}; ${first.current}, which stays`
      : `${now}${who}${PLAIN.has(first.kind) ? '' : `: ${conflictWords(first.kind)}`}`;
  return [...inPieces(`${sign}  ${what}`, width, '  '), ...wrap(text, width, ' '.repeat(sign.length + 4))];
}
