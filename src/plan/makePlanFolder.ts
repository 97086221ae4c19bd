import { digestOf } from '../model/digest.js';
import { makeStoreId } from '../model/ids.js';
import type { Finding } from '../model/finding.js';
import type { Operation } from '../model/operation.js';
import type { Chance } from '../model/progress.js';
import type { OrgPorts } from '../org/ports.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { adviceFor } from './advice.js';
import { isReal, isTaken, type Attribution } from './attribution/attribution.js';
import type { Draft } from './draft.js';
import { estimate } from './estimate.js';
import type { FlowFacts } from './flows/flowFacts.js';
import { makeStepFiles } from './makeStepFiles.js';
import { orderSteps, type OrderedStep } from './order/orderSteps.js';
import { PLAN_FORMAT } from './planFormat.js';
import type { PlanRequest } from './planRequest.js';
import type { Observed } from './readOrgNow.js';
import type { Estimate, RollbackPlan, Step } from './rollbackPlan.js';

/** Orders the steps of a draft, gives them ids and writes the plan with its item files; `plan.json` comes last. */
export async function makePlanFolder(
  org: OrgPorts,
  store: Store,
  baseline: Baseline,
  observed: Observed,
  known: {
    readonly attribution: Attribution;
    readonly people: ReadonlySet<string>;
    readonly names: ReadonlyMap<string, string>;
    readonly request: PlanRequest;
    /** The org's clock. */
    readonly serverTime: string;
    /** Requests of the day, where there may be steps and the user may see them. */
    readonly daily: Awaited<ReturnType<OrgPorts['apiLimit']>>;
  },
  draft: Draft,
  flowTraits: FlowFacts['traits'],
  chance: Chance
): Promise<{ plan: RollbackPlan; folder: StoreFolder }> {
  const { attribution, names, request } = known;
  const now = chance.now();
  const folder = await store.create('plans', makeStoreId(now, org.identity.label, chance.entropy(3)));
  const ordered = orderSteps(draft.steps, { flowTraits });
  const idOf = new Map(ordered.map(({ step }, at) => [step.key, `s${String(at + 1).padStart(3, '0')}`]));
  const steps: Step[] = [];
  for (const { step, waitsFor } of ordered) {
    const id = idOf.get(step.key) as string;
    const common = {
      id,
      lane: step.lane,
      operation: step.operation,
      fallbacks: step.fallbacks,
      target: step.target,
      count: step.count,
      ...(step.onlyChecked === undefined ? {} : { onlyChecked: step.onlyChecked }),
      risk: step.risk,
      ...(step.rowsAtStake === undefined ? {} : { rowsAtStake: step.rowsAtStake }),
      waitsFor: waitsFor.map((other) => idOf.get(other.key) as string),
      reason: step.reason,
    };
    steps.push({ ...common, detail: await makeStepFiles(folder, id, step.detail, observed.components.flowTexts) });
  }
  const byTarget = <T extends { readonly target: string }>(list: readonly T[]): T[] =>
    inOrder(list, (entry) => `${entry.target}\n${JSON.stringify(entry)}`);
  const summary: Partial<Record<Operation, number>> = {};
  for (const step of steps) {
    const written = step.count - (step.onlyChecked ?? 0);
    if (written > 0) summary[step.operation] = (summary[step.operation] ?? 0) + written;
  }
  const conflicts = byTarget(draft.conflicts);
  const manual = byTarget(draft.manual);
  const cost = estimate(steps, steps.length > 0 ? known.daily : undefined);
  const findings = inOrder(
    [...draft.findings, ...headroom(cost), ...ordered.flatMap(stepInCircle)],
    ({ code, subject, message }) => `${code}\n${subject}\n${message}`
  );
  const body: Omit<RollbackPlan, 'digest'> = {
    format: PLAN_FORMAT,
    id: folder.id,
    snapshotId: baseline.snapshot.id,
    snapshotDigest: baseline.snapshot.digest,
    orgId: baseline.snapshot.orgId,
    apiVersion: baseline.snapshot.apiVersion,
    createdAt: now.toISOString(),
    createdBy: org.identity.username,
    applicable: steps.length > 0 && !findings.some((finding) => finding.severity === 'error'),
    complete: manual.length === 0 && baseline.snapshot.complete,
    empty: steps.length + conflicts.length + manual.length === 0,
    deployers: [...known.people].map((id) => names.get(id) ?? id).sort(),
    attribution: attribution.source,
    ...(attribution.after ? { after: attribution.after.snapshotId } : {}),
    request: plainRequest(request),
    deployments: observed.deployments.map((deployment) => ({
      id: deployment.id,
      by: names.get(deployment.createdById) ?? deployment.createdByName,
      status: deployment.status,
      at: deployment.completedAt,
      takenBack: isReal(deployment) && isTaken(attribution, deployment.id) && !request.driftOnly,
      ...(deployment.checkOnly ? { checkOnly: true } : {}),
      ...(attribution.wayBack?.has(deployment.id) ? { run: attribution.wayBack.get(deployment.id) } : {}),
    })),
    summary,
    steps,
    conflicts,
    manual,
    leftOut: byTarget(draft.leftOut),
    findings,
    estimate: cost,
    advice: adviceFor(steps, conflicts, manual, draft.leftOut, {
      days: Math.floor((Date.parse(known.serverTime) - Date.parse(baseline.snapshot.createdAt)) / 86_400_000),
      otherDeployments: observed.deployments.filter(
        (one) => isReal(one) && !isTaken(attribution, one.id) && !attribution.wayBack?.has(one.id)
      ).length,
      undo: known.request.undo !== undefined,
    }),
  };
  const plan: RollbackPlan = { ...body, digest: digestOf(body) };
  await folder.write('plan.json', `${JSON.stringify(plan, null, 2)}\n`);
  return { plan, folder };
}

function stepInCircle({ step, givenUp }: OrderedStep): Finding[] {
  if (givenUp.length === 0) return [];
  return [
    {
      code: 'stepInCircle',
      severity: 'warning',
      subject: step.target,
      message: `It should wait for ${givenUp.map(({ target }) => target).join(', ')}, which waits for it: the org may refuse it.`,
    },
  ];
}

/** The same entries in one order, whatever order they came in. */
function inOrder<T>(list: readonly T[], place: (entry: T) => string): T[] {
  return list
    .map((entry) => ({ entry, key: place(entry) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ entry }) => entry);
}

/** The request as JSON keeps it: without what was not said, and without values of records. */
function plainRequest(request: PlanRequest): PlanRequest {
  return JSON.parse(
    JSON.stringify(request, (key, value: unknown) => (key === 'rows' ? undefined : value))
  ) as PlanRequest;
}

/** Requests that are left may not be enough: said before anything is begun. */
function headroom({ requests, limit, remaining }: Estimate): Finding[] {
  if (limit === undefined || remaining === undefined || requests <= remaining) return [];
  return [
    {
      code: 'apiHeadroom',
      severity: 'warning',
      subject: 'DailyApiRequests',
      message: `Applying takes about ${requests} requests, and ${remaining} of ${limit} are left for these 24 hours.`,
      action: 'Apply later, or plan less with --only.',
    },
  ];
}
