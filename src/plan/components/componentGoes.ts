import { keyText } from '../../metadata/component.js';
import type { ComponentChange } from '../../metadata/diffComponents.js';
import { mentions } from '../../metadata/mentions.js';
import { typeFacts } from '../../metadata/typeFacts.js';
import { plural } from '../../model/plural.js';
import { componentStep, HELD_DAYS, type ComponentFacts } from './componentStep.js';
import type { Decisions, Draft } from '../draft.js';
import type { DraftStep } from '../rollbackPlan.js';

/**
 * How a component goes that was created since: only what is proven to be new and used by nothing that stays is deleted. One
 * that the API cannot delete is switched off, where its type can be; else it is left to a person. One that it does not delete
 * while it is on is switched off first.
 */
export function goingSteps(
  change: ComponentChange,
  facts: ComponentFacts,
  decisions: Decisions,
  draft: Draft,
  target: string
): DraftStep[] {
  const byHand = (what: string): [] => {
    draft.manual.push({ target, what });
    return [];
  };
  if (!provenNew(change, facts, decisions))
    return byHand(
      'notProvenCreated: neither a deployment nor its creation date shows that it was created since the snapshot. Delete it by hand if it is not wanted.'
    );
  const { created, instead } = typeFacts(change.type);
  if (created === 'switched off') return offStep(change, facts, draft, target, instead ?? '');
  if (created === 'by hand') return byHand(`${change.type} cannot be deleted through the API. ${instead ?? ''}`);
  const users = [...facts.flowTexts].filter(([, text]) => mentions(text, change)).map(([version]) => version);
  if (users.length > 0)
    return byHand(
      `It stays: flow version ${users.sort().join(', ')} uses it. Plan with --delete-flows to delete the versions that were added since, or delete it by hand later.`
    );
  const { risk, reason } = whatItTakesAlong(change, facts);
  const step = componentStep(change, 'deleteComponent', target, risk, reason, facts.filledRows.get(change.fullName));
  const off = created === 'off, then deleted' ? facts.off?.get(keyText(change)) : undefined;
  if (off !== undefined && off !== change.now?.digest) return offThenDeleted(change, step, off);
  const unsaved = change.type === 'CustomField' && facts.unseen?.has(change.fullName) === true;
  return [unsaved && step.detail.kind === 'component' ? { ...step, detail: { ...step.detail, unsaved } } : step];
}

/** What the org does not delete while it is on: one deployment switches it off, a later one deletes it. */
function offThenDeleted(change: ComponentChange, deletion: DraftStep, off: string): DraftStep[] {
  const reason = `it was created since, and the org does not delete an active ${change.type}`;
  const first = componentStep(change, 'deactivateComponent', deletion.target, 'lossless', reason);
  if (first.detail.kind !== 'component' || deletion.detail.kind !== 'component') return [deletion];
  return [
    { ...first, detail: { ...first.detail, leaves: off } },
    { ...deletion, after: [first.key], detail: { ...deletion.detail, off } },
  ];
}

/**
 * Why nothing is left to do about a change, whoever made it what it is: it is as harmless as a way back could make it. That
 * may well be the work of an earlier run.
 */
export function harmlessAlready(change: ComponentChange, facts: ComponentFacts): string | undefined {
  const off = typeFacts(change.type).created === 'switched off' ? facts.off?.get(keyText(change)) : undefined;
  if (change.kind === 'created' && off !== undefined && off === change.now?.digest)
    return `it is switched off, and the API cannot delete it. ${typeFacts(change.type).instead ?? ''}`;
  const values = facts.values?.get(keyText(change));
  if (change.kind === 'changed' && values?.onlyInactive)
    return `it got the inactive values ${values.inactive.join(', ')}, which the API cannot delete`;
  return undefined;
}

function provenNew(change: ComponentChange, facts: ComponentFacts, decisions: Decisions): boolean {
  const created = change.now?.createdAt;
  return (
    (decisions.attribution.touches.get(keyText(change)) ?? []).some((touch) => touch.created) ||
    (created !== undefined && Date.parse(created) >= Date.parse(facts.snapshotAt))
  );
}

function offStep(
  change: ComponentChange,
  facts: ComponentFacts,
  draft: Draft,
  target: string,
  instead: string
): DraftStep[] {
  const off = facts.off?.get(keyText(change));
  if (off === undefined) {
    draft.manual.push({
      target,
      what: `${change.type} cannot be deleted through the API. Switch it off, or: ${instead}`,
    });
    return [];
  }
  const reason = `it was created since; the API cannot delete a ${change.type}, so it stays, switched off. ${instead}`;
  const step = componentStep(change, 'deactivateComponent', target, 'lossy', reason);
  return [step.detail.kind === 'component' ? { ...step, detail: { ...step.detail, leaves: off } } : step];
}

/** What is lost with it, as far as it could be counted. */
function whatItTakesAlong(
  { type, fullName }: ComponentChange,
  facts: ComponentFacts
): { readonly risk: DraftStep['risk']; readonly reason: string } {
  const filled = facts.filledRows.get(fullName);
  if (type === 'CustomField') {
    if (filled === 0) return { risk: 'lossless', reason: 'it was created since and holds no data' };
    if (facts.unseen?.has(fullName))
      return {
        risk: 'lossy',
        reason:
          'it was created since; this user does not see it, so what it holds is lost with it, neither counted nor ' +
          'saved. To keep that: give this user read access to the field and plan again',
      };
    const data =
      filled === undefined
        ? 'its data could not be counted, and is saved first in the undo point'
        : `${filled === 1 ? '1 row holds' : `${filled} rows hold`} data in it, saved first in the undo point`;
    return { risk: 'lossy', reason: `it was created since; ${data}` };
  }
  if (type === 'CustomObject' && filled !== 0) {
    const rows =
      filled === undefined
        ? 'its rows could not be counted'
        : `${filled === 1 ? '1 row goes' : `${plural(filled, 'row')} go`} with it`;
    return { risk: 'lossy', reason: `it was created since; ${rows}, and lies in Setup for ${HELD_DAYS} days` };
  }
  return { risk: 'lossless', reason: 'it was created since' };
}
