/** A change that is not simply taken back, because it is not the deployment's or reaches outside the plan. */
export interface Conflict {
  readonly target: string;
  readonly kind: string;
  /** In a few words, never record values. */
  readonly baseline: string;
  readonly current: string;
  readonly changedBy: string | null;
  readonly changedAt: string | null;
  readonly decision: 'keep' | 'restore';
  /** Of a row that is there: the fields it is about. */
  readonly fields?: readonly string[];
}

/** A change the plan leaves as it is because it was asked to. Counts as kept. */
export interface LeftOut {
  readonly target: string;
  readonly why: string;
}
