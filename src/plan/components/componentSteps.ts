import type { ComponentChange } from '../../metadata/diffComponents.js';
import { keyText } from '../../metadata/component.js';
import { containerOf } from '../../metadata/members.js';
import { plural } from '../../model/plural.js';
import { componentTarget } from '../../model/selector.js';
import { conflict, decide, leftOut } from '../choice/choice.js';
import { claimComponent, claimCreated } from '../attribution/claims.js';
import { emptyDraft, type Decisions, type Draft } from '../draft.js';
import { componentStep, HELD_DAYS, type ComponentFacts } from './componentStep.js';
import { goingSteps, harmlessAlready } from './componentGoes.js';
import type { DraftStep } from '../rollbackPlan.js';
import { withoutUsed } from './usedByKept.js';

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
    const harmless = skipped ? undefined : harmlessAlready(change, facts);
    if (skipped) draft.leftOut.push(skipped);
    else if (harmless !== undefined) draft.leftOut.push({ target, why: harmless });
    if (!skipped && harmless === undefined && belongs(change, decisions, draft, target)) chosen.push(change);
    else staying.add(keyText(change));
  }
  const objects = new Set(
    changes.flatMap(({ kind, type, fullName }) => (kind === 'deleted' && type === 'CustomObject' ? [fullName] : []))
  );
  for (const change of withoutUsed(chosen, staying, facts, decisions, draft)) {
    const target = componentTarget(change.type, change.fullName);
    if (change.kind === 'created') draft.steps.push(...goingSteps(change, facts, decisions, draft, target));
    else {
      const step = restoration(change, objects, facts, decisions, draft, target);
      if (step) draft.steps.push(step);
    }
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

/**
 * What differs is overridden, what vanished is created again. A field or object that was deleted still lies in Setup with
 * its data, which no API brings back: a person undeletes it there. It is created again, with what the snapshot holds of its
 * data, only when it is named. What stood in a deleted object comes back with it, or waits for it.
 */
function restoration(
  change: ComponentChange,
  objects: ReadonlySet<string>,
  facts: ComponentFacts,
  decisions: Decisions,
  draft: Draft,
  target: string
): DraftStep | undefined {
  if (change.kind === 'changed') return overriding(change, facts, target);
  const [object = ''] = change.fullName.split('.');
  if (change.type !== 'CustomObject' && containerOf(change.type) === 'CustomObject' && objects.has(object)) {
    const parent = componentTarget('CustomObject', object);
    if (isNamed(decisions, parent))
      return componentStep(change, 'recreateComponent', target, 'lossless', `it was deleted since with ${object}`);
    draft.leftOut.push({ target, why: `it was deleted with ${object}, and comes back with it` });
    return undefined;
  }
  const held = HELD_IN_SETUP[change.type];
  if (held === undefined) return componentStep(change, 'recreateComponent', target, 'lossless', 'it was deleted since');
  const rows = facts.filledRows.get(change.fullName);
  const had =
    rows === undefined ? '' : rows === 0 ? ' (none in the snapshot)' : ` (${plural(rows, 'row')} in the snapshot)`;
  const refilled = facts.refillable?.has(change.fullName) === true;
  if (isNamed(decisions, target)) {
    const data = refilled ? comesBack(change.type, rows) : `comes back without its data${had}`;
    // Rows that are inserted again are at stake in the step that inserts them.
    const atStake = refilled && change.type === 'CustomObject' ? undefined : rows;
    return componentStep(change, 'recreateComponent', target, 'lossy', `it was deleted since and ${data}`, atStake);
  }
  const at = (decisions.attribution.touches.get(keyText(change)) ?? []).findLast((touch) => touch.deleted)?.at;
  const until = at
    ? `until ${new Date(Date.parse(at) + HELD_DAYS * 86_400_000).toISOString().slice(0, 10)}`
    : `for ${HELD_DAYS} days`;
  draft.manual.push({
    target,
    what:
      `It was deleted, and ${held} keeps it with its data${had} ${until}: undelete it there first, then plan again. ` +
      `To create it again ${refilled ? 'with what the snapshot holds of its data' : 'without its data'} instead: ` +
      `--resolve ${target}=restore`,
  });
  return undefined;
}

function isNamed({ choice }: Decisions, target: string): boolean {
  const { decision, named } = decide(choice, target);
  return named && decision === 'restore';
}

const rowsOf = (rows: number | undefined): string => (rows === undefined ? 'the rows' : plural(rows, 'row'));

/** What becomes of the data that the snapshot holds. */
function comesBack(type: string, rows: number | undefined): string {
  const none = rows === 0;
  if (type === 'CustomObject')
    return `comes back empty${none ? '' : `, and ${rowsOf(rows)} of the snapshot ${rows === 1 ? 'is' : 'are'} inserted again, under new Ids`}; what was entered since is lost`;
  return `comes back empty${none ? '' : `, and ${plural(rows ?? 0, 'row')} ${rows === 1 ? 'gets' : 'get'} what the snapshot holds of it`}; field history and what was entered since are lost`;
}

const HELD_IN_SETUP: Readonly<Record<string, string>> = {
  CustomField: 'Setup, Object Manager, Fields & Relationships, Deleted Fields',
  CustomObject: 'Setup, Object Manager, Deleted Objects',
};

/** Picklist values that were added stay, inactive: what is deployed without them deactivates them. */
function overriding(change: ComponentChange, facts: ComponentFacts, target: string): DraftStep {
  const values = facts.values?.get(keyText(change));
  if (!values || values.active.length === 0)
    return componentStep(change, 'restoreComponent', target, 'lossless', 'it differs from the snapshot');
  const reason = `it differs from the snapshot; values that were added stay, inactive: ${values.active.join(', ')}`;
  return componentStep(change, 'restoreComponent', target, 'lossy', reason);
}
