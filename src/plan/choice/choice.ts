import { names, selects } from '../../model/selector.js';
import type { Author } from '../changeSet.js';
import type { Hole } from './holes.js';
import type { Conflict, LeftOut } from '../conflict.js';

/** What a person chose: which changes go back, and what to do where somebody else's work is in the way. */
export interface Choice {
  readonly only: readonly string[];
  readonly exclude: readonly string[];
  readonly onConflict: 'keep' | 'restore';
  /** SELECTOR to decision; the last that matches wins. */
  readonly resolve: ReadonlyArray<{
    readonly selector: string;
    readonly decision: 'keep' | 'restore';
    /** It stands in the project's file, for whatever plan it may concern. */
    readonly standing?: true;
  }>;
  readonly deleteFlows: boolean;
  /** What the snapshot does not know: left out, whatever else is said. Not kept in the plan, as the snapshot has it. */
  readonly holes?: readonly Hole[];
}

export const NO_CHOICE: Choice = { only: [], exclude: [], onConflict: 'keep', resolve: [], deleteFlows: false };

/** Why a change stays although nothing stands in its way; undefined when it is chosen. */
export function leftOut(choice: Choice, target: string): LeftOut | undefined {
  if (choice.only.length > 0 && !choice.only.some((selector) => selects(selector, target)))
    return { target, why: 'not among --only' };
  if (choice.exclude.some((selector) => selects(selector, target))) return { target, why: 'excluded by --exclude' };
  const hole = choice.holes?.find(({ selector }) => selects(selector, target));
  if (hole) return { target, why: `the snapshot is incomplete there: ${hole.reason}` };
  return undefined;
}

/**
 * What happens with a conflict. `named` means that `--resolve` covers exactly this item by its Id or name: only then may
 * a row go that somebody else created.
 */
export function decide(
  choice: Choice,
  target: string
): { readonly decision: 'keep' | 'restore'; readonly named: boolean } {
  const match = choice.resolve.findLast((entry) => selects(entry.selector, target));
  if (match) return { decision: match.decision, named: names(match.selector, target) };
  return { decision: choice.onConflict, named: false };
}

/** What a person said of an item on the command line; undefined when nothing. */
export function resolved(choice: Choice, target: string): 'keep' | 'restore' | undefined {
  return choice.resolve.findLast((entry) => entry.standing !== true && selects(entry.selector, target))?.decision;
}

export function conflict(
  target: string,
  kind: string,
  baseline: string,
  current: string,
  author: Author,
  decision: 'keep' | 'restore',
  names: ReadonlyMap<string, string>
): Conflict {
  return {
    target,
    kind,
    baseline,
    current,
    changedBy: author.userId ? (names.get(author.userId) ?? author.userId) : null,
    changedAt: author.at ?? null,
    decision,
  };
}
