import { versionMember } from '../flow/flowVersion.js';
import { keyText } from '../metadata/component.js';
import { componentTexts } from '../metadata/componentTexts.js';
import type { Finding } from '../model/finding.js';
import type { OrgPorts } from '../org/ports.js';
import type { Baseline } from '../snapshot/baseline.js';
import { withoutAssignedSets } from './permissions/assignedSets.js';
import { componentSteps } from './components/componentSteps.js';
import { emptyDraft, joinDrafts, type Decisions, type Draft } from './draft.js';
import type { FlowFacts } from './flows/flowFacts.js';
import { flowSteps } from './flows/flowSteps.js';
import { readRedeployUnits } from './flows/readRedeployUnits.js';
import { redeploysInParts } from './flows/redeployParts.js';
import { readProfileItems } from './permissions/readProfileItems.js';
import { permissionDraft } from './permissions/permissionDraft.js';
import { rowsNotInserted } from './records/notRefilled.js';
import { returningObjects, withReturningObjects } from './records/readReturningObjects.js';
import { readRefills, refillable } from './records/readRefills.js';
import { stepsWithoutCascades } from './records/readCascades.js';
import { deletedFirst } from './components/deletedFirst.js';
import { offDigests, readAddedValues, readInTheWay } from './components/readComponentFacts.js';
import { inParts } from './components/inParts.js';
import { readDeployUnits } from './components/readDeployUnits.js';
import { readFilledRows } from './components/readFilledRows.js';
import { readOutsideTexts } from './components/readOutsideTexts.js';
import type { Observed } from './readOrgNow.js';
import type { DraftStep } from './rollbackPlan.js';

/** What each lane makes of what changed, given whose changes go back and what a person chose. */
export async function makeDraft(
  org: OrgPorts,
  baseline: Baseline,
  observed: Observed,
  flowFacts: FlowFacts,
  decisions: Decisions,
  findings: Finding[]
): Promise<Draft> {
  const { snapshot } = baseline;
  const { attribution } = decisions;
  const retrieved = observed.components.retrieved.components;
  const texts = componentTexts(retrieved, new Set(observed.changes.components.map(keyText)));
  const flows = flowSteps(observed.changes.flows, flowFacts, decisions);
  const flowDraft = redeploysInParts(
    flows,
    await readRedeployUnits(baseline, flows.steps, org.deployLimits),
    org.deployLimits
  );
  const alone = withoutAssignedSets(
    componentSteps(
      observed.changes.components,
      {
        snapshotId: snapshot.id,
        snapshotAt: snapshot.createdAt,
        flowTexts: stayingFlowTexts(observed.components.flowTexts, flowDraft.steps),
        ...(await readFilledRows(org, baseline, observed.changes.components)),
        refillable: refillable(baseline, observed.changes.components),
        texts,
        off: offDigests(retrieved, observed.changes.components),
        values: await readAddedValues(
          baseline,
          retrieved,
          observed.changes.components.filter(({ kind }) => kind === 'changed')
        ),
        outside: await readOutsideTexts(org, snapshot.scope, attribution, observed),
      },
      decisions
    ),
    observed.permissions.reading,
    decisions.choice
  );
  const inTheWay = await readInTheWay(baseline, retrieved, observed.changes.components);
  const inOrder = { ...alone, steps: deletedFirst(alone.steps, { texts, inTheWay }) };
  const units = await readDeployUnits(baseline, inOrder.steps, org.deployLimits);
  const componentDraft = inParts(inOrder, units, org.deployLimits);
  const records = await withReturningObjects(org, baseline, observed.records, componentDraft.steps);
  const back = records.changes.slice(observed.records.changes.length);
  const recordChanges = [...observed.changes.records, ...back];
  const recordDraft = await stepsWithoutCascades(
    org,
    recordChanges,
    {
      ...records,
      knowledge: baseline.knowledge,
      lastEditorOnly: !attribution.exact,
      loaded: attribution.loaded,
      ...(baseline.inDoubt ? { inDoubt: baseline.inDoubt } : {}),
      ofPresets: new Set(snapshot.objects.filter((part) => part.preset ?? part.dataset).map((part) => part.object)),
    },
    decisions,
    findings
  );
  const refills = await readRefills(
    org,
    baseline,
    componentDraft.steps,
    recordDraft.steps,
    recordChanges,
    decisions.choice
  );
  const objectsBack = returningObjects(baseline, componentDraft.steps).filter(
    (object) => !observed.records.describes.has(object)
  );
  const manual = await readProfileItems(baseline, observed.components.retrieved, componentDraft.steps);
  return joinDrafts([
    flowDraft,
    { ...emptyDraft(), manual },
    componentDraft,
    permissionDraft(baseline.permissions, observed, [...flowDraft.steps, ...componentDraft.steps], decisions),
    recordDraft,
    refills,
    { ...emptyDraft(), findings: rowsNotInserted(baseline, objectsBack, recordDraft.steps) },
  ]);
}

/** Bodies of the new flow versions that will still be there afterwards. */
function stayingFlowTexts(texts: ReadonlyMap<string, string>, steps: readonly DraftStep[]): Map<string, string> {
  const staying = new Map(texts);
  for (const { detail } of steps)
    if (detail.kind === 'flowVersion') staying.delete(versionMember(detail.flow, detail.version));
  return staying;
}
