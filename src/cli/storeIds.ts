import { earlierRuns, undoneRuns } from '../apply/earlierRuns.js';
import { isUnfinished } from '../apply/journal/journal.js';
import { readPlan } from '../plan/readPlan.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import type { StoreId } from '../model/ids.js';
import { Refusal } from '../model/refusal.js';
import { readSnapshot } from '../snapshot/baseline.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';
import type { Entry, Inventory } from '../inventory/entry.js';
import type { Store, StoreKind } from '../store/ports.js';
import { openRun } from '../validate/validateOrg.js';

/** An id as a person types it: whole, or any prefix that only one thing of the kind has. */
async function byPrefix(store: Store, kind: StoreKind, typed: string): Promise<StoreId> {
  const ids = await store.ids(kind);
  const matches = ids.filter((id) => id === typed || id.startsWith(typed));
  if (matches.length === 1) return matches[0] as StoreId;
  const noun = kind.slice(0, -1);
  if (matches.length === 0) throw new Refusal('notInStore', { tokens: [noun, typed, store.display] });
  throw new Refusal('ambiguousId', { tokens: [noun, typed, matches.join(', ')] });
}

async function newest<T>(
  store: Store,
  kind: StoreKind,
  read: (id: StoreId) => Promise<T | undefined>
): Promise<{ id: StoreId; value: T } | undefined> {
  for (const id of (await store.ids(kind)).reverse()) {
    // A damaged or unfinished neighbour must not hide the others; it is refused when it is named.
    const value = await read(id).catch(() => undefined);
    if (value !== undefined) return { id, value };
  }
  return undefined;
}

/**
 * The snapshot a command works on. Typed: that one. Else the newest complete one of this org that follows no other and is
 * not already the target of a run that succeeded.
 */
export async function chooseSnapshot(store: Store, typed: string | undefined, orgId: string): Promise<StoreId> {
  if (typed && typed !== 'latest') return byPrefix(store, 'snapshots', typed);
  const used = typed === 'latest' ? new Set<string>() : await succeededTargets(store);
  const found = await newest<Snapshot>(store, 'snapshots', async (id) => {
    const snapshot = await readSnapshot(await store.open('snapshots', id));
    const goodFor = snapshot.complete && snapshot.follows === undefined && snapshot.undoOf === undefined;
    return snapshot.orgId === orgId && goodFor && !used.has(snapshot.id) ? snapshot : undefined;
  });
  if (!found)
    throw new Refusal('noSnapshot', {
      tokens: [orgId, store.display],
      actionTokens: [await newestSnapshot(store, orgId)],
    });
  return found.id;
}

/** A snapshot as it is named after `--after`: an id, or `latest` for the newest that follows this one. */
export async function chooseFollower(store: Store, typed: string, snapshotId: string): Promise<StoreId> {
  if (typed !== 'latest') return byPrefix(store, 'snapshots', typed);
  const found = await newest<Snapshot>(store, 'snapshots', async (id) => {
    const snapshot = await readSnapshot(await store.open('snapshots', id));
    return snapshot.follows === snapshotId ? snapshot : undefined;
  });
  if (!found) throw new Refusal('noFollower', { tokens: [snapshotId], actionTokens: [snapshotId] });
  return found.id;
}

/** The snapshot that another one is to follow: of this org, and whole. */
export async function followedSnapshot(store: Store, typed: string, orgId: string): Promise<Snapshot> {
  const id =
    typed === 'latest' ? await chooseSnapshot(store, undefined, orgId) : await byPrefix(store, 'snapshots', typed);
  const snapshot = await readSnapshot(await store.open('snapshots', id));
  if (snapshot.orgId !== orgId) throw new Refusal('wrongOrg', { tokens: [`snapshot ${id}`, snapshot.orgId, orgId] });
  return snapshot;
}

async function succeededTargets(store: Store): Promise<Set<string>> {
  const used = new Set<string>();
  const undone = await undoneRuns(store);
  for (const id of (await store.ids('runs')).filter((run) => !undone.has(run))) {
    const run = await openRun(store, id).catch(() => undefined);
    if (run && run.result.status === 'succeeded') used.add(run.plan.snapshotId);
  }
  return used;
}

