import { readAccounts, readRun } from '../apply/earlierRuns.js';
import type { ItemOutcome } from '../apply/outcome.js';
import type { FlowsPart } from '../flow/flowVersion.js';
import type { ComponentsPart } from '../metadata/component.js';
import { parseStoreId, type StoreId } from '../model/ids.js';
import { countOutcomes, type OutcomeCounts } from '../model/operation.js';
import { Refusal } from '../model/refusal.js';
import { readItems, readPlan } from '../plan/readPlan.js';
import type { RecordItem, RollbackPlan, Step } from '../plan/rollbackPlan.js';
import { readSnapshot } from '../snapshot/baseline.js';
import { readComponentsPart, readFlowsPart } from '../snapshot/readPart.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';
import type { Store } from '../store/ports.js';
import type { Inventory, PlanEntry, RunEntry, SnapshotEntry } from './entry.js';

export interface SnapshotItem {
  readonly entry: SnapshotEntry;
  readonly snapshot: Snapshot;
  /** Only when asked for in detail. */
  readonly flows?: FlowsPart;
  readonly components?: ComponentsPart;
}

export interface PlanItem {
  readonly entry: PlanEntry;
  readonly plan: RollbackPlan;
  /** Rows by step, with their values before and after; only when asked for in detail. */
  readonly items?: ReadonlyMap<string, readonly RecordItem[]>;
}

/** How far a run came with one step of its plan. */
export interface RunStep {
  readonly id: string;
  /** Missing when the plan is not in the store any more. */
  readonly operation?: Step['operation'];
  readonly target?: string;
  readonly state: 'settled' | 'begun' | 'notBegun';
  readonly counts: OutcomeCounts;
  /** Of what was not restored: the org's words. */
  readonly errors: ReadonlyArray<Pick<ItemOutcome, 'target' | 'outcome' | 'code' | 'message'>>;
}

export interface RunItem {
  readonly entry: RunEntry;
  readonly steps: readonly RunStep[];
  /** Every item with its values before, planned and after; only when asked for in detail. */
  readonly outcomes?: readonly ItemOutcome[];
}

export async function readSnapshotItem(store: Store, entry: SnapshotEntry, detail: boolean): Promise<SnapshotItem> {
  const folder = await store.open('snapshots', parseStoreId(entry.id) as StoreId);
  const snapshot = await readSnapshot(folder);
  if (!detail) return { entry, snapshot };
  return {
    entry,
    snapshot,
    flows: await readFlowsPart(folder, snapshot),
    components: await readComponentsPart(folder, snapshot),
  };
}

export async function readPlanItem(store: Store, entry: PlanEntry, detail: boolean): Promise<PlanItem> {
  const folder = await store.open('plans', parseStoreId(entry.id) as StoreId);
  const plan = await readPlan(folder);
  if (!detail) return { entry, plan };
  const items = new Map<string, readonly RecordItem[]>();
  for (const step of plan.steps) if (step.detail.kind === 'records') items.set(step.id, await readItems(folder, step));
  return { entry, plan, items };
}

/** A run by its journal: also one that was cut off and never wrote a result. */
export async function readRunItem(
  store: Store,
  entry: RunEntry,
  inventory: Inventory,
  detail: boolean
): Promise<RunItem> {
  if (entry.state === 'damaged') throw new Refusal('runDamaged', { tokens: [entry.id, entry.problem ?? ''] });
  const folder = await store.open('runs', parseStoreId(entry.id) as StoreId);
  const planId = parseStoreId(entry.planId ?? '');
  const known = inventory.plans.some((plan) => plan.id === planId && plan.state !== 'damaged');
  const plan = planId && known ? await readPlan(await store.open('plans', planId)) : undefined;
  const byStep = new Map<string, readonly ItemOutcome[]>();
  const reading = await readRun(store, folder.id);
  if (reading.kind === 'run')
    for (const [step, outcomes] of await readAccounts(folder, reading.run.state)) byStep.set(step, outcomes);
  const open = new Set(entry.openSteps);
  const ids = plan ? plan.steps.map((step) => step.id) : [...new Set([...byStep.keys(), ...open])].sort();
  const steps = ids.map((id): RunStep => {
    const step = plan?.steps.find((candidate) => candidate.id === id);
    const outcomes = byStep.get(id) ?? [];
    return {
      id,
      ...(step ? { operation: step.operation, target: step.target } : {}),
      state: open.has(id) ? 'begun' : byStep.has(id) ? 'settled' : 'notBegun',
      counts: countOutcomes(outcomes.map(({ outcome }) => outcome)),
      errors: outcomes
        .filter(({ outcome }) => ['failed', 'skipped', 'conflict', 'inDoubt'].includes(outcome))
        .map(({ target, outcome, code, message }) => ({
          target,
          outcome,
          ...(code === undefined ? {} : { code }),
          ...(message === undefined ? {} : { message }),
        })),
    };
  });
  return { entry, steps, ...(detail ? { outcomes: ids.flatMap((id) => byStep.get(id) ?? []) } : {}) };
}
