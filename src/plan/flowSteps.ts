import type { FlowChange } from '../flow/diffFlows.js';
import { versionMember, versionOf, type FlowEntry, type FlowsPart, type FlowVersion } from '../flow/flowVersion.js';
import { flowTarget } from '../model/selector.js';
import { flowAuthor } from './changeSet.js';
import { conflict, decide, leftOut } from './choice.js';
import { emptyDraft, type Decisions, type Draft } from './draft.js';
import type { Conflict, DraftStep } from './rollbackPlan.js';

export interface FlowFacts {
  readonly baseline: FlowsPart;
  /** Digest of the canonical body by `Name-3`, where it was read. */
  readonly bodies: ReadonlyMap<string, string>;
}

function runs(flow: FlowEntry | undefined): string {
  if (!flow) return 'absent';
  return flow.activeVersion === null ? 'inactive' : `version ${flow.activeVersion} active`;
}

function flowStep(
  change: FlowChange,
  operation: DraftStep['operation'],
  to: number | null,
  reason: string,
  facts: FlowFacts,
  fallbacks: DraftStep['fallbacks'] = []
): DraftStep {
  const body = facts.baseline.bodies.find((entry) => entry.flow === change.flow && entry.version === to);
  return {
    key: `flows:${operation}:${change.flow}`,
    lane: 'flows',
    operation,
    fallbacks,
    target: flowTarget(change.flow),
    count: 1,
    risk: operation === 'redeployFlow' ? 'lossy' : 'lossless',
    reason,
    detail: {
      kind: 'flow',
      flow: change.flow,
      definitionId: change.now?.definitionId ?? null,
      from: change.now?.activeVersion ?? null,
      to,
      bodyDigest: body?.digest ?? null,
    },
  };
}

/** The way back for one flow, cheapest first: flip the pointer; only where the version is gone or edited, redeploy it. */
function wayBack(change: FlowChange, facts: FlowFacts): DraftStep | { manual: string } {
  const before = change.baseline;
  if (before?.activeVersion === null && !change.now) return { manual: deletedInactive(before, facts) };
  if (!before || before.activeVersion === null) {
    return flowStep(change, 'deactivateFlow', null, before ? 'it was inactive' : 'it did not exist', facts);
  }
  const number = before.activeVersion;
  const kept = facts.baseline.bodies.find((entry) => entry.flow === change.flow && entry.version === number);
  const exists = change.now && versionOf(change.now, number) !== undefined;
  const bodyNow = facts.bodies.get(`${change.flow}-${number}`);
  const same = bodyNow === undefined || kept === undefined || bodyNow === kept.digest;
  if (exists && same) {
    return flowStep(change, 'activateFlowVersion', number, `version ${number} still exists, unchanged`, facts);
  }
  if (!kept)
    return {
      manual: `Version ${number} is gone and its body is not in the snapshot. Restore it from version control.`,
    };
  return flowStep(
    change,
    'redeployFlow',
    number,
    exists
      ? `version ${number} was edited: its old body becomes a new version`
      : `version ${number} is gone: its body becomes a new version`,
    facts
  );
}

/** Nothing ran, so nothing needs to run again: putting such a flow back is left to a person, who is told from what. */
function deletedInactive(before: FlowEntry, facts: FlowFacts): string {
  const body = facts.baseline.bodies.find(
    (entry) => entry.flow === before.name && entry.version === before.latestVersion
  );
  const from = body
    ? `its newest version is in the snapshot as ${body.path}: deploy that file to have it again, inactive.`
    : 'its body is not in the snapshot. Restore it from version control.';
  return `The flow was inactive and was deleted since; ${from}`;
}

