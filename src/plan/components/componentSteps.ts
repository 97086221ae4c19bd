import type { ComponentChange } from '../../metadata/diffComponents.js';
import { keyText } from '../../metadata/component.js';
import { mentions } from '../../metadata/mentions.js';
import { deletability } from '../../metadata/typeFacts.js';
import { plural } from '../../model/plural.js';
import { componentTarget } from '../../model/selector.js';
import { conflict, decide, leftOut } from '../choice/choice.js';
import { claimComponent, claimCreated } from '../attribution/claims.js';
import { emptyDraft, type Decisions, type Draft } from '../draft.js';
import type { DraftStep } from '../rollbackPlan.js';
import { withoutUsed, type ComponentTexts } from './usedByKept.js';

export interface ComponentFacts extends ComponentTexts {
  readonly snapshotId: string;
  /** The org's time at which the snapshot was started. */
  readonly snapshotAt: string;
  /** Bodies of flow versions that stay, by `Name-3`: a field they name cannot be deleted. */
  readonly flowTexts: ReadonlyMap<string, string>;
  /**
   * Rows that hold data in a created field, by `Object.Field__c`, and rows of a created object; of what was deleted since,
   * the same in the snapshot. Missing when not counted.
   */
  readonly filledRows: ReadonlyMap<string, number>;
  /** Objects whose records the snapshot holds. */
  readonly recordScope: ReadonlySet<string>;
}

const words: Record<ComponentChange['kind'], [baseline: string, current: string]> = {
  created: ['absent', 'created since'],
  changed: ['as in the snapshot', 'changed since'],
  deleted: ['as in the snapshot', 'deleted since'],
};

/** Steps of the metadata lane: what was absent goes, what differs is overridden, what vanished comes back. */
export function componentSteps(
  changes: readonly ComponentChange[],
  facts: ComponentFacts,
  decisions: Decisions
): Draft {
  const draft = emptyDraft();
  const chosen: ComponentChange[] = [];
  const staying = new Set<string>();
  for (const change of changes) {
    const target = componentTarget(change.type, change.fullName);
    const skipped = leftOut(decisions.choice, target);
    if (skipped) draft.leftOut.push(skipped);
    if (!skipped && belongs(change, decisions, draft, target)) chosen.push(change);
    else staying.add(keyText(change));
  }
  for (const change of withoutUsed(chosen, staying, facts, decisions, draft)) {
    const target = componentTarget(change.type, change.fullName);
    const step =
      change.kind === 'created'
        ? deletion(change, facts, decisions, draft, target)
        : restoration(change, facts, decisions, draft, target);
    if (step) draft.steps.push(step);
  }
  return draft;
}

/** Whether the change goes back: it is the deployers', or it is a conflict that is to be restored. */
function belongs(change: ComponentChange, decisions: Decisions, draft: Draft, target: string): boolean {
  if (change.kind === 'created') return createdByDeployers(change, decisions, draft, target);
  const claim = claimComponent(change, decisions.attribution);
  if (claim.ours) return true;
  const { decision } = decide(decisions.choice, target);
  const [baseline, current] = words[change.kind];
  draft.conflicts.push(conflict(target, claim.kind, baseline, current, claim.author, decision, decisions.names));
  return decision === 'restore';
}

/** A component goes only if a deployer created it and nobody else edited it since; somebody else's only when it is named. */
function createdByDeployers(change: ComponentChange, decisions: Decisions, draft: Draft, target: string): boolean {
  const { made, claim } = claimCreated(change, decisions.attribution);
  if (claim.ours) return true;
  const { decision, named } = decide(decisions.choice, target);
  const goes = decision === 'restore' && (made || named);
  const [baseline, current] = words.created;
  draft.conflicts.push(
    conflict(target, claim.kind, baseline, current, claim.author, goes ? 'restore' : 'keep', decisions.names)
  );
  return goes;
}

function draftStep(
  change: ComponentChange,
  operation: DraftStep['operation'],
  target: string,
  risk: DraftStep['risk'],
  reason: string,
  rowsAtStake?: number
): DraftStep {
  return {
    key: `metadata:${operation}:${keyText(change)}`,
    lane: 'metadata',
    operation,
    fallbacks: [],
    target,
    count: 1,
    risk,
    ...(risk !== 'lossless' && rowsAtStake !== undefined ? { rowsAtStake } : {}),
    reason,
    detail: {
      kind: 'component',
      type: change.type,
      fullName: change.fullName,
      expects: change.now?.digest ?? null,
      leaves: change.baseline?.digest ?? null,
    },
  };
}

