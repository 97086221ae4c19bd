/** An item that is neither as the plan expects it nor as the plan leaves it. */
export interface Moved {
  readonly target: string;
  readonly what: string;
  readonly byId: string | null;
  readonly at: string | null;
}

/** What an item is now, against what the plan knows of it. */
export type Standing = 'asPlanned' | 'alreadyRestored' | 'moved';
