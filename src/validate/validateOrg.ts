import { knownNewIds } from '../apply/records/knownNewIds.js';
import { readAccounts, readRun } from '../apply/earlierRuns.js';
import { readResult } from '../apply/journal/namedFiles.js';
import type { RunResult } from '../apply/runResult.js';
import { makeStoreId, parseStoreId, type StoreId } from '../model/ids.js';
import type { Finding } from '../model/finding.js';
import type { Chance, Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import { conflictWords } from '../plan/conflictWords.js';
import { notReadFinding } from '../plan/components/notRead.js';
import { notCompared } from '../plan/records/notCompared.js';
import { onlyOwnerInactive } from '../plan/records/inactiveOwners.js';
import { readGroupsTouched } from '../plan/permissions/readGroupsTouched.js';
import { targetsOf } from '../plan/changeSet.js';
import { observe } from '../plan/readOrgNow.js';
import { readPlan } from '../plan/readPlan.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import type { IdMap } from '../records/idMap.js';
import { openBaseline } from '../snapshot/baseline.js';
import type { Store } from '../store/ports.js';
import { groupFindings } from './groupFindings.js';
import { readGone } from './readGone.js';
import { stillHarmless, wasMadeHarmless, type HarmlessRun } from './stillHarmless.js';
import { judge, keptBy, type Verdict } from './verdict.js';

export interface Validation {
  readonly id: string;
  readonly verdict: Verdict;
  readonly valid: boolean;
  readonly checked: {
    readonly flows: number;
    readonly components: number;
    readonly permissions: number;
    readonly records: number;
    readonly notChecked: readonly string[];
  };
  readonly findings: readonly Finding[];
  readonly files: readonly string[];
}

/** A run with the plan it applied, from the store. */
export interface KnownRun extends HarmlessRun {
  readonly result: RunResult;
  readonly plan: RollbackPlan;
  readonly openedAt: string;
  readonly closedAt: string | undefined;
}

export async function openRun(store: Store, id: StoreId): Promise<KnownRun> {
  const folder = await store.open('runs', id);
  const reading = await readRun(store, id);
  if (reading.kind === 'damaged') throw new Refusal('runDamaged', { tokens: [id, reading.why] });
  if (reading.kind === 'nothing') throw new Refusal('runNeverBegan', { tokens: [id] });
  const { state, entries } = reading.run;
  const planId = parseStoreId(state.planId);
  const result = state.status === undefined ? undefined : await readResult(folder, state);
  if (!planId || !result) throw new Refusal('runNotFinished', { tokens: [id], actionTokens: [id] });
  const plan = await readPlan(await store.open('plans', planId));
  const closed = entries.findLast((entry) => entry.kind === 'runClosed');
  if (plan.digest !== state.planDigest)
    throw new Refusal('planDamaged', { tokens: [planId, 'it is not the one the run applied'] });
  const steps = result.steps.filter(wasMadeHarmless).map((step) => step.id);
  const components = plan.steps.flatMap(({ id: step, detail }) =>
    detail.kind === 'component' && steps.includes(step) ? [{ step, leaves: detail.leaves }] : []
  );
  const accounts = await readAccounts(folder, {
    ...state,
    steps: new Map([...state.steps].filter(([step]) => components.some((one) => one.step === step))),
  });
  const leftDigests = components.map(({ step, leaves }) => {
    const after = accounts.get(step)?.[0]?.after;
    return [step, typeof after === 'string' ? after : leaves] as const;
  });
  return {
    result,
    plan,
    leftDigests: new Map(leftDigests),
    openedAt: state.openedAt,
    closedAt: closed?.orgTime ?? closed?.at,
  };
}

/** A plan names a row by the Id it had; once it came back by insert, it is found under the new one. */
function underNewId(target: string, ids: IdMap): string {
  const { head = '', id = '' } = /^(?<head>record:\w+:)(?<id>\w{18})$/.exec(target)?.groups ?? {};
  const fresh = ids.get(id);
  return fresh === undefined ? target : `${head}${fresh}`;
}

/**
 * Reads the whole scope of a snapshot from the org again and says whether the org is back, naming every difference and
 * who made it. Compares what is there, not what a run claims. Changes nothing.
 */
export async function validateOrg(
  org: OrgPorts,
  store: Store,
  target: { readonly run?: KnownRun; readonly snapshotId: StoreId },
  chance: Chance,
  progress: Progress
): Promise<Validation> {
  const baseline = await openBaseline(
    store,
    target.snapshotId,
    org.identity.orgId,
    await knownNewIds(store, target.snapshotId)
  );
  const observed = await observe(org, baseline, false, progress);
  const missing = notCompared(observed.records.findings);
  const unread = [...missing.map(({ finding }) => finding), ...observed.components.notRead.map(notReadFinding)];
  const differences = [...targetsOf(observed.changes), ...(await readGone(org, baseline, missing, observed.changes))];
  const names = await org.userNames(differences.flatMap(({ author }) => author.userId ?? []));
  const neutralised = target.run ? stillHarmless(target.run, observed.changes) : [];
  const kept = keptBy(target.run?.plan, neutralised).map((entry) => ({
    ...entry,
    target: underNewId(entry.target, baseline.idMap),
  }));
  const owned = onlyOwnerInactive(observed.records.changes, observed.records.inactiveOwners).map((name) => ({
    target: name,
    why: `kept, because ${conflictWords('ownerInactive')}`,
  }));
  const judged = judge(differences, [...kept, ...owned], baseline.snapshot.gaps, target.run?.closedAt, names, unread);
  const { reading } = observed.permissions;
  const groups = reading && target.run ? await readGroupsTouched(org, reading, target.run.plan.steps) : [];
  const { snapshot } = baseline;
  const folder = target.run ? await store.open('runs', parseStoreId(target.run.result.runId) as StoreId) : undefined;
  const validation: Validation = {
    id: makeStoreId(chance.now(), org.identity.label, chance.entropy(3)),
    verdict: judged.verdict,
    valid: judged.verdict === 'restored',
    checked: {
      flows: snapshot.counts.flows,
      components: snapshot.counts.components + baseline.components.absent.length,
      permissions: snapshot.counts.permissionRows,
      records: snapshot.counts.records,
      notChecked: [...snapshot.gaps.map((gap) => gap.name), ...unread.map(({ subject }) => subject)],
    },
    findings: [
      ...judged.findings,
      ...groupFindings(baseline.permissions?.scope, observed.permissions.reading, groups),
      ...observed.records.findings.filter((finding) => !missing.some((one) => one.finding === finding)),
    ],
    files: folder ? [`${folder.display}/validation.json`] : [],
  };
  if (folder)
    await folder.write(
      'validation.json',
      `${JSON.stringify({ ...validation, files: ['validation.json'] }, null, 2)}\n`
    );
  return validation;
}
