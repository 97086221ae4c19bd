import type { Finding } from '../model/finding.js';
import { allowanceOf } from '../model/headroom.js';
import type { Chance, Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import type { Baseline } from '../snapshot/baseline.js';
import { collectGarbage } from '../snapshot/shrinkHeap.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { changedAfter, rowsChangedAfter } from './attribution/changedAfter.js';
import { targetsOf } from './changeSet.js';
import type { Choice } from './choice/choice.js';
import { emptyDraft, joinDrafts, type Draft } from './draft.js';
import { driftDraft } from './driftDraft.js';
import { withAuditTrail } from './attribution/readAuditTrail.js';
import { earlierRunFindings } from './earlierRunFindings.js';
import { rowNames } from './choice/rowNames.js';
import { keptAccess } from './choice/keptAccess.js';
import { leftOutNeeds } from './choice/leftOutNeeds.js';
import { makeAttribution } from './attribution/makeAttribution.js';
import { makeDraft } from './makeDraft.js';
import { makePlanFolder } from './makePlanFolder.js';
import { packageFindings } from './packageFindings.js';
import { readGroupsTouched, recalculationFindings } from './permissions/readGroupsTouched.js';
import type { PlanRequest } from './planRequest.js';
import { readAfter, readFollower } from './attribution/readAfter.js';
import { readFlowFacts } from './flows/readFlowFacts.js';
import { notReadDraft, notReadFinding } from './components/notRead.js';
import { notComparedDraft } from './records/notCompared.js';
import { unlessRefilled } from './records/notRefilled.js';
import { observe, type Observed } from './readOrgNow.js';
import type { RollbackPlan } from './rollbackPlan.js';
import { holesOf } from './choice/holes.js';
import { refuseUnmatched } from './choice/selection.js';
import { attributionFindings, snapshotFindings } from './snapshotFindings.js';

/** Changed rows from which on the garbage between two stages counts. */
const MANY_CHANGES = 20_000;

/** Asks a person what of a draft shall go back, before the plan is written. */
export type Asker = (choice: Choice, draft: Draft, names: ReadonlyMap<string, string>) => Promise<Choice>;

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
  progress: Progress,
  ask?: Asker
): Promise<{ plan: RollbackPlan; folder: StoreFolder }> {
  const { snapshot } = baseline;
  if (!snapshot.complete && !request.acceptGaps) {
    const holes = snapshot.gaps.filter((gap) => gap.severity === 'hole');
    throw new Refusal('snapshotIncomplete', {
      tokens: [snapshot.id, holes.map((gap) => `${gap.name}: ${gap.reason}`).join('; ')],
      actionTokens: [snapshot.id, org.identity.label],
    });
  }
  const alone = request.everybody || request.driftOnly === true;
  const follower = alone ? { passedOver: [] } : await readFollower(store, baseline, request.after);
  const installed = org.packageVersions();
  // It is waited for later, unless something else fails before.
  installed.catch(() => undefined);
  const seen = await observe(org, baseline, request.full, progress);
  const after = follower.after && (await readAfter(follower.after, seen.changes));
  const attributed = await makeAttribution(
    org,
    baseline,
    seen,
    after,
    request.driftOnly ? { ...request, everybody: true } : request
  );
  const { attribution, people } = attributed;
  progress.stage('Working out the way back');
  const isLarge = seen.changes.records.length > MANY_CHANGES;
  if (isLarge) collectGarbage();
  const [names, packages, daily] = await Promise.all([
    namesOf(org, seen, people),
    installed,
    // What a plan without steps would cost nobody asks; mostly an answer told what is left, and nobody need be asked.
    mayHaveSteps(seen) ? (allowanceOf(org.apiUsage()) ?? org.apiLimit()) : undefined,
  ]);
  const { observed, later } = upTo(request.undo, seen, baseline, names);
  // To the second, and without a request of its own: nothing finer is asked of it here.
  const serverTime = org.lastAnswerAt() ?? (await org.serverTime());
  const notRead = observed.components.notRead.map(notReadFinding);
  const findings: Finding[] = [
    ...observed.records.findings,
    ...notRead,
    ...attributed.findings,
    ...follower.passedOver,
    ...attributionFindings(baseline, attribution),
    ...snapshotFindings(baseline, observed, attribution, new Date(serverTime)),
    ...packageFindings(snapshot, packages),
  ];
  const flowFacts = await readFlowFacts(
    org,
    baseline,
    observed.components,
    observed.changes.flows,
    request.choice.deleteFlows
  );
  const draftOf = async (choice: Choice): Promise<Draft> =>
    joinDrafts([
      request.driftOnly
        ? driftDraft(observed.changes, { attribution, choice, names })
        : await makeDraft(org, baseline, observed, flowFacts, { attribution, choice, names }, findings),
      notComparedDraft(observed.records.findings, seen.changes, choice),
      notReadDraft(notRead, choice),
    ]);
  const holes = holesOf(snapshot.gaps);
  let choice: Choice = holes.length > 0 ? { ...request.choice, holes } : request.choice;
  let draft = await draftOf(choice);
  refuseUnmatched(choice, baseline, observed, draft);
  if (ask) {
    choice = await ask(choice, draft, rowNames(observed.changes.records));
    draft = await draftOf(choice);
  }
  draft = await withAuditTrail(org, draft, snapshot.createdAt);
  const needs = leftOutNeeds(draft, observed, baseline, flowFacts, { attribution, choice, names });
  const recalculated = recalculationFindings(await readGroupsTouched(org, observed.permissions.reading, draft.steps));
  if (isLarge) collectGarbage();
  return makePlanFolder(
    org,
    store,
    baseline,
    observed,
    { attribution, people, names, request: { ...request, choice: withoutHoles(choice) }, serverTime, daily },
    joinDrafts([
      later,
      {
        ...draft,
        findings: [
          ...draft.findings,
          ...unlessRefilled(findings, draft.steps),
          ...needs,
          ...keptAccess(draft, observed.changes),
          ...recalculated,
          ...earlierRunFindings(baseline, draft, org.identity.label),
        ],
      },
    ]),
    flowFacts.traits,
    chance
  );
}

