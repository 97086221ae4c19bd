import type { StoreId } from '../../model/ids.js';
import { NO_NEW_IDS, type IdMap } from '../../records/idMap.js';
import type { Store } from '../../store/ports.js';
import { earlierRuns } from '../earlierRuns.js';
import type { JournalEntry } from '../journal/journal.js';
import { countsFor, targetSnapshot, type TargetSnapshot } from '../targetSnapshot.js';

/**
 * Ids in this snapshot and what the same rows are called now, as the journals of this store say: what was inserted once is
 * never inserted twice, and what points to it is compared with its new Id. That a row came back under a new Id is a fact
 * about the org: every run counts that gave the Id after the snapshot was taken, whatever snapshot it went back to. A row
 * that came back more than once is called by its last Id.
 */
export async function knownNewIds(store: Store, snapshotId: StoreId): Promise<IdMap> {
  return newIdsFor(await targetSnapshot(store, snapshotId), await renewalsOf(store));
}

/** A row that a run inserted again. */
export interface Renewal {
  readonly run: RenewingRun;
  readonly old: string;
  readonly fresh: string;
  /** The org's clock when it was begun, or this machine's where the org's is not known. */
  readonly at: string;
}

/** A run that gave new Ids: of which org, back to which snapshot, and which run it took back. */
export interface RenewingRun {
  readonly runId: string;
  readonly orgId: string;
  readonly snapshotId: string;
  readonly undoes?: string | undefined;
}

/** What became of the Ids in a snapshot, from all that runs of a store inserted again. Empty where none of it counts. */
export function newIdsFor(target: TargetSnapshot, renewals: readonly Renewal[]): IdMap {
  const ordered = renewals
    .filter(({ run }) => target.orgId === undefined || run.orgId === target.orgId)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  // A plan that is older than a new Id names the row by the one before, and a snapshot taken meanwhile by that new one.
  const everything = new Map<string, string>();
  const counted = new Map<string, string>();
  for (const { run, old, fresh, at } of ordered) {
    const names = new Set([old, latest(everything, old)]);
    names.delete(fresh);
    for (const name of names) {
      everything.set(name, fresh);
      if (countsFor(target, run, at)) counted.set(name, fresh);
    }
  }
  if (counted.size === 0) return NO_NEW_IDS;
  return new Map([...counted.keys()].map((old) => [old, latest(counted, old)]));
}

/** The last of the Ids that a row got one after the other. */
function latest(ids: IdMap, old: string): string {
  const seen = new Set<string>();
  let id = old;
  for (let next = ids.get(id); next !== undefined && !seen.has(next); next = ids.get(id)) {
    seen.add(id);
    id = next;
  }
  return id;
}

async function renewalsOf(store: Store): Promise<Renewal[]> {
  const renewals: Renewal[] = [];
  for await (const { id, state, entries } of earlierRuns(store)) {
    const { orgId, snapshotId, undoes } = state;
    for (const renewal of renewalsIn(entries))
      renewals.push({ run: { runId: id, orgId, snapshotId, undoes }, ...renewal });
  }
  return renewals;
}

/** What the journal of one run says: a step that is gone on with says anew when it is begun. */
function renewalsIn(entries: readonly JournalEntry[]): Array<Omit<Renewal, 'run'>> {
  let opened: string | undefined;
  const intended = new Map<string, string | undefined>();
  const renewals: Array<Omit<Renewal, 'run'>> = [];
  for (const entry of entries) {
    if (entry.kind === 'runOpened') opened = entry.orgTime;
    if (entry.kind === 'stepIntended') intended.set(entry.step, entry.orgTime ?? intended.get(entry.step));
    if (entry.kind === 'idsMapped')
      for (const [old, fresh] of entry.pairs)
        renewals.push({ old, fresh, at: intended.get(entry.step) ?? opened ?? entry.at });
  }
  return renewals;
}
