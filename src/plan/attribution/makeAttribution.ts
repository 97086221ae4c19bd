import { baselineBodies } from '../../flow/flowVersion.js';
import type { Finding } from '../../model/finding.js';
import { parseRecordId } from '../../model/ids.js';
import { plural } from '../../model/plural.js';
import { Refusal } from '../../model/refusal.js';
import type { OrgPorts } from '../../org/ports.js';
import type { BulkLoad, Deployment } from '../../org/ports/history.js';
import type { Baseline } from '../../snapshot/baseline.js';
import type { AfterState } from './afterState.js';
import { isReal, touchesOf, type Attribution } from './attribution.js';
import { loadedRows, type LoadTouch } from './loadedRows.js';
import type { PlanRequest } from '../planRequest.js';
import type { Observed } from '../readOrgNow.js';
import { attribute } from './whose.js';

export interface Attributed {
  readonly attribution: Attribution;
  /** Users behind what goes back, for people: also those of named deployments and loads. */
  readonly people: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/** Whose changes the plan takes back, or a refusal that names the candidates, or what is wrong with what was named. */
export async function makeAttribution(
  org: OrgPorts,
  baseline: Baseline,
  observed: Observed,
  after: AfterState | undefined,
  request: PlanRequest
): Promise<Attributed> {
  const users = await org.userIds(request.changedBy);
  const unknown = request.changedBy.filter((name) => !users.has(name.toLowerCase()));
  if (unknown.length > 0) throw new Refusal('unknownUser', { tokens: [unknown.join(', ')] });
  const findings: Finding[] = [];
  const named = await namedDeployments(org, baseline, observed, request.deployments ?? [], findings);
  const loads = await namedLoads(org, baseline, observed, request.loads ?? [], findings);
  const asked = {
    everybody: request.everybody,
    named: [...users.values()],
    deployments: named.map(({ id }) => id),
    loads: (request.loads ?? []).length > 0,
    window: {
      ...(request.since ? { since: request.since } : {}),
      ...(request.until ? { until: request.until } : {}),
    },
  };
  // The way back of an earlier run counts as a deployment only where it is named.
  const wayBack = new Map([...(baseline.wayBack ?? [])].filter(([id]) => !asked.deployments.includes(id)));
  const deployments = observed.deployments.filter(({ id }) => !wayBack.has(id));
  const result = attribute(
    observed.changes,
    {
      deployments,
      touches: touchesOf(deployments.filter(isReal), observed.reports),
      loaded: loads.rows,
      ...(after ? { after } : {}),
      flowBodies: { baseline: baselineBodies(baseline.flows), now: observed.components.flowBodies },
    },
    asked
  );
  if (result.kind === 'unclear') throw await unclear(org, result.candidates);
  const people = new Set([
    ...result.attribution.deployers,
    ...named.map(({ createdById }) => createdById),
    ...loads.by,
  ]);
  const { claimed } = baseline;
  return { attribution: { ...result.attribution, wayBack, ...(claimed ? { claimed } : {}) }, people, findings };
}

async function unclear(
  org: OrgPorts,
  found: ReadonlyArray<{ readonly userId: string; readonly changes: number }>
): Promise<Refusal> {
  const names = await org.userNames(found.map((candidate) => candidate.userId));
  const candidates = found.map(({ userId, changes }) => ({ user: names.get(userId) ?? userId, changes }));
  return new Refusal('unclearAttribution', {
    tokens: [candidates.map(({ user, changes }) => `${user} (${plural(changes, 'change')})`).join(', ')],
    actionTokens: [candidates[0]?.user ?? '', org.identity.label],
    data: { candidates },
  });
}

/** The deployments a person named, each proven to be of this org, over, and since the snapshot. */
async function namedDeployments(
  org: OrgPorts,
  baseline: Baseline,
  observed: Observed,
  ids: readonly string[],
  findings: Finding[]
): Promise<Deployment[]> {
  const { snapshot } = baseline;
  const wanted = [...new Set(ids.map((id) => parseRecordId(id) ?? id))];
  const known = new Map((await org.deploymentsNamed(wanted)).map((deployment) => [deployment.id, deployment]));
  return wanted.map((id) => {
    const found = known.get(id);
    if (!found) throw new Refusal('unknownDeployment', { tokens: [id, org.identity.label], actionTokens: [] });
    if (found.checkOnly) throw new Refusal('deploymentCheckOnly', { tokens: [id], actionTokens: [] });
    if (found.completedAt === null)
      throw new Refusal('deploymentRunning', { tokens: [id, found.createdByName, found.status], actionTokens: [id] });
    if (Date.parse(found.completedAt) < Date.parse(snapshot.createdAt))
      throw new Refusal('deploymentBeforeSnapshot', {
        tokens: [id, found.completedAt, snapshot.id, snapshot.createdAt],
        actionTokens: [id],
      });
    const report = observed.reports.get(id);
    if (isReal(found) && (found.componentsDeployed ?? 0) > 0 && report?.components.length === 0)
      throw new Refusal('deploymentForgotten', {
        tokens: [id],
        actionTokens: [found.createdByName, found.startedAt ?? '', found.completedAt],
      });
    if (!isReal(found))
      findings.push({
        code: 'deploymentChangedNothing',
        severity: 'warning',
        subject: id,
        message: `It ended as ${found.status} and was rolled back by the org: there is nothing of it to take back.`,
      });
    return found;
  });
}

/** What the loads a person named wrote, row by row. */
async function namedLoads(
  org: OrgPorts,
  baseline: Baseline,
  observed: Observed,
  ids: readonly string[],
  findings: Finding[]
): Promise<{ readonly rows: ReadonlyMap<string, readonly LoadTouch[]>; readonly by: readonly string[] }> {
  const { snapshot } = baseline;
  const rows = new Map<string, LoadTouch[]>();
  const loads: BulkLoad[] = [];
  for (const id of new Set(ids.map((typed) => parseRecordId(typed) ?? typed))) {
    const load = await org.bulkLoad(id);
    if (!load) throw new Refusal('unknownLoad', { tokens: [id, org.identity.label], actionTokens: [] });
    if (load.jobType !== 'V2Ingest')
      throw new Refusal('loadOtherKind', { tokens: [id, load.jobType], actionTokens: [load.createdAt, load.movedAt] });
    if (!['JobComplete', 'Failed', 'Aborted'].includes(load.state))
      throw new Refusal('loadRunning', { tokens: [id, load.state], actionTokens: [id] });
    if (Date.parse(load.movedAt) < Date.parse(snapshot.createdAt))
      throw new Refusal('loadBeforeSnapshot', {
        tokens: [id, load.movedAt, snapshot.id, snapshot.createdAt],
        actionTokens: [id],
      });
    loads.push(load);
  }
  loads.sort((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1));
  const changed = new Set(observed.changes.records.map((change) => change.id));
  for (const load of loads) {
    const results = await org.bulkLoadRows(load);
    if (!results) throw new Refusal('loadExpired', { tokens: [load.id], actionTokens: [load.createdAt, load.movedAt] });
    const touched = loadedRows(load, results.columns, results.rows, observed.records.describes.get(load.object));
    for (const [id, touch] of touched) rows.set(id, [...(rows.get(id) ?? []), touch]);
    findings.push(...loadFindings(load, [...touched.keys()], changed, snapshot));
  }
  return { rows, by: loads.map((load) => load.createdById) };
}

function loadFindings(
  load: BulkLoad,
  ids: readonly string[],
  changed: ReadonlySet<string>,
  snapshot: Baseline['snapshot']
): Finding[] {
  if (!snapshot.objects.some((part) => part.object === load.object))
    return [
      {
        code: 'outsideSnapshot',
        severity: 'warning',
        subject: `record:${load.object}`,
        message: `Load ${load.id} wrote ${plural(ids.length, 'row')} of ${load.object}, which the snapshot does not cover: they are not taken back.`,
      },
    ];
  const same = ids.filter((id) => !changed.has(id)).length;
  if (same === 0) return [];
  return [
    {
      code: 'loadRowsNotChanged',
      severity: 'info',
      subject: load.id,
      message: `${plural(same, 'row')} of the ${plural(ids.length, 'row')} that it wrote ${same === 1 ? 'is' : 'are'} as in the snapshot, or outside its condition.`,
    },
  ];
}
