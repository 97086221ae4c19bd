import type { StoreId } from '../model/ids.js';
import { readSnapshot } from '../snapshot/baseline.js';
import type { Store } from '../store/ports.js';

/** A snapshot as what earlier runs are looked at for. What cannot be read of it is left out. */
export interface TargetSnapshot {
  readonly snapshotId: string;
  readonly orgId?: string;
  /** The org's clock before its first row was read. */
  readonly takenAt?: string;
  /** The run whose undo point it is; undefined of one that a person took. */
  readonly undoOf?: string;
}

export async function targetSnapshot(store: Store, snapshotId: StoreId): Promise<TargetSnapshot> {
  if (!(await store.ids('snapshots')).includes(snapshotId)) return { snapshotId };
  const snapshot = await readSnapshot(await store.open('snapshots', snapshotId)).catch(() => undefined);
  if (!snapshot) return { snapshotId };
  const { orgId, createdAt, undoOf } = snapshot;
  return { snapshotId, orgId, takenAt: createdAt, ...(undoOf === undefined ? {} : { undoOf }) };
}

/** What of a run tells whether it went back to a snapshot. */
interface RunTarget {
  readonly runId: string;
  readonly orgId: string;
  readonly snapshotId: string;
  readonly undoes?: string | undefined;
}

/**
 * Whether a run went back to this snapshot, or to the same undo point: each `--undo` of a run makes a snapshot of its own.
 */
export function isOfSameTarget(run: Omit<RunTarget, 'runId' | 'orgId'>, target: TargetSnapshot): boolean {
  return run.snapshotId === target.snapshotId || (target.undoOf !== undefined && run.undoes === target.undoOf);
}

/**
 * Whether what a run did `at` a time counts for this snapshot: it went there, or did it after the snapshot was taken. A
 * snapshot that was taken later holds it already. What a run itself did is not in its undo point.
 */
export function countsFor(target: TargetSnapshot, run: RunTarget, at: string): boolean {
  if (isOfSameTarget(run, target)) return true;
  if (target.orgId !== run.orgId || target.takenAt === undefined || target.undoOf === run.runId) return false;
  // The org's clock is read to the second in some places.
  return Date.parse(at) >= Math.floor(Date.parse(target.takenAt) / 1_000) * 1_000;
}
