import type { FlowChange } from '../../flow/diffFlows.js';
import { versionMember, versionOf, type FlowVersion } from '../../flow/flowVersion.js';
import { plural } from '../../model/plural.js';
import { flowTarget } from '../../model/selector.js';
import { isOurTouch } from '../attribution/attribution.js';
import { conflict, decide } from '../choice/choice.js';
import { isClaimant } from '../attribution/claims.js';
import type { Decisions } from '../draft.js';
import type { FlowFacts } from './flowFacts.js';
import type { DraftStep } from '../rollbackPlan.js';
import type { Conflict } from '../conflict.js';

/** What `--delete-flows` makes of the versions that were added since. */
export interface AddedVersions {
  readonly steps: readonly DraftStep[];
  readonly conflicts: readonly Conflict[];
  /** Numbers of the versions that go. */
  readonly going: readonly number[];
  /** True when a version that was added stays. */
  readonly stays: boolean;
}

/** Whether a version is a deployer's, or one that a named deployment of the same user left behind. */
function madeBy(version: FlowVersion, flow: string, { attribution }: Decisions): boolean {
  const author = { userId: version.lastModifiedById, at: version.lastModifiedAt };
  if (isClaimant(author, attribution)) return true;
  return (
    attribution.source === 'items' &&
    (attribution.touches.get(`Flow:${flow}`) ?? []).some(
      (touch) =>
        isOurTouch(attribution, touch) &&
        touch.userId === author.userId &&
        touch.at !== null &&
        Date.parse(author.at) <= Date.parse(touch.at)
    )
  );
}

/** How a version is named in conflicts and choices: no flow's name has a dash. */
function versionTarget(flow: string, version: number): string {
  return flowTarget(versionMember(flow, version));
}

/**
 * Versions that the snapshot does not know, newest first: the last one takes the definition of a created flow along. With
 * `--delete-flows` those of the deployers go; a colleague's only when `--resolve` names the flow or the version; one with
 * interviews only when `--resolve` names the version itself, because the interviews go with it.
 */
export function addedVersions(change: FlowChange, facts: FlowFacts, decisions: Decisions): AddedVersions {
  const { choice } = decisions;
  const steps: DraftStep[] = [];
  const conflicts: Conflict[] = [];
  let stays = false;
  if (!choice.deleteFlows) return { steps, conflicts, going: [], stays };
  // Versions of a package's flow go with the package (Tooling API Developer Guide, Flow: ManageableState of what can be deleted).
  if (change.now?.managed) return { steps, conflicts, going: [], stays: true };
  const added = (change.now?.versions ?? [])
    .filter((version) => !change.baseline || !versionOf(change.baseline, version.number))
    .sort((a, b) => b.number - a.number);
  for (const version of added) {
    const own = decide(choice, versionTarget(change.flow, version.number));
    const chosen = own.named ? own : decide(choice, flowTarget(change.flow));
    const mine = madeBy(version, change.flow, decisions);
    const named = chosen.named && chosen.decision === 'restore';
    const interviews = facts.interviews?.get(versionMember(change.flow, version.number)) ?? [];
    const consented = interviews.length === 0 || (own.named && own.decision === 'restore');
    const goes = (mine || named) && consented;
    const decision = goes ? 'restore' : 'keep';
    if (!mine)
      conflicts.push(versionConflict(change, version, 'changedByOther', 'version added since', decision, decisions));
    if (interviews.length > 0 && (mine || named)) {
      const what = `version added since, with ${plural(interviews.length, 'interview')}`;
      conflicts.push(versionConflict(change, version, 'interviewsOnVersion', what, decision, decisions));
    }
    if (goes) steps.push(versionDelete(change, version, facts, interviews));
    else stays = true;
  }
  return {
    steps,
    conflicts,
    going: steps.flatMap(({ detail }) => (detail.kind === 'flowVersion' ? [detail.version] : [])),
    stays,
  };
}

function versionConflict(
  change: FlowChange,
  version: FlowVersion,
  kind: string,
  current: string,
  decision: 'keep' | 'restore',
  decisions: Decisions
): Conflict {
  const author = { userId: version.lastModifiedById, at: version.lastModifiedAt };
  const target = versionTarget(change.flow, version.number);
  return conflict(target, kind, 'absent', current, author, decision, decisions.names);
}

function versionDelete(
  change: FlowChange,
  version: FlowVersion,
  facts: FlowFacts,
  interviews: readonly string[]
): DraftStep {
  const with_ = interviews.length > 0 ? `, and ${plural(interviews.length, 'interview')} on it with it, for good` : '';
  const { number } = version;
  return {
    key: `flows:deleteFlowVersion:${change.flow}:${String(number).padStart(4, '0')}`,
    lane: 'flows',
    operation: 'deleteFlowVersion',
    fallbacks: [],
    target: flowTarget(change.flow),
    count: 1,
    risk: interviews.length > 0 ? 'irreversible' : 'lossy',
    ...(interviews.length > 0 ? { rowsAtStake: interviews.length } : {}),
    reason: `version ${number} was added since; its body is saved first${with_}`,
    detail: {
      kind: 'flowVersion',
      flow: change.flow,
      version: number,
      expects: [
        {
          version: number,
          stamp: version.lastModifiedAt,
          digest: facts.bodies.get(versionMember(change.flow, number)) ?? null,
        },
      ],
      ...(interviews.length > 0 ? { interviews } : {}),
    },
  };
}
