import { parseStoreId, type StoreId } from '../model/ids.js';
import { plural } from '../model/plural.js';
import { Refusal } from '../model/refusal.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import type { Store } from '../store/ports.js';
import { readAccounts, readRun, type EarlierRun } from './earlierRuns.js';
import { isUnfinished } from './journal/journal.js';
import { isOfSameTarget, undoneBy } from './records/knownNewIds.js';

/** How many rows in doubt an error names; `show` names all. */
const NAMED = 3;

/**
 * Refuses a plan while a run stands in its way: one of the same plan that was stopped or cut off; one back to the same
 * snapshot that may have inserted rows of which nobody knew when the plan was made; one of the same org that may have changed something it gave no account of; or one that nobody
 * can read and that is younger than the plan.
 */
export async function refuseBehindEarlierRuns(store: Store, plan: RollbackPlan): Promise<void> {
  const ended: EarlierRun[] = [];
  const newIds = new Set<string>();
  const snapshotId = parseStoreId(plan.snapshotId) as StoreId;
  const undoes = await undoneBy(store, snapshotId);
  for (const id of await store.ids('runs')) {
    const reading = await readRun(store, id);
    if (reading.kind === 'damaged' && id.slice(0, 16) >= plan.id.slice(0, 16))
      throw new Refusal('runDamaged', { tokens: [id, reading.why], actionTokens: [plan.snapshotId] });
    if (reading.kind !== 'run') continue;
    const { state } = reading.run;
    const same = state.planDigest === plan.digest;
    if (state.orgId === plan.orgId && ((same && isUnfinished(state)) || state.open.length > 0))
      throw new Refusal('runUnfinished', { tokens: [id, state.planId], actionTokens: [id] });
    const target = isOfSameTarget(state, snapshotId, undoes);
    // A plan that was made later has seen the doubt, and what it inserts a person asked for.
    const before = (reading.run.entries.at(-1)?.at ?? '') >= plan.createdAt;
    if (same || (target && before)) ended.push(reading.run);
    if (target) for (const old of state.idMap.keys()) newIds.add(old);
  }
  for (const run of ended) await refuseInDoubt(run, newIds);
}

/**
 * Refuses to go on behind a run that ended while it was not known whether the org inserted some of its rows: sent again they
 * might be there twice. `newIds` are the old Ids of rows whose new ones are known meanwhile.
 */
export async function refuseInDoubt(run: EarlierRun, newIds: ReadonlySet<string>): Promise<void> {
  const { state } = run;
  const targets = await targetsInDoubt(run, newIds);
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
export async function targetsInDoubt(
  { folder, state }: EarlierRun,
  newIds: Pick<ReadonlySet<string>, 'has'>
): Promise<string[]> {
  // The counts stand in the journal: accounts are read only where there is something in doubt.
  if (![...state.steps.values()].some(({ settled }) => (settled?.counts.inDoubt ?? 0) > 0)) return [];
  return [...(await readAccounts(folder, state)).values()]
    .flat()
    .filter(({ outcome, target }) => outcome === 'inDoubt' && !newIds.has(target.split(':').at(-1) ?? ''))
    .map(({ target }) => target);
}
