import { versionMember } from '../flow/flowVersion.js';
import type { Finding } from '../model/finding.js';
import type { Chance, Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { targetsOf } from './changeSet.js';
import { componentSteps } from './componentSteps.js';
import { joinDrafts, type Decisions } from './draft.js';
import { flowSteps } from './flowSteps.js';
import { makeAttribution } from './makeAttribution.js';
import { makePlanFolder } from './makePlanFolder.js';
import type { PlanRequest } from './planRequest.js';
import { packageFindings } from './packageFindings.js';
import { stepsWithoutCascades } from './readCascades.js';
import { readFilledRows } from './readFilledRows.js';
import { readFlowFacts } from './readFlowFacts.js';
import { observe } from './readOrgNow.js';
import type { DraftStep, RollbackPlan } from './rollbackPlan.js';
import { snapshotFindings } from './snapshotFindings.js';

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
  const attribution = await makeAttribution(org, observed, request);
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
    ...packageFindings(snapshot, await org.packageVersions()),
  ];
  const flowFacts = await readFlowFacts(
    org,
    baseline,
    observed.components,
    observed.changes.flows,
    request.choice.deleteFlows
  );
  const flowDraft = flowSteps(observed.changes.flows, flowFacts, decisions);
  const draft = joinDrafts([
    flowDraft,
    componentSteps(
      observed.changes.components,
      {
        snapshotAt: snapshot.createdAt,
        flowTexts: stayingFlowTexts(observed.components.flowTexts, flowDraft.steps),
        filledRows: await readFilledRows(org, observed.changes.components),
      },
      decisions
    ),
    await stepsWithoutCascades(
      org,
      observed.changes.records,
      {
        ...observed.records,
        knowledge: baseline.knowledge,
        lastEditorOnly: attribution.source !== 'everybody',
        ofPresets: new Set(snapshot.objects.filter((part) => part.preset).map((part) => part.object)),
      },
      decisions,
      findings
    ),
  ]);
  return makePlanFolder(
    org,
    store,
    baseline,
    observed,
    attribution,
    names,
    { ...draft, findings: [...draft.findings, ...findings] },
    flowFacts.traits,
    chance
  );
}

/** Bodies of the new flow versions that will still be there afterwards. */
function stayingFlowTexts(texts: ReadonlyMap<string, string>, steps: readonly DraftStep[]): Map<string, string> {
  const staying = new Map(texts);
  for (const { detail } of steps)
    if (detail.kind === 'flowVersion') staying.delete(versionMember(detail.flow, detail.version));
  return staying;
}