/** Steps of the flow lane. A flow that somebody else switched since is a conflict. */
export function flowSteps(changes: readonly FlowChange[], facts: FlowFacts, decisions: Decisions): Draft {
  const draft = emptyDraft();
  for (const change of changes) {
    const target = flowTarget(change.flow);
    const skipped = leftOut(decisions.choice, target);
    if (skipped) {
      draft.leftOut.push(skipped);
      continue;
    }
    const author = flowAuthor(change);
    const deployed =
      decisions.attribution.touches.has(`Flow:${change.flow}`) ||
      decisions.attribution.touches.has(`FlowDefinition:${change.flow}`);
    const ours =
      author.userId === undefined
        ? deployed || decisions.attribution.source === 'everybody'
        : decisions.attribution.deployers.has(author.userId);
    if (!ours) {
      const { decision } = decide(decisions.choice, target);
      draft.conflicts.push(
        conflict(
          target,
          author.userId ? 'changedByOther' : 'unknownAuthor',
          runs(change.baseline),
          runs(change.now),
          author,
          decision,
          decisions.names
        )
      );
      if (decision === 'keep') continue;
    }
    if (change.baseline?.managed ?? change.now?.managed) {
      draft.findings.push({
        code: 'managedFlow',
        severity: 'info',
        subject: target,
        message: 'A flow of a package: only its active version can be set.',
      });
    }
    // An inactive newcomer does no harm and is no difference in what runs.
    const harmless = change.kind === 'created' && change.now?.activeVersion === null;
    if (harmless && !decisions.choice.deleteFlows) {
      draft.leftOut.push({ target, why: 'it does not run; plan with --delete-flows to delete it' });
      continue;
    }
    const way = wayBack(change, facts);
    if ('manual' in way) {
      // What runs now keeps running until a person has seen to it: none of its versions may go.
      draft.manual.push({ target, what: way.manual });
      continue;
    }
    if (!harmless) draft.steps.push(way);
    const { going, staying } = addedVersions(change, decisions);
    draft.steps.push(...versionDeletes(change, going));
    for (const version of staying) draft.conflicts.push(versionConflict(change, version, decisions, 'keep'));
    for (const version of going.filter(({ lastModifiedById }) => !isDeployer(lastModifiedById, decisions)))
      draft.conflicts.push(versionConflict(change, version, decisions, 'restore'));
    if (harmless && staying.length > 0)
      draft.leftOut.push({ target, why: 'it does not run, and somebody else made a version of it' });
  }
  return draft;
}

function isDeployer(userId: string, decisions: Decisions): boolean {
  return decisions.attribution.source === 'everybody' || decisions.attribution.deployers.has(userId);
}

/** How a version is named in conflicts and choices: no flow's name has a dash. */
function versionTarget(flow: string, version: number): string {
  return flowTarget(versionMember(flow, version));
}

/**
 * Versions that the snapshot does not know, newest first: the last one takes the definition of a created flow along. With
 * `--delete-flows` those of the deployers go; a colleague's only when `--resolve` names the flow or the version.
 */
function addedVersions(change: FlowChange, decisions: Decisions): { going: FlowVersion[]; staying: FlowVersion[] } {
  const { choice } = decisions;
  const added = (change.now?.versions ?? [])
    .filter((version) => !change.baseline || !versionOf(change.baseline, version.number))
    .sort((a, b) => b.number - a.number);
  const goes = (version: FlowVersion): boolean => {
    if (isDeployer(version.lastModifiedById, decisions)) return true;
    const own = decide(choice, versionTarget(change.flow, version.number));
    const chosen = own.named ? own : decide(choice, flowTarget(change.flow));
    return chosen.named && chosen.decision === 'restore';
  };
  return choice.deleteFlows
    ? { going: added.filter(goes), staying: added.filter((version) => !goes(version)) }
    : { going: [], staying: [] };
}

function versionConflict(
  change: FlowChange,
  version: FlowVersion,
  decisions: Decisions,
  decision: 'keep' | 'restore'
): Conflict {
  const author = { userId: version.lastModifiedById, at: version.lastModifiedAt };
  const target = versionTarget(change.flow, version.number);
  return conflict(target, 'changedByOther', 'absent', 'version added since', author, decision, decisions.names);
}

function versionDeletes(change: FlowChange, versions: readonly FlowVersion[]): DraftStep[] {
  return versions
    .map((version) => version.number)
    .map((version) => ({
      key: `flows:deleteFlowVersion:${change.flow}:${String(version).padStart(4, '0')}`,
      lane: 'flows' as const,
      operation: 'deleteFlowVersion' as const,
      fallbacks: [],
      target: flowTarget(change.flow),
      count: 1,
      risk: 'lossy' as const,
      reason: `version ${version} was added since; its body is saved first`,
      detail: { kind: 'flowVersion' as const, flow: change.flow, version },
    }));
}
