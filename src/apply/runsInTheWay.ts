import { parseStoreId, type StoreId } from '../model/ids.js';
import { plural } from '../model/plural.js';
import { Refusal } from '../model/refusal.js';
import { readItems } from '../plan/readPlan.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import type { IdMap } from '../records/idMap.js';
import type { Store } from '../store/ports.js';
import { readAccounts, readRun, type EarlierRun } from './earlierRuns.js';
import { isUnfinished } from './journal/journal.js';
import { knownNewIds } from './records/knownNewIds.js';
import { isOfSameTarget, targetSnapshot } from './targetSnapshot.js';

/** How many rows in doubt an error names; `show` names all. */
const NAMED = 3;

/**
 * Refuses a plan while a run stands in its way: one of the same plan that was stopped or cut off; one that may have inserted
 * rows of which nobody knew when the plan was made, back to the same snapshot, or rows that the plan would insert; one of
 * the same org that may have changed something it gave no account of; or one that nobody can read and that is younger than
 * the plan.
 */
export async function refuseBehindEarlierRuns(store: Store, plan: RollbackPlan): Promise<void> {
  const ended: Array<{ readonly run: EarlierRun; readonly sameTarget: boolean }> = [];
  const snapshotId = parseStoreId(plan.snapshotId) as StoreId;
  const snapshot = await targetSnapshot(store, snapshotId);
  for (const id of await store.ids('runs')) {
    const reading = await readRun(store, id);
    if (reading.kind === 'damaged' && id.slice(0, 16) >= plan.id.slice(0, 16))
      throw new Refusal('runDamaged', { tokens: [id, reading.why], actionTokens: [plan.snapshotId] });
    if (reading.kind !== 'run') continue;
    const { state } = reading.run;
    if (state.orgId !== plan.orgId) continue;
    const same = state.planDigest === plan.digest;
    if ((same && isUnfinished(state)) || state.open.length > 0)
      throw new Refusal('runUnfinished', { tokens: [id, state.planId], actionTokens: [id] });
    // A plan that was made later has seen the doubt, and what it inserts a person asked for.
    const before = (reading.run.entries.at(-1)?.at ?? '') >= plan.createdAt;
    if (same || before) ended.push({ run: reading.run, sameTarget: same || isOfSameTarget(state, snapshot) });
  }
  if (!ended.some(({ run }) => leftDoubt(run))) return;
  const newIds = await knownNewIds(store, snapshotId);
  const inserted = await rowsToInsert(store, plan, newIds);
  for (const { run, sameTarget } of ended) await refuseInDoubt(run, newIds, sameTarget ? undefined : inserted);
}

/** Rows that a plan inserts, or may insert where the recycle bin no longer has them, by their Ids in the plan and of now. */
async function rowsToInsert(store: Store, plan: RollbackPlan, newIds: IdMap): Promise<ReadonlySet<string>> {
  const folder = await store.open('plans', parseStoreId(plan.id) as StoreId);
  const ids = new Set<string>();
  for (const step of plan.steps)
    if (step.operation === 'insertRecords' || step.operation === 'undeleteRecords')
      for (const { id } of await readItems(folder, step)) ids.add(id).add(newIds.get(id) ?? id);
  return ids;
}

/**
 * Refuses to go on behind a run that ended while it was not known whether the org inserted some of its rows: sent again they
 * might be there twice. `newIds` are the old Ids of rows whose new ones are known meanwhile; with `only`, no other rows count.
 */
export async function refuseInDoubt(
  run: EarlierRun,
  newIds: Pick<ReadonlySet<string>, 'has'>,
  only?: ReadonlySet<string>
): Promise<void> {
  const { state } = run;
  const all = await targetsInDoubt(run, newIds);
  const targets = only ? all.filter((target) => only.has(target.split(':').at(-1) ?? '')) : all;
  const [first] = targets;
  if (first === undefined) return;
  const more = targets.length > NAMED ? ` and ${targets.length - NAMED} more` : '';
  const since = state.orgTime ?? state.openedAt;
  throw new Refusal('rowsInDoubt', {
    tokens: [state.runId, plural(targets.length, 'row'), `${targets.slice(0, NAMED).join(', ')}${more}`],
    actionTokens: [state.runId, first.split(':')[1] ?? '', state.username, since, state.planId],
  });
}

/** Rows that a run left in doubt when it ended, without those whose new Ids are known meanwhile. */
export async function targetsInDoubt(run: EarlierRun, newIds: Pick<ReadonlySet<string>, 'has'>): Promise<string[]> {
  // The counts stand in the journal: accounts are read only where there is something in doubt.
  if (!leftDoubt(run)) return [];
  const { folder, state } = run;
  return [...(await readAccounts(folder, state)).values()]
    .flat()
    .filter(({ outcome, target }) => outcome === 'inDoubt' && !newIds.has(target.split(':').at(-1) ?? ''))
    .map(({ target }) => target);
}

function leftDoubt({ state }: EarlierRun): boolean {
  return [...state.steps.values()].some(({ settled }) => (settled?.counts.inDoubt ?? 0) > 0);
}
