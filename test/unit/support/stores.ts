import { jsonText } from '../../../src/snapshot/jsonFile.js';
import { chain, GENESIS, type JournalEntry } from '../../../src/apply/journal/journal.js';
import { digestOf } from '../../../src/model/digest.js';
import type { StoreId } from '../../../src/model/ids.js';
import type { RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import type { Snapshot } from '../../../src/snapshot/snapshotFormat.js';
import type { Store, StoreFolder } from '../../../src/store/ports.js';
import { aSnapshot, ORG } from './snapshots.js';
import { aPlan, LATER } from './worlds.js';

/** The nth id of a store, in order. */
export function storeIdOf(n: number): StoreId {
  return `20261121T06${String(n).padStart(4, '0')}Z-prod-3f9c1a` as StoreId;
}

export async function putSnapshot(
  store: Store,
  id: StoreId,
  more: Partial<Omit<Snapshot, 'digest' | 'id'>> = {}
): Promise<StoreFolder> {
  const folder = await store.create('snapshots', id);
  await folder.write('snapshot.json', jsonText(aSnapshot({ ...more, id })));
  return folder;
}

export async function putPlan(
  store: Store,
  id: StoreId,
  more: Partial<Omit<RollbackPlan, 'digest' | 'id'>> = {}
): Promise<RollbackPlan> {
  const { digest: dropped, ...body } = { ...aPlan({ orgId: ORG, ...more }), id: id as string };
  void dropped;
  const plan = { ...body, digest: digestOf(body) };
  await (await store.create('plans', id)).write('plan.json', jsonText(plan));
  return plan;
}

type RunOpened = Extract<JournalEntry, { kind: 'runOpened' }>;

/** A run with these entries after its first. */
export async function putRun(
  store: Store,
  id: StoreId,
  opened: Partial<RunOpened>,
  entries: readonly JournalEntry[] = []
): Promise<StoreFolder> {
  const folder = await store.create('runs', id);
  const first: RunOpened = {
    kind: 'runOpened',
    at: LATER,
    runId: id,
    planId: '',
    planDigest: '',
    snapshotId: '',
    orgId: ORG,
    username: 'olga@example.com',
    ...opened,
  };
  let hash = GENESIS;
  for (const [n, entry] of [first, ...entries].entries()) {
    const line = chain(hash, n, entry);
    hash = line.hash;
    await folder.append('journal.ndjson', JSON.stringify(line));
  }
  return folder;
}
