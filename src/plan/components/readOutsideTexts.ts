import { keyText } from '../../metadata/component.js';
import { componentTexts } from '../../metadata/componentTexts.js';
import { canUse, holds } from '../../metadata/mentions.js';
import type { ComponentReader } from '../../org/ports/components.js';
import { coverage, isReal, isTaken, outsideScope, touchesOf, type Attribution } from '../attribution/attribution.js';
import type { Deployments } from '../snapshotFindings.js';
import type { ComponentChange } from '../../metadata/diffComponents.js';
import type { Snapshot } from '../../snapshot/snapshotFormat.js';
import type { OutsideText } from './usedByKept.js';

/**
 * What stands in the components that deployments since the snapshot created or changed outside its scope. They stay, so a
 * new component that one of them uses must stay, too. Asks the org only where something new could go at all.
 */
export async function readOutsideTexts(
  org: ComponentReader,
  scope: Snapshot['scope'],
  attribution: Attribution,
  observed: Deployments & { readonly changes: { readonly components: readonly ComponentChange[] } }
): Promise<OutsideText[]> {
  if (!observed.changes.components.some(({ kind }) => kind === 'created')) return [];
  const touches = touchesOf(observed.deployments.filter(isReal), observed.reports);
  const outside = outsideScope(touches, coverage(scope)).filter(
    ({ type, touches: own }) =>
      own.at(-1)?.deleted !== true &&
      // What the org itself takes out of the deployment's own layout is no loss; out of a colleague's it is.
      (own.every(({ deploymentId }) => isTaken(attribution, deploymentId)) ? holds(type) : canUse(type))
  );
  if (outside.length === 0) return [];
  const { components } = await org.retrieve(outside.map(({ type, fullName }) => ({ type, fullName })));
  const texts = componentTexts(
    // A flow comes as the version that runs, or the newest.
    components.map((component) =>
      component.type === 'Flow' ? { ...component, fullName: component.fullName.replace(/-\d+$/, '') } : component
    ),
    new Set(outside.map(keyText))
  );
  return outside.flatMap(({ target, type, fullName }) => {
    const text = texts.get(keyText({ type, fullName }));
    return text === undefined ? [] : [{ target, type, fullName, text }];
  });
}
