import { parseStoreId, type StoreId } from '../model/ids.js';
import type { Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import { checkPlanFiles, readPlan } from '../plan/readPlan.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { openBaseline, type Baseline } from '../snapshot/baseline.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { knownNewIds } from './records/knownNewIds.js';
import { checkTargets, type Checked, type Current } from './preconditions.js';
import type { Moved } from './standing.js';

/** A plan that was opened for this org and may be applied: whole, of this org, and its snapshot is whole too. */
export interface ReadyPlan {
  readonly plan: RollbackPlan;
  readonly folder: StoreFolder;
  readonly baseline: Baseline;
}

/** Opens a plan and its snapshot and proves that they belong to this org. Sends nothing. */
export async function openPlan(org: OrgPorts, store: Store, id: StoreId): Promise<ReadyPlan> {
  const folder = await store.open('plans', id);
  const plan = await readPlan(folder);
  if (plan.orgId !== org.identity.orgId)
    throw new Refusal('wrongOrg', { tokens: [`plan ${id}`, plan.orgId, org.identity.orgId] });
  await checkPlanFiles(folder, plan);
  const snapshotId = parseStoreId(plan.snapshotId);
  if (!snapshotId)
    throw new Refusal('planDamaged', { tokens: [id, `its snapshot has no valid id: ${plan.snapshotId}`] });
  const baseline = await openBaseline(store, snapshotId, org.identity.orgId, await knownNewIds(store, snapshotId));
  if (baseline.snapshot.digest !== plan.snapshotDigest)
    throw new Refusal('snapshotDamaged', {
      tokens: [snapshotId, 'snapshot.json', 'it is not the one the plan was made from'],
    });
  return { plan, folder, baseline };
}

/** Reads every target and refuses a plan from which the org has moved on, naming each item. Writes nothing. */
export async function checkFresh(org: OrgPorts, ready: ReadyPlan, progress: Progress): Promise<Checked> {
  progress.stage('Checking that the plan still fits');
  refuseNotApplicable(org, ready);
  const checked = await readTargets(org, ready);
  if (checked.moved.length > 0) throw await stale(org, ready.plan, checked.moved);
  return checked;
}

/**
 * The same for a run that is gone on with. What moved meanwhile, by this run or by others, is judged item by item when its
 * turn comes.
 */
export async function checkAgain(org: OrgPorts, ready: ReadyPlan, progress: Progress): Promise<Current> {
  progress.stage('Looking at the org again');
  return (await readTargets(org, ready)).current;
}

function refuseNotApplicable(org: OrgPorts, ready: ReadyPlan): void {
  if (!ready.plan.applicable && ready.plan.steps.length > 0)
    throw new Refusal('planNotApplicable', {
      tokens: [
        ready.plan.id,
        ready.plan.findings
          .filter((finding) => finding.severity === 'error')
          .map((finding) => finding.message)
          .join(' '),
      ],
      actionTokens: [ready.plan.snapshotId, org.identity.label],
    });
}

/** Every target as it is now; refuses a user who does not see all rows, and an org in which somebody else is writing. */
async function readTargets(org: OrgPorts, ready: ReadyPlan): Promise<Checked> {
  const writesRecords = ready.plan.steps.some((step) => step.lane === 'records');
  const [deployments, jobs, viewsAll, checked] = await Promise.all([
    org.deploymentsSince(ready.plan.createdAt),
    writesRecords ? org.ingestJobsInFlight() : [],
    writesRecords ? org.viewsAllData() : true,
    checkTargets(org, ready.plan, ready.folder, ready.baseline),
  ]);
  if (!viewsAll) {
    const objects = ready.plan.steps.flatMap(({ detail }) => (detail.kind === 'records' ? [detail.object] : []));
    throw new Refusal('viewAllNeeded', { tokens: [[...new Set(objects)].join(', ')] });
  }
  const running = [
    ...deployments
      .filter((deployment) => deployment.completedAt === null && !deployment.checkOnly)
      .map((deployment) => `deployment ${deployment.id} by ${deployment.createdByName}`),
    ...jobs.map((job) => `bulk load ${job.id} of ${job.object}`),
  ];
  if (running.length > 0) throw new Refusal('inFlight', { tokens: [running.join('; ')] });
  return checked;
}

async function stale(org: OrgPorts, plan: RollbackPlan, moved: readonly Moved[]): Promise<Refusal> {
  const names = await org.userNames(moved.flatMap((item) => item.byId ?? []));
  const lines = moved.map((item) => ({
    target: item.target,
    what: item.what,
    by: item.byId ? (names.get(item.byId) ?? item.byId) : null,
    at: item.at,
  }));
  const text = lines
    .slice(0, 20)
    .map((line) => `${line.target}: ${line.what}${line.by ? ` (${line.by}${line.at ? `, ${line.at}` : ''})` : ''}`)
    .join('\n  ');
  return new Refusal('planStale', {
    tokens: [`${text}${lines.length > 20 ? `\n  and ${lines.length - 20} more` : ''}`],
    actionTokens: [plan.id],
    data: { moved: lines },
  });
}
