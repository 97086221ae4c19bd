import type { RunStatus } from '../apply/journal/journal.js';
import type { Operation, OutcomeCounts } from '../model/operation.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';
import type { Verdict } from '../validate/verdict.js';

/** What a store holds, as `list` tells it: no record values, no file that was not asked for. */
export interface SnapshotEntry {
  readonly kind: 'snapshot';
  readonly id: string;
  /** `unfinished`: its folder has no snapshot.json, so it never became one. `damaged`: it has one that is not as written. */
  readonly state: 'complete' | 'incomplete' | 'unfinished' | 'damaged';
  /** Why it is unfinished or damaged; null otherwise. */
  readonly problem: string | null;
  readonly path: string;
  readonly orgId: string | null;
  readonly label: string | null;
  readonly follows: string | null;
  /** The run whose undo point it is; null for one that a person took. */
  readonly undoOf: string | null;
  readonly username: string | null;
  readonly createdAt: string | null;
  readonly counts: Snapshot['counts'] | null;
  readonly holes: number;
  /** Runs that succeeded in taking the org back to it and were not undone, oldest first. */
  readonly goneBackToBy: readonly string[];
  /** Rows deleted since it was taken may have left the recycle bin. */
  readonly olderThanRecycleBin: boolean;
}

export type PlanState =
  /** May be applied. */
  | 'open'
  /** A run of it was stopped, cut off or left items undone: the same plan may be applied again. */
  | 'begun'
  | 'applied'
  /** A newer plan goes back to the same snapshot. */
  | 'superseded'
  /** No step, no conflict, no manual item. */
  | 'empty'
  /** It has no step that may be applied: see its findings, conflicts and manual items. */
  | 'notApplicable'
  /** Only when the org was asked: it holds values that the plan does not know. */
  | 'stale'
  /** Only when the org was asked: every item is as the plan leaves it. */
  | 'alreadyRestored'
  | 'unfinished'
  | 'damaged';

export interface PlanEntry {
  readonly kind: 'plan';
  readonly id: string;
  readonly state: PlanState;
  /** Why it is damaged, unfinished or stale; null otherwise. */
  readonly problem: string | null;
  readonly path: string;
  readonly orgId: string | null;
  readonly snapshotId: string | null;
  readonly createdAt: string | null;
  readonly createdBy: string | null;
  readonly summary: Partial<Record<Operation, number>>;
  readonly steps: number;
  readonly items: number;
  readonly conflicts: number;
  readonly manual: number;
  /** Runs that applied it, oldest first. */
  readonly runs: readonly string[];
}

export interface RunEntry {
  readonly kind: 'run';
  readonly id: string;
  /** `cutOff`: its journal has no end. It may still be under way: whoever holds the lock is named by `apply`. */
  readonly state: RunStatus | 'cutOff' | 'damaged';
  readonly problem: string | null;
  readonly path: string;
  readonly orgId: string | null;
  readonly planId: string | null;
  readonly snapshotId: string | null;
  readonly username: string | null;
  readonly reason: string | null;
  readonly openedAt: string | null;
  readonly closedAt: string | null;
  readonly settledSteps: number;
  /** Steps that were begun and not settled: their effect may have happened. */
  readonly openSteps: readonly string[];
  readonly totals: OutcomeCounts;
  /** The run that this one took back; null for any other. */
  readonly undoes: string | null;
  /** A later run took it back. */
  readonly undone: boolean;
  /** Of the last `validate` of this run; null when there was none. */
  readonly verdict: Verdict | null;
  /** What the operator had switched off and was not reminded of. */
  readonly switchesOff: readonly string[];
}

/** Whether a run was cut off, stopped or left something open, so that `apply --resume` goes on with it. */
export function canGoOn({ state, openSteps }: RunEntry): boolean {
  return state === 'cutOff' || state === 'interrupted' || (state !== 'damaged' && openSteps.length > 0);
}

export type Entry = SnapshotEntry | PlanEntry | RunEntry;

/** All of a store, oldest first, each kind by itself. */
export interface Inventory {
  readonly snapshots: readonly SnapshotEntry[];
  readonly plans: readonly PlanEntry[];
  readonly runs: readonly RunEntry[];
}

export function ofOrg(inventory: Inventory, orgId: string): Inventory {
  // What is too damaged to tell its org is shown to everybody: hiding it would hide the damage.
  const mine = (entry: Entry): boolean => entry.orgId === null || entry.orgId === orgId;
  return {
    snapshots: inventory.snapshots.filter(mine),
    plans: inventory.plans.filter(mine),
    runs: inventory.runs.filter(mine),
  };
}
