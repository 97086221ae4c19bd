import type { Operation } from '../../model/operation.js';
import { recordTarget } from '../../model/selector.js';
import type { Choice } from './choice.js';
import { conflictWords, NOT_TO_BE_DECIDED } from '../conflictWords.js';
import type { Draft } from '../draft.js';

/** Rows of one object that are offered one by one; more are offered as the object. */
const ROWS_OFFERED = 25;

export interface Offer {
  /** A SELECTOR. */
  readonly target: string;
  /** What the plan would do with it. */
  readonly operations: readonly Operation[];
  /** Of an object whose rows are too many to be offered one by one: how many. */
  readonly rows?: number;
}

/** A conflict that is offered: what somebody did, and why it would stay. */
export interface ConflictOffer {
  readonly target: string;
  readonly what: string;
  readonly overwritten: boolean;
}

/** What a person can leave out of a draft: each flow and component, and each row, or the object where rows are many. */
export function offers(draft: Draft): Offer[] {
  const found = new Map<string, { operations: Set<Operation>; rows?: number }>();
  const note = (target: string, operation: Operation, rows?: number): void => {
    const known = found.get(target) ?? { operations: new Set(), ...(rows === undefined ? {} : { rows }) };
    known.operations.add(operation);
    found.set(target, known);
  };
  const rows = new Map<string, Set<string>>();
  for (const { detail } of draft.steps) {
    if (detail.kind !== 'records') continue;
    const ids = rows.get(detail.object) ?? new Set<string>();
    for (const item of detail.items) ids.add(item.id);
    rows.set(detail.object, ids);
  }
  for (const { target, operation, detail } of draft.steps) {
    const many = detail.kind === 'records' ? (rows.get(detail.object)?.size ?? 0) : 0;
    if (detail.kind !== 'records') note(target, operation);
    else if (many > ROWS_OFFERED) note(recordTarget(detail.object), operation, many);
    else for (const item of detail.items) note(recordTarget(detail.object, item.id), operation);
  }
  return [...found]
    .map(([target, { operations, ...more }]) => ({ target, operations: [...operations], ...more }))
    .sort(byTarget);
}

/** Conflicts that a person can decide, with who did what. */
export function openConflicts(draft: Draft): ConflictOffer[] {
  const found = new Map<string, ConflictOffer>();
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

function byTarget(a: { readonly target: string }, b: { readonly target: string }): number {
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
