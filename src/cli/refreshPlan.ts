import { succeededRun } from '../apply/succeededRun.js';
import { undoRequestAgain } from '../apply/undo/makeUndoPlan.js';
import { parseStoreId } from '../model/ids.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import { planDifference, type PlanDifference } from '../plan/planDifference.js';
import type { PlanRequest } from '../plan/planRequest.js';
import { readAllItems, readPlan } from '../plan/readPlan.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { requestOf } from './planRequest.js';
import { choosePlan } from './storeIds.js';

export interface StoredPlan {
  readonly plan: RollbackPlan;
  readonly folder: StoreFolder;
}

/** In what a plan differs from the one it was made anew from. */
export interface Refreshed {
  readonly from: string;
  /** The run that carried the old plan out, if one did. */
  readonly appliedBy: string | null;
  readonly changes: readonly PlanDifference[];
}

export async function openOldPlan(store: Store, typed: string, orgId: string): Promise<StoredPlan> {
  const folder = await store.open('plans', await choosePlan(store, typed, orgId));
  const plan = await readPlan(folder);
  if (plan.orgId !== orgId) throw new Refusal('wrongOrg', { tokens: [`plan ${plan.id}`, plan.orgId, orgId] });
  return { plan, folder };
}

/** What an old plan was asked for. Of a plan that takes a run back, what the run left is worked out again. */
export async function requestAgain(
  org: OrgPorts,
  store: Store,
  { plan }: StoredPlan,
  { snapshot }: Pick<Baseline, 'snapshot'>
): Promise<PlanRequest> {
  const request = requestOf(plan);
  const run = request.undo && snapshot.undoOf ? parseStoreId(snapshot.undoOf) : undefined;
  return run ? { ...request, undo: await undoRequestAgain(org, store, run) } : request;
}

export async function refreshedFrom(store: Store, old: StoredPlan, now: StoredPlan): Promise<Refreshed> {
  const run = await succeededRun(store, old.plan);
  return {
    from: old.plan.id,
    appliedBy: run?.runId ?? null,
    changes: planDifference(
      { plan: old.plan, items: await readAllItems(old.folder, old.plan) },
      { plan: now.plan, items: await readAllItems(now.folder, now.plan) }
    ),
  };
}
