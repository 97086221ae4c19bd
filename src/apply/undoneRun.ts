import type { RollbackPlan } from '../plan/rollbackPlan.js';
import type { SnapshotPart } from '../snapshot/snapshotFormat.js';
import type { StoreFolder } from '../store/ports.js';
import type { EarlierRun } from './earlierRuns.js';
import type { ItemOutcome } from './outcome.js';
import { CHANGED_AGAIN } from './records/rowOutcome.js';

/** A run that is to be taken back, its plan, and what became of each item. */
export interface UndoneRun {
  readonly run: EarlierRun;
  readonly plan: RollbackPlan;
  readonly accounts: ReadonlyMap<string, readonly ItemOutcome[]>;
}

/** Puts files of the snapshot there and remembers them as its parts. */
export interface SnapshotFiles {
  readonly folder: StoreFolder;
  readonly parts: SnapshotPart[];
  readonly put: (path: string, content: string | Uint8Array) => Promise<void>;
}

/** Whether an item of a run was really changed by it, as planned or not. */
export function wasChanged({ outcome, code }: ItemOutcome): boolean {
  return outcome === 'restored' || outcome === 'neutralised' || (outcome === 'failed' && TAKEN.has(code ?? ''));
}

/** Codes of items that the org wrote, and that did not become what was planned. */
const TAKEN: ReadonlySet<string> = new Set([CHANGED_AGAIN, 'NOT_AS_BEFORE', 'NOT_ACTIVE', 'OTHER_BODY', 'ACTIVE']);
