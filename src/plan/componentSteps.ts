import type { ComponentChange } from '../metadata/diffComponents.js';
import { keyText } from '../metadata/component.js';
import { deletability } from '../metadata/typeFacts.js';
import { componentTarget } from '../model/selector.js';
import { conflict, decide, leftOut } from './choice.js';
import { claimComponent, claimCreated } from './claims.js';
import { emptyDraft, type Decisions, type Draft } from './draft.js';
import type { DraftStep } from './rollbackPlan.js';

export interface ComponentFacts {
  /** The org's time at which the snapshot was started. */
  readonly snapshotAt: string;
  /** Bodies of flow versions that stay, by `Name-3`: a field they name cannot be deleted. */
  readonly flowTexts: ReadonlyMap<string, string>;
  /** Rows that hold data in a created field, by `Object.Field__c`; undefined when it could not be counted. */
  readonly filledRows: ReadonlyMap<string, number>;
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
  for (const change of changes) {
    const target = componentTarget(change.type, change.fullName);
    const skipped = leftOut(decisions.choice, target);
    if (skipped) {
      draft.leftOut.push(skipped);
      continue;
    }
    if (!belongs(change, decisions, draft, target)) continue;
    const step =
      change.kind === 'created' ? deletion(change, facts, decisions, draft, target) : restoration(change, target);
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
  reason: string
): DraftStep {
  return {
    key: `metadata:${operation}:${keyText(change)}`,
    lane: 'metadata',
    operation,
    fallbacks: [],
    target,
    count: 1,
    risk,
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

function restoration(change: ComponentChange, target: string): DraftStep {
  return change.kind === 'changed'
    ? draftStep(change, 'restoreComponent', target, 'lossless', 'it differs from the snapshot')
    : draftStep(
        change,
        'recreateComponent',
        target,
        change.type === 'CustomField' || change.type === 'CustomObject' ? 'lossy' : 'lossless',
        'it was deleted since'
      );
}

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
    return draftStep(change, 'deleteComponent', target, filled === 0 ? 'lossless' : 'lossy', reason);
  }
  return draftStep(change, 'deleteComponent', target, 'lossless', 'it was created since');
}

/** Whether a flow's body names a component: its own name as a whole word. */
function mentions(text: string, fullName: string): boolean {
  const own = fullName.split('.').at(-1) ?? fullName;
  return new RegExp(`(^|[^A-Za-z0-9_])${own.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([^A-Za-z0-9_]|$)`).test(text);
}
