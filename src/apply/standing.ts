/** An item that is neither as the plan expects it nor as the plan leaves it. */
export interface Moved {
  readonly target: string;
  readonly what: string;
  readonly byId: string | null;
  readonly at: string | null;
}

/** What an item is now, against what the plan knows of it. */
export type Standing = 'asPlanned' | 'alreadyRestored' | 'moved';

/**
 * How an item stands by a second reading. What became as planned only since the first one moved as well: the undo point
 * holds it as it was then.
 */
export function standingSince(first: Standing, now: Standing): Standing {
  return now === 'asPlanned' ? (first === 'asPlanned' ? now : 'moved') : now;
}
