import type { ValueRow } from '../records/fieldValue.js';
import type { Choice } from './choice/choice.js';

/** What a person asked for. It is kept in the plan, so that the same can be asked again when the org has moved on. */
export interface PlanRequest {
  readonly choice: Choice;
  readonly everybody: boolean;
  /** User names. */
  readonly changedBy: readonly string[];
  /** Deployments (0Af…) and loads (750…) to take back; with any of these, nothing else goes back but what named users did. */
  readonly deployments?: readonly string[];
  readonly loads?: readonly string[];
  /** ISO 8601, compared with the org's stamps. */
  readonly since?: string;
  readonly until?: string;
  /** A snapshot taken right after the deployment; default: the newest complete one that follows the baseline. */
  readonly after?: string;
  readonly full: boolean;
  readonly acceptGaps: boolean;
  /** Only say what differs: no step, and nobody's changes are told from anybody's. */
  readonly driftOnly?: boolean;
  /** For the way back to the undo point of a run: whatever changed after it is kept, whoever did it. */
  readonly undo?: UndoRequest;
}

export interface UndoRequest {
  /** The org's clock when the run was opened, and when it ended. */
  readonly from?: string;
  readonly until: string;
  /** Ids of the users who carried it out: what others changed meanwhile is theirs. */
  readonly by?: readonly string[];
  /** It was stopped or cut off and gone on with: between the two anybody may have changed something, these users too. */
  readonly goneOn?: boolean;
  /** What the run left of components, by digest; null of one that it deleted. What still is so nobody changed since. */
  readonly left?: ReadonlyArray<{ readonly target: string; readonly digest: string | null }>;
  /** What the run left in the fields of rows that it wrote, by Id; null of one that it deleted. Not kept in the plan: values. */
  readonly rows?: ReadonlyMap<string, ValueRow | null>;
}