/** The choice as it was asked for. */
function withoutHoles({ holes, ...choice }: Choice): Choice {
  return (void holes, choice);
}

function mayHaveSteps({ changes, permissions }: Observed): boolean {
  const { flows, components, permissions: rows, records } = changes;
  return [flows, components, rows, records, permissions.assignments].some((list) => list.length > 0);
}

/** What the run that is to be undone did, without what changed after it, which is kept. */
function upTo(
  undo: PlanRequest['undo'],
  seen: Observed,
  { permissions: undone }: Baseline,
  names: ReadonlyMap<string, string>
): { readonly observed: Observed; readonly later: Draft } {
  if (!undo) return { observed: seen, later: emptyDraft() };
  const { before, conflicts } = changedAfter(seen.changes, undo, names);
  const rows = rowsChangedAfter(before.permissions, undone);
  const assignments = rowsChangedAfter(seen.permissions.assignments, undone);
  return {
    observed: {
      ...seen,
      changes: { ...before, permissions: rows.before },
      permissions: { ...seen.permissions, changes: rows.before, assignments: assignments.before },
      records: { ...seen.records, changes: before.records },
    },
    later: {
      ...emptyDraft(),
      conflicts: [...conflicts, ...rows.conflicts, ...assignments.conflicts],
    },
  };
}

async function namesOf(org: OrgPorts, observed: Observed, people: Iterable<string>): Promise<Map<string, string>> {
  return org.userNames(
    [...targetsOf(observed.changes)]
      .flatMap(({ author }) => author.userId ?? [])
      .concat(
        [...people],
        [...observed.records.inactiveOwners],
        observed.changes.records.flatMap(({ kind, now }) => [
          ...(now?.LastModifiedById ? [now.LastModifiedById] : []),
          // Who made a row that comes back with its parent decides whether it stays.
          ...(kind === 'passing' && now?.CreatedById ? [now.CreatedById] : []),
        ]),
        observed.deployments.map((deployment) => deployment.createdById),
        observed.changes.components.flatMap((change) => change.now?.createdById ?? []),
        observed.changes.flows.flatMap((change) =>
          (change.now?.versions ?? []).map((version) => version.lastModifiedById)
        )
      )
  );
}