/** Days for which Setup keeps a deleted field or object with its data (Salesforce Help, "Manage Deleted Custom Fields"). */
const HELD_DAYS = 15;

/**
 * What differs is overridden, what vanished is created again. A field or object that was deleted still lies in Setup with
 * its data, which no API brings back: a person undeletes it there. It is created again, empty, only when it is named.
 */
function restoration(
  change: ComponentChange,
  facts: ComponentFacts,
  decisions: Decisions,
  draft: Draft,
  target: string
): DraftStep | undefined {
  if (change.kind === 'changed')
    return draftStep(change, 'restoreComponent', target, 'lossless', 'it differs from the snapshot');
  const held = HELD_IN_SETUP[change.type];
  if (held === undefined) return draftStep(change, 'recreateComponent', target, 'lossless', 'it was deleted since');
  const { decision, named } = decide(decisions.choice, target);
  const rows = facts.filledRows.get(change.fullName);
  const had = rows === undefined ? '' : ` (${plural(rows, 'row')} in the snapshot)`;
  if (named && decision === 'restore') {
    const object = change.fullName.split('.')[0] ?? '';
    const refill = facts.recordScope.has(object)
      ? `; then fill it from the snapshot: sf rollback plan --snapshot ${facts.snapshotId} --full --only record:${object} --on-conflict restore`
      : '';
    return draftStep(
      change,
      'recreateComponent',
      target,
      'lossy',
      `it was deleted since and comes back without its data${had}${refill}`,
      facts.filledRows.get(change.fullName)
    );
  }
  const at = (decisions.attribution.touches.get(keyText(change)) ?? []).findLast((touch) => touch.deleted)?.at;
  const until = at
    ? `until ${new Date(Date.parse(at) + HELD_DAYS * 86_400_000).toISOString().slice(0, 10)}`
    : `for ${HELD_DAYS} days`;
  draft.manual.push({
    target,
    what:
      `It was deleted, and ${held} keeps it with its data${had} ${until}: undelete it there first, then plan again. ` +
      `To create it again without its data instead: --resolve ${target}=restore`,
  });
  return undefined;
}

const HELD_IN_SETUP: Readonly<Record<string, string>> = {
  CustomField: 'Setup, Object Manager, Fields & Relationships, Deleted Fields',
  CustomObject: 'Setup, Object Manager, Deleted Objects',
};

/** A deletion only of what is proven to be new, can be deleted, and is used by nothing that stays. */
function deletion(
  change: ComponentChange,
  facts: ComponentFacts,
  decisions: Decisions,
  draft: Draft,
  target: string
): DraftStep | undefined {
  const created = change.now?.createdAt;
  const deployed = (decisions.attribution.touches.get(keyText(change)) ?? []).some((touch) => touch.created);
  if (!deployed && !(created !== undefined && Date.parse(created) >= Date.parse(facts.snapshotAt))) {
    draft.manual.push({
      target,
      what: 'notProvenCreated: neither a deployment nor its creation date shows that it was created since the snapshot. Delete it by hand if it is not wanted.',
    });
    return undefined;
  }
  const verdict = deletability(change.type);
  if (!verdict.deletable) {
    draft.manual.push({ target, what: `${change.type} cannot be deleted through the API. ${verdict.instead}` });
    return undefined;
  }
  const users = [...facts.flowTexts].filter(([, text]) => mentions(text, change.fullName)).map(([version]) => version);
  if (users.length > 0) {
    draft.manual.push({
      target,
      what: `It stays: flow version ${users.sort().join(', ')} uses it. Plan with --delete-flows to delete the versions that were added since, or delete it by hand later.`,
    });
    return undefined;
  }
  const filled = facts.filledRows.get(change.fullName);
  if (change.type === 'CustomField') {
    const reason =
      filled === undefined
        ? 'it was created since; its data could not be counted'
        : filled > 0
          ? `it was created since; ${filled === 1 ? '1 row holds' : `${filled} rows hold`} data in it, which is saved first`
          : 'it was created since and holds no data';
    return draftStep(change, 'deleteComponent', target, filled === 0 ? 'lossless' : 'lossy', reason, filled);
  }
  if (change.type === 'CustomObject' && filled !== 0) {
    const rows =
      filled === undefined
        ? 'its rows could not be counted'
        : `${filled === 1 ? '1 row goes' : `${filled} rows go`} with it`;
    return draftStep(
      change,
      'deleteComponent',
      target,
      'lossy',
      `it was created since; ${rows}, and lies in Setup for ${HELD_DAYS} days`,
      filled
    );
  }
  return draftStep(change, 'deleteComponent', target, 'lossless', 'it was created since');
}
