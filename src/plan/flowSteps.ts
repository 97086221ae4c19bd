import type { FlowChange } from '../flow/diffFlows.js';
import { versionOf, type FlowEntry, type FlowsPart } from '../flow/flowVersion.js';
import { flowTarget } from '../model/selector.js';
import { flowAuthor } from './changeSet.js';
import { conflict, decide, leftOut } from './choice.js';
import { emptyDraft, type Decisions, type Draft } from './draft.js';
import type { DraftStep } from './rollbackPlan.js';

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
    if (change.kind === 'created' && change.now?.activeVersion === null && !decisions.choice.deleteFlows) continue;
    const way = wayBack(change, facts);
    if ('manual' in way) draft.manual.push({ target, what: way.manual });
    else if (!(change.kind === 'created' && change.now?.activeVersion === null)) draft.steps.push(way);
    if (decisions.choice.deleteFlows && change.now) draft.steps.push(...versionDeletes(change, change.now));
  }
  return draft;
}

/** Versions that the snapshot does not know, newest first: the last one takes the definition of a created flow along. */
function versionDeletes(change: FlowChange, now: FlowEntry): DraftStep[] {
  return now.versions
    .filter((version) => !change.baseline || !versionOf(change.baseline, version.number))
    .map((version) => version.number)
    .sort((a, b) => b - a)
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
