import { componentStates, keyText, type ComponentKey, type RetrievedComponent } from './component.js';
import { containerKey, memberOf } from './members.js';
import { childrenOf, fileWith, nodeName, rawRoot, textOfChild, withText, type RawNode } from './rawXml.js';
import { typeFacts } from './typeFacts.js';

/**
 * The file of a component that the API cannot delete, with the component switched off in it (of a record type: the object's
 * file). Undefined where its type has no such switch, or the file was not retrieved.
 */
export function switchedOff(
  retrieved: readonly RetrievedComponent[],
  key: ComponentKey
): RetrievedComponent | undefined {
  const { off } = typeFacts(key.type);
  const found = off && elementOf(retrieved, key);
  if (!found) return undefined;
  const { component, root, element } = found;
  const changed = withText(element, off.element, off.value);
  const next =
    element === root
      ? changed
      : { ...root, [nodeName(root)]: childrenOf(root).map((child) => (child === element ? changed : child)) };
  const [file] = component.files;
  const content = Buffer.from(fileWith(next, childrenOf(next)), 'utf8');
  return { ...component, files: file ? [{ path: file.path, content }] : [] };
}

/** The digest that the component would have, switched off. */
export function digestOff(retrieved: readonly RetrievedComponent[], key: ComponentKey): string | undefined {
  const component = switchedOff(retrieved, key);
  if (!component) return undefined;
  const states = componentStates([component], new Set([keyText(key)]), new Map());
  return states.find((state) => keyText(state) === keyText(key))?.digest;
}

/** Whether what was retrieved says that the component is switched off. */
export function isOff(retrieved: readonly RetrievedComponent[], key: ComponentKey): boolean {
  const { off } = typeFacts(key.type);
  const found = off && elementOf(retrieved, key);
  return found !== undefined && textOfChild(found.element, off?.element ?? '') === off?.value;
}

/** Whether the org is still at work on switching a rule in this file on or off (MDAPI, MatchingRule: `ruleStatus`). */
export function isBeingSwitched({ type, files: [file] }: RetrievedComponent): boolean {
  return (
    type === 'MatchingRules' &&
    /<ruleStatus>\s*(Activating|Deactivating)\s*</.test(file?.content.toString('utf8') ?? '')
  );
}

/** The element that stands for a component: the root of its file, or its place in the file of its container. */
function elementOf(
  retrieved: readonly RetrievedComponent[],
  key: ComponentKey
): { readonly component: RetrievedComponent; readonly root: RawNode; readonly element: RawNode } | undefined {
  const holder = containerKey(key) ?? key;
  const component = retrieved.find((each) => keyText(each) === keyText(holder));
  const [file] = component?.files ?? [];
  if (!component || !file) return undefined;
  const root = rawRoot(holder.type, file.content.toString('utf8'), holder.fullName);
  const element =
    holder === key
      ? root
      : childrenOf(root).find((child) => memberOf(holder.type, holder.fullName, child) === keyText(key));
  return element && { component, root, element };
}