/** The newest snapshot of the org, whatever it is good for, to be named in a suggestion. */
async function newestSnapshot(store: Store, orgId: string): Promise<string> {
  const found = await newest(store, 'snapshots', async (id) => {
    const snapshot = await readSnapshot(await store.open('snapshots', id));
    return snapshot.orgId === orgId ? snapshot : undefined;
  });
  return found?.id ?? 'ID';
}

/** The plan a command works on. Typed: that one; else the newest of this org that may be applied. */
export async function choosePlan(store: Store, typed: string | undefined, orgId: string): Promise<StoreId> {
  if (typed && typed !== 'latest') return byPrefix(store, 'plans', typed);
  const found = await newest<RollbackPlan>(store, 'plans', async (id) => {
    const plan = await readPlan(await store.open('plans', id));
    return plan.orgId === orgId && plan.applicable ? plan : undefined;
  });
  if (!found) throw new Refusal('noPlan', { tokens: [orgId, store.display] });
  return found.id;
}

/** The run to go on with. `latest`: the newest of this org that was stopped or cut off. */
export async function chooseUnfinishedRun(store: Store, typed: string, orgId: string): Promise<StoreId> {
  if (typed !== 'latest') return byPrefix(store, 'runs', typed);
  let found: StoreId | undefined;
  for await (const { id, state } of earlierRuns(store)) if (state.orgId === orgId && isUnfinished(state)) found = id;
  if (!found) throw new Refusal('nothingToResume', { tokens: [orgId, store.display] });
  return found;
}

export async function chooseRun(store: Store, typed: string | undefined, orgId: string): Promise<StoreId> {
  if (typed && typed !== 'latest') return byPrefix(store, 'runs', typed);
  const found = await newest(store, 'runs', async (id) => {
    const run = await openRun(store, id);
    return run.plan.orgId === orgId ? run : undefined;
  });
  if (!found)
    throw new Refusal('noRun', { tokens: [orgId, store.display], actionTokens: [await newestSnapshot(store, orgId)] });
  return found.id;
}

/**
 * A thing of the store of any of these kinds, by its id, by a prefix that only one of them has, or with `latest` the newest of
 * the org (of any org when none is named).
 */
export function chooseEntry(
  inventory: Inventory,
  typed: string,
  kinds: ReadonlyArray<Entry['kind']>,
  orgId: string | undefined,
  store: string
): Entry {
  const entries = [...inventory.snapshots, ...inventory.plans, ...inventory.runs]
    .filter((entry) => kinds.includes(entry.kind))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const noun = kinds.length === 1 ? (kinds[0] as string) : 'snapshot, plan or run';
  if (typed === 'latest') {
    // An undo point is no state that a person took.
    const taken = entries.filter((entry) => entry.kind !== 'snapshot' || entry.undoOf === null);
    const newest = latestOf(taken.filter((entry) => orgId === undefined || entry.orgId === orgId));
    if (!newest) throw new Refusal('nothingInStore', { tokens: [noun, orgId ? ` of org ${orgId}` : '', store] });
    return newest;
  }
  const matches = entries.filter((entry) => entry.id.startsWith(typed));
  const match = matches.find((entry) => entry.id === typed) ?? matches[0];
  if (!match) throw new Refusal('notInStore', { tokens: [noun, typed, store] });
  if (matches.length > 1 && match.id !== typed)
    throw new Refusal('ambiguousId', {
      tokens: [noun, typed, matches.map((entry) => `${entry.kind} ${entry.id}`).join(', ')],
    });
  return match;
}

/**
 * The newest of entries that are sorted by id. The ids of one kind are by one clock: of snapshots by the org's, of plans and
 * runs by this machine's. Where the two disagree, a plan is still younger than its snapshot and a run than its plan.
 */
function latestOf(entries: readonly Entry[]): Entry | undefined {
  const ofKind = (kind: Entry['kind']): Entry[] => entries.filter((entry) => entry.kind === kind).slice(-1);
  return [...ofKind('snapshot'), ...ofKind('plan'), ...ofKind('run')].reduce<Entry | undefined>(
    (latest, entry) => (!latest || madeFrom(entry, latest) || entry.id > latest.id ? entry : latest),
    undefined
  );
}

function madeFrom(entry: Entry, from: Entry): boolean {
  if (from.kind === 'snapshot') return entry.kind !== 'snapshot' && entry.snapshotId === from.id;
  return entry.kind === 'run' && from.kind === 'plan' && entry.planId === from.id;
}
