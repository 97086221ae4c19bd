import { type XmlElement, childrenNamed, element, parseXml, valueOf, writeXml } from './xmlTree.js';

export interface ManifestType {
  readonly name: string;
  readonly members: readonly string[];
}

/** What a `package.xml` or `destructiveChanges*.xml` names. */
export interface Manifest {
  readonly version: string | undefined;
  readonly types: readonly ManifestType[];
}

/** Reads a manifest; throws when the text is not XML or its root is not `Package`. */
export function parseManifest(text: string): Manifest {
  const root = parseXml(text);
  if (root.name !== 'Package') throw new Error(`Error parsing file: Element ${root.name} found, Package expected`);
  return manifestOf(root);
}

/** The same from an element of a retrieve request. */
export function manifestOf(root: XmlElement): Manifest {
  return {
    version: valueOf(root, 'version'),
    types: childrenNamed(root, 'types').map((type) => ({
      name: valueOf(type, 'name') ?? '',
      members: childrenNamed(type, 'members').map((member) => member.text.trim()),
    })),
  };
}

export function writeManifest(types: ReadonlyMap<string, Iterable<string>>, version: string): string {
  const listed = [...types].sort(([a], [b]) => (a < b ? -1 : 1));
  return writeXml(
    element(
      'Package',
      ...listed.map(([name, members]) =>
        element('types', ...[...members].sort().map((member) => element('members', member)), element('name', name))
      ),
      element('version', version)
    )
  );
}
