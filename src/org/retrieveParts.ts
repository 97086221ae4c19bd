import { keyText, type ComponentKey } from '../metadata/component.js';
import { containerKey, isContainer } from '../metadata/members.js';
import type { Retrieved } from './ports/components.js';

/**
 * Components that one retrieve asks for at most. An org gives 10,000 files or 39 MB in one (Metadata API Developer Guide,
 * "Metadata Limits"); most components are one file or two.
 */
const MOST = 4_000;

/** Components that stand in one file stay together: the file comes once, with all that was asked of it. */
function inFiles(keys: readonly ComponentKey[]): ComponentKey[][] {
  const fileOf = (key: ComponentKey): string => keyText(isContainer(key.type) ? key : (containerKey(key) ?? key));
  return [...Map.groupBy(keys, fileOf).values()];
}

/** The keys in parts that one retrieve each may take, in the order given. */
export function retrieveParts(keys: readonly ComponentKey[], most = MOST): ComponentKey[][] {
  if (keys.length <= most) return [[...keys]];
  const parts: ComponentKey[][] = [[]];
  for (const group of inFiles(keys)) {
    const last = parts.at(-1) as ComponentKey[];
    if (last.length > 0 && last.length + group.length > most) parts.push([...group]);
    else last.push(...group);
  }
  return parts;
}

/** Two halves of what was too much for one retrieve; undefined when it stands in one file and cannot be halved. */
export function halves(keys: readonly ComponentKey[]): [ComponentKey[], ComponentKey[]] | undefined {
  const groups = inFiles(keys);
  if (groups.length < 2) return undefined;
  const middle = Math.ceil(groups.length / 2);
  return [groups.slice(0, middle).flat(), groups.slice(middle).flat()];
}

/** What came in parts, as if it had come at once. */
export function joined(parts: readonly Retrieved[]): Retrieved {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return {
    components: parts.flatMap((part) => part.components),
    properties: new Map(parts.flatMap((part) => [...part.properties])),
    files: new Map(parts.flatMap((part) => [...part.files])),
    notFound: parts.flatMap((part) => part.notFound),
    messages: parts.flatMap((part) => part.messages),
  };
}
