import { recordTarget } from '../../model/selector.js';
import type { Choice } from './choice.js';
import { conflictWords, NOT_TO_BE_DECIDED } from '../conflictWords.js';
import type { Draft } from '../draft.js';

/** Rows of one object that are offered one by one; more are offered as the object. */
const ROWS_OFFERED = 25;

export interface Offer {
  /** A SELECTOR. */
  readonly target: string;
  readonly what: string;
}

/** What a person can leave out of a draft: each flow and component, and each row, or the object where rows are many. */
export function offers(draft: Draft): Offer[] {
  const found = new Map<string, string[]>();
  const note = (target: string, what: string): void => {
    const known = found.get(target);
    if (!known) found.set(target, [what]);
    else if (!known.includes(what)) known.push(what);
  };
  const rows = new Map<string, Set<string>>();
  for (const { detail } of draft.steps) {
    if (detail.kind !== 'records') continue;
    const ids = rows.get(detail.object) ?? new Set<string>();
    for (const item of detail.items) ids.add(item.id);
    rows.set(detail.object, ids);
  }
  for (const step of draft.steps) {
    const { detail } = step;
    if (detail.kind !== 'records') note(step.target, step.operation);
    else if ((rows.get(detail.object)?.size ?? 0) > ROWS_OFFERED)
      note(recordTarget(detail.object), `${step.operation}, ${detail.items.length} rows`);
    else for (const item of detail.items) note(recordTarget(detail.object, item.id), step.operation);
  }
  return [...found].map(([target, what]) => ({ target, what: what.join(', ') })).sort(byTarget);
}

/** Conflicts that a person can decide, with who did what. */
export function openConflicts(draft: Draft): Array<Offer & { readonly overwritten: boolean }> {
  const found = new Map<string, Offer & { readonly overwritten: boolean }>();
  for (const { target, kind, current, changedBy, changedAt, decision } of draft.conflicts) {
    if (NOT_TO_BE_DECIDED.has(kind) || found.has(target)) continue;
    const who = changedBy ? ` by ${changedBy}${changedAt ? `, ${changedAt}` : ''}` : '';
    found.set(target, {
      target,
      what: `${current}${who}: ${conflictWords(kind)}`,
      overwritten: decision === 'restore',
    });
  }
  return [...found.values()].sort(byTarget);
}

function byTarget(a: Offer, b: Offer): number {
  return a.target < b.target ? -1 : a.target > b.target ? 1 : 0;
}

/** The choice with what a person unticked, and what they decided of the conflicts. Nothing else changes. */
export function chosen(choice: Choice, unticked: readonly string[], decided: ReadonlyMap<string, boolean>): Choice {
  return {
    ...choice,
    exclude: [...choice.exclude, ...unticked],
    resolve: [
      ...choice.resolve,
      ...[...decided].map(([selector, overwrite]) => ({
        selector,
        decision: overwrite ? ('restore' as const) : ('keep' as const),
      })),
    ],
  };
}
