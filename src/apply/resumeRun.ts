import { parseStoreId, type StoreId } from '../model/ids.js';
import type { Chance, Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { CPQ_TRIGGERS, orCutOff, runContext, throughToTheEnd, type RunOptions } from './applyPlan.js';
import { earlierRuns, readAccounts, readRun, type EarlierRun } from './earlierRuns.js';
import { isUnfinished, type RunState } from './journal/journal.js';
import type { ItemOutcome } from './outcome.js';
import { checkAgain, openPlan, type ReadyPlan } from './readyPlan.js';
import { readNamed, readResult } from './journal/namedFiles.js';
import { awaitOwnWork, recoverSteps } from './journal/recoverSteps.js';
import { intendedPath, RunJournal } from './runContext.js';
import type { RunResult } from './runResult.js';
import { refuseInDoubt } from './runsInTheWay.js';

/** A run to go on with, and its plan. */
export interface ResumableRun {
  readonly run: EarlierRun;
  readonly ready: ReadyPlan;
}

/** Opens a run of this org to go on with it. Sends nothing. */
export async function openUnfinishedRun(org: OrgPorts, store: Store, id: StoreId): Promise<ResumableRun> {
  const reading = await readRun(store, id);
  if (reading.kind === 'nothing') throw new Refusal('runNeverBegan', { tokens: [id] });
  if (reading.kind === 'damaged') throw new Refusal('runDamaged', { tokens: [id, reading.why] });
  const { run } = reading;
  const { state } = run;
  if (state.orgId !== org.identity.orgId)
    throw new Refusal('wrongOrg', { tokens: [`run ${id}`, state.orgId, org.identity.orgId] });
  const planId = parseStoreId(state.planId);
  if (!planId) throw new Refusal('runDamaged', { tokens: [id, 'its plan has no valid id'] });
  const ready = await openPlan(org, store, planId);
  if (ready.plan.digest !== state.planDigest)
    throw new Refusal('planDamaged', { tokens: [planId, `it is not the one that run ${id} applied`] });
  return { run, ready };
}

/**
 * Goes on with a run that was stopped, cut off or left in doubt, from what its journal and the org say: what is settled
 * stays, what was under way is found again, and only what is not yet as planned is written. A run that came to its end is
 * left alone and its result given again.
 */
export async function resumeRun(
  org: OrgPorts,
  store: Store,
  id: StoreId,
  options: RunOptions,
  chance: Chance,
  progress: Progress
): Promise<RunResult> {
  const started = performance.now();
  const lock = await store.lock(org.identity.orgId, `rollback apply --resume ${id}`, options.breakLock);
  try {
    // Under the lock: somebody else may just have gone on with it.
    const { run: earlier, ready } = await openUnfinishedRun(org, store, id);
    const { folder, state } = earlier;
    if (!isUnfinished(state)) return await finished(earlier, Math.round(performance.now() - started));
    await awaitOwnWork(org, ready.plan, state, progress);
    const current = await checkAgain(org, ready, progress);
    const journal = await RunJournal.goOn(folder, chance);
    await journal.append({ kind: 'runResumed', username: org.identity.username });
    const outcomes = await settledOutcomes(folder, state);
    const cpqTriggers = options.cpqTriggers ?? (state.switchesOff.includes(CPQ_TRIGGERS) ? 'attested-off' : undefined);
    const all = { ...options, ...(cpqTriggers ? { cpqTriggers } : {}) };
    const before = {
      idMap: state.idMap,
      begun: await begunSteps(folder, ready, state),
      outcomes,
      returned: backAgain(outcomes),
      inDoubt: state.inDoubt,
    };
    const elsewhere = await jobsOfOtherRuns(store, id);
    return await orCutOff(id, async () => {
      const run = runContext(
        org,
        ready,
        folder,
        journal,
        current,
        all,
        { chance, progress, isHeld: () => lock.isHeld() },
        before
      );
      // Said only now, or again: the journal that reminded of it before reminds of it once more.
      if (options.cpqTriggers === 'attested-off')
        await journal.append({ kind: 'switchOff', name: CPQ_TRIGGERS, by: 'operator' });
      await recoverSteps(run, state, elsewhere);
      return throughToTheEnd(run, all, started);
    });
  } finally {
    await lock.release();
  }
}

/** Jobs that the journals of other runs name: none of them is a lost one of this run. */
async function jobsOfOtherRuns(store: Store, id: StoreId): Promise<Set<string>> {
  const jobs = new Set<string>();
  for await (const other of earlierRuns(store))
    if (other.id !== id) for (const step of other.state.steps.values()) for (const { job } of step.jobs) jobs.add(job);
  return jobs;
}

async function finished(run: EarlierRun, durationMs: number): Promise<RunResult> {
  const { folder, state } = run;
  await refuseInDoubt(run, new Set(state.idMap.keys()));
  const result = await readResult(folder, state);
  if (!result) throw new Refusal('runDamaged', { tokens: [folder.id, 'result.json is missing'] });
  if (state.status !== 'succeeded' && state.status !== 'alreadyApplied')
    throw new Refusal('runEnded', { tokens: [folder.id, state.status ?? ''], actionTokens: [state.planId] });
  return { ...result, status: 'alreadyApplied', undoPoint: `${folder.display}/undo`, durationMs };
}

/** Skipped because the run was stopped, or because of a step that may come through now. */
const OPEN_AGAIN = new Set(['STOPPED', 'DEPENDS_ON_FAILED']);

/** The accounts that stand. Steps that were only left out are looked at again. */
async function settledOutcomes(folder: StoreFolder, state: RunState): Promise<Map<string, readonly ItemOutcome[]>> {
  const outcomes = await readAccounts(folder, state);
  for (const [step, items] of outcomes) {
    const leftOut = items.every(({ outcome, code }) => outcome === 'skipped' && OPEN_AGAIN.has(code ?? ''));
    if (items.length > 0 && leftOut) outcomes.delete(step);
  }
  return outcomes;
}

/**
 * Steps whose effect may have begun, by their intention, with the rows that were to be written. A file that no intention names
 * is of one that never came to be: nothing was sent for it.
 */
async function begunSteps(
  folder: StoreFolder,
  { plan }: ReadyPlan,
  state: RunState
): Promise<Map<string, ReadonlySet<string>>> {
  const begun = new Map<string, ReadonlySet<string>>();
  for (const { id } of plan.steps) {
    const known = state.steps.get(id);
    if (!known?.intended) continue;
    // Journals of the first releases do not name it.
    const unnamed = (await folder.exists(intendedPath(id))) ? { path: intendedPath(id), sha256: undefined } : undefined;
    const file = known.rows ?? unnamed;
    const rows = file ? (await readNamed(folder, file.path, file.sha256)).toString('utf8') : '';
    begun.set(id, new Set(rows.split('\n').filter(Boolean)));
  }
  return begun;
}

/** Rows that steps of this run brought back. */
function backAgain(outcomes: ReadonlyMap<string, readonly ItemOutcome[]>): Set<string> {
  return new Set(
    [...outcomes.values()]
      .flat()
      .filter(
        ({ operation, outcome, code }) =>
          (outcome === 'restored' || code === 'CHANGED_AGAIN') &&
          (operation === 'undeleteRecords' || operation === 'insertRecords')
      )
      .map(({ target }) => target.split(':').at(-1) ?? '')
  );
}
