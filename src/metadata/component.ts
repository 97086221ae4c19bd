import { digestOf, sha256 } from '../model/digest.js';
import { canonicalXml, isMetadataXml } from '../model/canonicalXml.js';
import { withoutRows } from './accessFile.js';
import { membersOf, ownPart } from './members.js';
import { typeFacts } from './typeFacts.js';

/** A component by type and full name, as in a manifest: `ApexClass` `Pricing`, `CustomField` `Product2.Origin__c`. */
export interface ComponentKey {
  readonly type: string;
  readonly fullName: string;
}

/** A component as Metadata API gives it. Paths are relative to the package root. */
export interface RetrievedComponent extends ComponentKey {
  readonly files: ReadonlyArray<{ readonly path: string; readonly content: Buffer }>;
  readonly createdById?: string;
  readonly createdAt?: string;
  readonly lastModifiedById?: string;
  readonly lastModifiedAt?: string;
}

/** A component as a snapshot's index keeps it, and as it is compared. */
export interface ComponentState extends ComponentKey {
  /** Digest of the canonical content: equal exactly when the component is the same, permission rows aside. */
  readonly digest: string;
  readonly paths: readonly string[];
  readonly createdById?: string;
  readonly createdAt?: string;
  readonly lastModifiedById?: string;
  readonly lastModifiedAt?: string;
}

/** Who made and last changed a component, as far as the org says. */
export type ComponentStamps = Omit<ComponentState, keyof ComponentKey | 'digest' | 'paths'>;

/** `components.json` of a snapshot. */
export interface ComponentsPart {
  readonly components: readonly ComponentState[];
  /** Named in the scope and proven not to exist, by the retrieve's message and by listMetadata. */
  readonly absent: readonly ComponentKey[];
  /** Types of which the scope holds everything (`*`), so that whatever appears later is known to be new. */
  readonly wholeTypes: readonly string[];
}

export function keyText(key: ComponentKey): string {
  return `${key.type}:${key.fullName}`;
}

export function compareKeys(a: ComponentKey, b: ComponentKey): number {
  const left = keyText(a);
  const right = keyText(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function contentDigest(path: string, content: Buffer, rootType: string): string {
  if (path.endsWith('-meta.xml') || isMetadataXml(content))
    return digestOf(withoutRows(rootType, canonicalXml(content.toString('utf8'), rootType)));
  // Code: only line ends may differ between what was deployed and what is retrieved.
  return sha256(content.toString('latin1').replace(/\r\n/g, '\n'));
}

/** The state of a component that stands in files of its own. */
function wholeState(component: RetrievedComponent): ComponentState {
  const files = [...component.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const { files: dropped, ...rest } = component;
  void dropped;
  return {
    ...rest,
    digest: digestOf(files.map((file) => [file.path, contentDigest(file.path, file.content, component.type)])),
    paths: files.map((file) => file.path),
  };
}

/**
 * What was retrieved, component by component: a container (an object file with fields) is taken apart into its members,
 * so that one field can be compared and put back without touching its neighbours. A container that is wanted itself stands
 * for all its members, and its own state is what the file says without them.
 */
export function componentStates(
  retrieved: readonly RetrievedComponent[],
  wanted: ReadonlySet<string>,
  properties: ReadonlyMap<string, ComponentStamps>
): ComponentState[] {
  const states: ComponentState[] = [];
  for (const component of retrieved) {
    const file = component.files[0];
    const xml = file?.content.toString('utf8') ?? '';
    const members = file ? membersOf(component.type, component.fullName, xml) : undefined;
    const whole = wanted.has(keyText(component));
    if (whole) {
      const own = members && file ? { digest: digestOf([file.path, ownPart(component.type, xml)]) } : {};
      states.push({ ...wholeState(component), ...own, ...properties.get(keyText(component)) });
    }
    for (const member of members ?? []) {
      if (!whole && !wanted.has(keyText(member))) continue;
      states.push({
        type: member.type,
        fullName: member.fullName,
        digest: digestOf(member.canonical),
        paths: [file?.path as string],
        ...properties.get(keyText(member)),
      });
    }
  }
  return states.sort(compareKeys);
}

/**
 * What has to be asked for so that these components are given as they were in the snapshot: the file of a profile or of a
 * translation holds only what is about components that are named in the same request.
 */
export function companionsOf(keys: readonly ComponentKey[], part: ComponentsPart): ComponentKey[] {
  if (!keys.some((key) => typeFacts(key.type).partial)) return [...keys];
  const all = new Map(
    [...part.components, ...part.absent, ...keys].map(({ type, fullName }) => [
      `${type}:${fullName}`,
      { type, fullName },
    ])
  );
  return [...all.values()];
}
