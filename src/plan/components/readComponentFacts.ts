import { keyText, type ComponentKey, type RetrievedComponent } from '../../metadata/component.js';
import type { ComponentChange } from '../../metadata/diffComponents.js';
import { containerKey, membersOf } from '../../metadata/members.js';
import { addedValues, HOLDS_VALUES, type AddedValues } from '../../metadata/picklistValues.js';
import { digestOff } from '../../metadata/switchedOff.js';
import { typeFacts } from '../../metadata/typeFacts.js';
import { canonicalXml, type Canonical } from '../../model/canonicalXml.js';
import { childText } from '../../model/diffCanonical.js';
import type { Baseline } from '../../snapshot/baseline.js';

/** Digests that created components would have, switched off, where that is what becomes of them, at first or at last. */
export function offDigests(
  retrieved: readonly RetrievedComponent[],
  changes: readonly ComponentChange[]
): Map<string, string> {
  return new Map(
    changes.flatMap((change) => {
      if (change.kind !== 'created' || !typeFacts(change.type).off) return [];
      const digest = digestOff(retrieved, change);
      return digest === undefined ? [] : [[keyText(change), digest] as const];
    })
  );
}

/** Picklist values that changed components got since the snapshot. */
export async function readAddedValues(
  baseline: Baseline,
  retrieved: readonly RetrievedComponent[],
  keys: readonly ComponentKey[]
): Promise<Map<string, AddedValues>> {
  const wanted = new Map(keys.filter(({ type }) => HOLDS_VALUES.has(type)).map((key) => [keyText(key), key]));
  const found = new Map<string, AddedValues>();
  if (wanted.size === 0) return found;
  const known = new Map(baseline.components.components.map((state) => [keyText(state), state]));
  const files = new Map(retrieved.map((component) => [keyText(component), component.files[0]?.content]));
  // Fields of one object stand in one file, which is taken apart once.
  for (const group of Map.groupBy(wanted.values(), (key) => keyText(containerKey(key) ?? key)).values()) {
    const [first] = group;
    if (!first) continue;
    const holder = containerKey(first) ?? first;
    const [path] = known.get(keyText(first))?.paths ?? [];
    const content = files.get(keyText(holder));
    if (path === undefined || !content) continue;
    const before = elementsIn((await baseline.folder.read(`metadata/${path}`)).toString('utf8'), holder);
    const now = elementsIn(content.toString('utf8'), holder);
    for (const key of group.map(keyText)) {
      const [was, is] = [before.get(key), now.get(key)];
      if (was && is) found.set(key, addedValues(was, is));
    }
  }
  return found;
}

/** A file and what stands in it, by `Type:FullName`. */
function elementsIn(xml: string, holder: ComponentKey): Map<string, Canonical> {
  const members = membersOf(holder.type, holder.fullName, xml) ?? [];
  return new Map([
    [keyText(holder), canonicalXml(xml, holder.type)],
    ...members.map((member) => [keyText(member), member.canonical] as const),
  ]);
}

/**
 * Created components that hold what a component needs which goes back: the name of a child relationship, which an object
 * has once (DEPLOY, "There is already a Child Relationship named"), or the place of a duplicate rule among those of its
 * object. With the words for it.
 */
export async function readInTheWay(
  baseline: Baseline,
  retrieved: readonly RetrievedComponent[],
  changes: readonly ComponentChange[]
): Promise<Map<string, string>> {
  const created = changes.filter(({ kind, type }) => kind === 'created' && HOLDS_PLACE.has(type));
  const back = changes.filter(({ kind, type }) => kind !== 'created' && HOLDS_PLACE.has(type));
  const found = new Map<string, string>();
  if (created.length === 0 || back.length === 0) return found;
  const needed = new Map<string, string>();
  const paths = new Map(baseline.components.components.map((state) => [keyText(state), state.paths[0]]));
  for (const change of back) {
    const path = paths.get(keyText(change));
    if (path === undefined) continue;
    const xml = (await baseline.folder.read(`metadata/${path}`)).toString('utf8');
    const place = placeOf(change, elementsIn(xml, containerKey(change) ?? change).get(keyText(change)));
    if (place !== undefined) needed.set(place, keyText(change));
  }
  for (const change of created) {
    const holder = containerKey(change) ?? change;
    const content = retrieved.find((component) => keyText(component) === keyText(holder))?.files[0]?.content;
    const place = placeOf(change, content && elementsIn(content.toString('utf8'), holder).get(keyText(change)));
    const by = place === undefined ? undefined : needed.get(place);
    if (place !== undefined && by !== undefined) found.set(keyText(change), `it holds the ${place} of ${by}`);
  }
  return found;
}

const HOLDS_PLACE = new Set(['CustomField', 'DuplicateRule']);

function placeOf({ type, fullName }: ComponentKey, element: Canonical | undefined): string | undefined {
  if (!element) return undefined;
  if (type === 'DuplicateRule') {
    const order = childText(element, 'sortOrder');
    return order === undefined
      ? undefined
      : `place ${order} among the duplicate rules of ${fullName.split('.')[0] ?? ''}`;
  }
  const [target, name] = [childText(element, 'referenceTo'), childText(element, 'relationshipName')];
  return target === undefined || name === undefined ? undefined : `child relationship ${name} of ${target}`;
}
