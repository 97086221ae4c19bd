import { parseStoreId, type StoreId } from '../../model/ids.js';
import type { Chance, Progress } from '../../model/progress.js';
import { Refusal } from '../../model/refusal.js';
import type { OrgPorts } from '../../org/ports.js';
import { permissionTarget } from '../../permissions/permissionRow.js';
import { NO_CHOICE, type Choice } from '../../plan/choice/choice.js';
import { makePlan } from '../../plan/makePlan.js';
import type { UndoRequest } from '../../plan/planRequest.js';
import { readPlan } from '../../plan/readPlan.js';
import type { RollbackPlan } from '../../plan/rollbackPlan.js';
import type { Snapshot } from '../../snapshot/snapshotFormat.js';
import type { Store } from '../../store/ports.js';
import { openBaselineToPlan } from '../baselineToPlan.js';
import { readAccounts, readRun, type EarlierRun } from '../earlierRuns.js';
import { isUnfinished } from '../journal/journal.js';
import { checkUndoPoint } from '../journal/namedFiles.js';
import { rowsLeft } from './rowsLeft.js';
import { makeUndoSnapshot } from './undoSnapshot.js';

/**
 * Makes a plan that takes a run back: to its undo point, and no further. What changed after the run is kept, whoever did it;
 * so is what others changed while it was under way or cut off.
 * Changes nothing in the org. The run that applies the plan has an undo point of its own, so that it can be undone again.
 */
export async function makeUndoPlan(
  org: OrgPorts,
  store: Store,
  id: StoreId,
  chance: Chance,
  progress: Progress
): Promise<RollbackPlan> {
  const run = await openEndedRun(org, store, id);
  const undone = await planOf(store, run);
  progress.stage('Opening the undo point');
  const snapshot = await makeUndoSnapshot(org, store, run, undone, chance);
  const baseline = await openBaselineToPlan(store, parseStoreId(snapshot.id) as StoreId, org.identity.orgId);
  const { plan } = await makePlan(
    org,
    store,
    baseline,
    {
      everybody: true,
      changedBy: [],
      full: false,
      acceptGaps: false,
      choice: { ...NO_CHOICE, resolve: [...createdAgain(undone), ...assignedAgain(undone)] },
      undo: await undoRequest(org, run, undone),
    },
    chance,
    progress
  );
  return plan;
}

/** The undo point of a run as a snapshot: what the run changed, as it was just before. Changes nothing in the org. */
export async function makeUndoState(org: OrgPorts, store: Store, id: StoreId, chance: Chance): Promise<Snapshot> {
  const run = await openEndedRun(org, store, id);
  return makeUndoSnapshot(org, store, run, await planOf(store, run), chance);
}

/** What a plan back to the undo point of a run asks for, once more: what the run left is in no file of a plan. */
export async function undoRequestAgain(org: OrgPorts, store: Store, id: StoreId): Promise<UndoRequest> {
  const run = await openEndedRun(org, store, id);
  return undoRequest(org, run, await planOf(store, run));
}

async function undoRequest(org: OrgPorts, run: EarlierRun, undone: RollbackPlan): Promise<UndoRequest> {
  const goneOn = run.entries.some(({ kind }) => kind === 'runResumed');
  const accounts = await readAccounts(run.folder, run.state);
  return {
    from: run.state.orgTime ?? run.state.openedAt,
    until: run.state.closedAt ?? run.state.openedAt,
    by: [...(await org.userIds([...usersOf(run)])).values()],
    ...(goneOn ? { goneOn } : {}),
    rows: rowsLeft({ run, plan: undone, accounts }, goneOn),
    left: undone.steps.flatMap(({ target, detail }) =>
      detail.kind === 'component' ? [{ target, digest: detail.leaves }] : []
    ),
  };
}

/** The plan that a run carried out, and no other that has its id by now. */
async function planOf(store: Store, { id, state }: EarlierRun): Promise<RollbackPlan> {
  const planId = parseStoreId(state.planId);
  if (!planId) throw new Refusal('runDamaged', { tokens: [id, 'its plan has no valid id'] });
  const plan = await readPlan(await store.open('plans', planId));
  if (plan.digest !== state.planDigest)
    throw new Refusal('planDamaged', { tokens: [planId, `it is not the one that run ${id} applied`] });
  return plan;
}

async function openEndedRun(org: OrgPorts, store: Store, id: StoreId): Promise<EarlierRun> {
  const reading = await readRun(store, id);
  if (reading.kind === 'nothing') throw new Refusal('runNeverBegan', { tokens: [id] });
  if (reading.kind === 'damaged') throw new Refusal('runDamaged', { tokens: [id, reading.why] });
  const { run } = reading;
  if (run.state.orgId !== org.identity.orgId)
    throw new Refusal('wrongOrg', { tokens: [`run ${id}`, run.state.orgId, org.identity.orgId] });
  if (isUnfinished(run.state)) throw new Refusal('undoUnfinished', { tokens: [id], actionTokens: [id, id] });
  await checkUndoPoint(run.folder, run.state);
  return run;
}

/** User names of those who carried the run out. */
function usersOf({ entries }: EarlierRun): Set<string> {
  return new Set(
    entries.flatMap((entry) => (entry.kind === 'runOpened' || entry.kind === 'runResumed' ? [entry.username] : []))
  );
}

/** Whoever takes the run back wants what it deleted; the data of a field is in the undo point. */
function createdAgain(undone: RollbackPlan): Choice['resolve'] {
  return undone.steps
    .filter((step) => step.operation === 'deleteComponent')
    .map((step) => ({ selector: step.target, decision: 'restore', standing: true }));
}

/** Assignments go back only where somebody asks: whoever asked for them then asks for all of it now. */
function assignedAgain(undone: RollbackPlan): Choice['resolve'] {
  return undone.steps.flatMap(({ detail }) =>
    detail.kind === 'permissions'
      ? detail.rows
          .filter(({ kind }) => kind === 'User')
          .map((row) => ({
            selector: permissionTarget(detail.parent, row),
            decision: 'restore' as const,
            standing: true as const,
          }))
      : []
  );
}
