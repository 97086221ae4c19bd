import { diffFlows } from '../flow/diffFlows.js';
import { versionMember } from '../flow/flowVersion.js';
import { keyText } from '../metadata/component.js';
import { diffComponents, type ComponentChange } from '../metadata/diffComponents.js';
import { digestOf } from '../model/digest.js';
import type { Finding } from '../model/finding.js';
import { isApiName, makeStoreId } from '../model/ids.js';
import type { Operation } from '../model/operation.js';
import type { Chance, Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { Deployment, DeployReport, OrgPorts } from '../org/ports.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { adviceFor } from './advice.js';
import { attribute, isReal, outsideScope, touchesOf, type Attribution } from './attribution.js';
import { stepsWithoutCascades } from './readCascades.js';
import { targetsOf, type ChangeSet } from './changeSet.js';
import type { Choice } from './choice.js';
import { componentSteps } from './componentSteps.js';
import { joinDrafts, type Decisions, type Draft } from './draft.js';
import { estimate } from './estimate.js';
import { flowSteps } from './flowSteps.js';
import { orderSteps } from './order/orderSteps.js';
import { PLAN_FORMAT } from './planFormat.js';
import { readComponentsNow, type ComponentsNow } from './readComponentsNow.js';
import { readRecordsNow, type RecordsNow } from './readRecordsNow.js';
import type { DraftStep, RollbackPlan, Step } from './rollbackPlan.js';

/** Rows deleted longer ago than this are no longer in the recycle bin. */
const BIN_DAYS = 15;

export interface PlanRequest {
  readonly choice: Choice;
  readonly everybody: boolean;
  readonly changedBy: readonly string[];
  readonly full: boolean;
  readonly acceptGaps: boolean;
}

/** The org against a baseline: what changed, and what is known of who did it. */
export interface Observed {
  readonly changes: ChangeSet;
  readonly components: ComponentsNow;
  readonly records: RecordsNow;
  readonly deployments: readonly Deployment[];
  readonly reports: ReadonlyMap<string, DeployReport>;
}

/** Reads the org against the baseline. Changes nothing. */
export async function observe(org: OrgPorts, baseline: Baseline, full: boolean, progress: Progress): Promise<Observed> {
  progress.stage('Looking at the org');
  const [deployments, components, records] = await Promise.all([
    org.deploymentsSince(baseline.snapshot.createdAt),
    readComponentsNow(org, baseline, progress),
    readRecordsNow(org, baseline, full, progress),
  ]);
  const reports = new Map<string, DeployReport>();
  await Promise.all(
    deployments
      .filter(isReal)
      .map(async (deployment) => reports.set(deployment.id, await org.deployReport(deployment.id)))
  );
  const changes: ChangeSet = {
    flows: diffFlows(baseline.flows, components.flows, baseline.snapshot.scope.flows === 'all', (flow, version) =>
      components.flowBodies.get(versionMember(flow, version))
    ),
    components: diffComponents(baseline.components, components.states),
    records: records.changes,
  };
  return { changes, components, records, deployments, reports };
}

/**
 * Works out what would take the org back to the baseline and writes it as a plan: whose changes go back, in which order,
 * what is kept because somebody else did it, and what no API can do. Changes nothing in the org.
 */
export async function makePlan(
  org: OrgPorts,
  store: Store,
  baseline: Baseline,
  request: PlanRequest,
  chance: Chance,
  progress: Progress
): Promise<{ plan: RollbackPlan; folder: StoreFolder }> {
  const { snapshot } = baseline;
  if (!snapshot.complete && !request.acceptGaps) {
    const holes = snapshot.gaps.filter((gap) => gap.severity === 'hole');
    throw new Refusal('snapshotIncomplete', {
      tokens: [snapshot.id, holes.map((gap) => `${gap.name}: ${gap.reason}`).join('; ')],
      actionTokens: [snapshot.id, org.identity.label],
    });
  }
  const observed = await observe(org, baseline, request.full, progress);
  const attribution = await attributeOrRefuse(org, observed, request);
  progress.stage('Working out the way back');
  const names = await org.userNames(
    [...targetsOf(observed.changes)]
      .flatMap(({ author }) => author.userId ?? [])
      .concat(
        [...attribution.deployers],
        observed.deployments.map((deployment) => deployment.createdById),
        observed.changes.components.flatMap((change) => change.now?.createdById ?? []),
        observed.changes.flows.flatMap((change) =>
          (change.now?.versions ?? []).map((version) => version.lastModifiedById)
        )
      )
  );
  const decisions: Decisions = { attribution, choice: request.choice, names };
  const findings: Finding[] = [
    ...observed.records.findings,
    ...snapshotFindings(baseline, observed, new Date(await org.serverTime())),
  ];
  const flowDraft = flowSteps(
    observed.changes.flows,
    { baseline: baseline.flows, bodies: observed.components.flowBodies },
    decisions
  );
  const draft = joinDrafts([
    flowDraft,
    componentSteps(
      observed.changes.components,
      {
        snapshotAt: snapshot.createdAt,
        flowTexts: stayingFlowTexts(observed.components.flowTexts, flowDraft.steps),
        filledRows: await filledRows(org, observed.changes.components),
      },
      decisions
    ),
    await stepsWithoutCascades(
      org,
      observed.changes.records,
      {
        ...observed.records,
        lastEditorOnly: attribution.source !== 'everybody',
        ofPresets: new Set(snapshot.objects.filter((part) => part.preset).map((part) => part.object)),
      },
      decisions,
      findings
    ),
  ]);
  return write(
    org,
    store,
    baseline,
    observed,
    attribution,
    names,
    { ...draft, findings: [...draft.findings, ...findings] },
    chance
  );
}

async function attributeOrRefuse(org: OrgPorts, observed: Observed, request: PlanRequest): Promise<Attribution> {
  const ids = await org.userIds(request.changedBy);
  const unknown = request.changedBy.filter((name) => !ids.has(name.toLowerCase()));
  if (unknown.length > 0) throw new Refusal('unknownUser', { tokens: [unknown.join(', ')] });
  const touches = touchesOf(observed.deployments.filter(isReal), observed.reports);
  const result = attribute(observed.changes, observed.deployments, touches, {
    everybody: request.everybody,
    named: [...ids.values()],
  });
  if (result.kind === 'clear') return result.attribution;
  const names = await org.userNames(result.candidates.map((candidate) => candidate.userId));
  const candidates = result.candidates.map(({ userId, changes }) => ({ user: names.get(userId) ?? userId, changes }));
  throw new Refusal('unclearAttribution', {
    tokens: [candidates.map(({ user, changes }) => `${user} (${changes})`).join(', ')],
    actionTokens: [candidates[0]?.user ?? '', org.identity.label],
    data: { candidates },
  });
}

/** Bodies of the new flow versions that will still be there afterwards. */
function stayingFlowTexts(texts: ReadonlyMap<string, string>, steps: readonly DraftStep[]): Map<string, string> {
  const staying = new Map(texts);
  for (const { detail } of steps)
    if (detail.kind === 'flowVersion') staying.delete(versionMember(detail.flow, detail.version));
  return staying;
}

/** How many rows hold data in each field that was created since. Fields that cannot be counted are left out. */
async function filledRows(org: OrgPorts, changes: readonly ComponentChange[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await Promise.all(
    changes
      .filter((change) => change.type === 'CustomField' && change.kind === 'created')
      .map(async ({ fullName }) => {
        const [object = '', field = ''] = fullName.split('.');
        if (!isApiName(object) || !isApiName(field)) return;
        const describe = await org.describe(object).catch(() => undefined);
        const type = describe?.fields.find((entry) => entry.name === field)?.type;
        if (type === undefined) return;
        const condition = type === 'boolean' ? `${field} = true` : `${field} != null`;
        const count = await org.count(`SELECT COUNT() FROM ${object} WHERE ${condition}`).catch(() => undefined);
        if (count !== undefined) counts.set(fullName, count);
      })
  );
  return counts;
}

function snapshotFindings(baseline: Baseline, observed: Observed, now: Date): Finding[] {
  const { snapshot } = baseline;
  const findings: Finding[] = [];
  const days = (now.getTime() - Date.parse(snapshot.createdAt)) / 86_400_000;
  if (days > BIN_DAYS)
    findings.push({
      code: 'olderThanRecycleBin',
      severity: 'warning',
      subject: snapshot.id,
      message: `The snapshot is ${Math.floor(days)} days old. Rows deleted more than ${BIN_DAYS} days ago are no longer in the recycle bin.`,
    });
  const running = observed.deployments.filter((deployment) => deployment.completedAt === null);
  for (const deployment of running)
    findings.push({
      code: 'deploymentInFlight',
      severity: 'error',
      subject: deployment.id,
      message: `A deployment by ${deployment.createdByName} is still ${deployment.status}.`,
      action: 'Wait until it is done, then plan again.',
    });
  const named = new Set([...snapshot.scope.metadata.map(keyText)]);
  const covers = (type: string, fullName: string): boolean =>
    type === 'Flow' || type === 'FlowDefinition'
      ? snapshot.scope.flows === 'all' || snapshot.scope.flows.includes(fullName.replace(/-\d+$/, ''))
      : named.has(`${type}:*`) || named.has(`${type}:${fullName}`);
  for (const target of outsideScope(touchesOf(observed.deployments.filter(isReal), observed.reports), covers)) {
    findings.push({
      code: 'outsideSnapshot',
      severity: 'warning',
      subject: target,
      message: 'A deployment changed it, and the snapshot does not cover it: it is not taken back.',
    });
  }
  return findings;
}

async function write(
  org: OrgPorts,
  store: Store,
  baseline: Baseline,
  observed: Observed,
  attribution: Attribution,
  names: ReadonlyMap<string, string>,
  draft: Draft,
  chance: Chance
): Promise<{ plan: RollbackPlan; folder: StoreFolder }> {
  const now = chance.now();
  const folder = await store.create('plans', makeStoreId(now, org.identity.label, chance.entropy(3)));
  const ordered = orderSteps(draft.steps, { describes: observed.records.describes });
  const idOf = new Map(ordered.map(({ step }, at) => [step.key, `s${String(at + 1).padStart(3, '0')}`]));
  const steps: Step[] = [];
  for (const { step, waitsFor } of ordered) {
    const { key, detail, ...rest } = step;
    const id = idOf.get(key) as string;
    const common = { ...rest, id, waitsFor: waitsFor.map((other) => idOf.get(other.key) as string) };
    if (detail.kind !== 'records') steps.push({ ...common, detail });
    else {
      const file = await folder.write(
        `steps/${id}.ndjson`,
        detail.items.map((item) => `${JSON.stringify(item)}\n`).join('')
      );
      steps.push({
        ...common,
        detail: {
          kind: 'records',
          object: detail.object,
          fields: detail.fields,
          items: { path: file.path, sha256: file.sha256, count: detail.items.length },
        },
      });
    }
  }
  const byTarget = <T extends { readonly target: string }>(list: readonly T[]): T[] =>
    [...list].sort((a, b) => (a.target < b.target ? -1 : a.target > b.target ? 1 : 0));
  const summary: Partial<Record<Operation, number>> = {};
  for (const step of steps) summary[step.operation] = (summary[step.operation] ?? 0) + step.count;
  const conflicts = byTarget(draft.conflicts);
  const manual = byTarget(draft.manual);
  const findings = [...draft.findings].sort((a, b) => (a.code + a.subject < b.code + b.subject ? -1 : 1));
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
    deployers: [...attribution.deployers].map((id) => names.get(id) ?? id).sort(),
    attribution: attribution.source,
    deployments: observed.deployments.map((deployment) => ({
      id: deployment.id,
      by: names.get(deployment.createdById) ?? deployment.createdByName,
      status: deployment.status,
      at: deployment.completedAt,
      takenBack: isReal(deployment) && attribution.deployers.has(deployment.createdById),
    })),
    summary,
    steps,
    conflicts,
    manual,
    leftOut: byTarget(draft.leftOut),
    findings,
    estimate: estimate(steps),
    advice: adviceFor(steps, conflicts, manual, draft.leftOut),
  };
  const plan: RollbackPlan = { ...body, digest: digestOf(body) };
  await folder.write('plan.json', `${JSON.stringify(plan, null, 2)}\n`);
  return { plan, folder };
}
