import { keyText, type ComponentKey, type RetrievedComponent } from '../../metadata/component.js';
import type { ComponentChange } from '../../metadata/diffComponents.js';
import { containerKey, membersOf } from '../../metadata/members.js';
import { addedValues, HOLDS_VALUES, type AddedValues } from '../../metadata/picklistValues.js';
import { digestOff } from '../../metadata/switchedOff.js';
import { typeFacts } from '../../metadata/typeFacts.js';
import { canonicalXml, type Canonical } from '../../model/canonicalXml.js';
import type { Baseline } from '../../snapshot/baseline.js';

/** Digests that created components would have, switched off, where that is what becomes of them. */
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
