import type { OrgCore } from '../contracts.js';
import { type FlowRecord, type FlowStatus, type FlowStore, type FlowVersion } from '../flows/flowStore.js';
import type { ComponentContent, ComponentStore, Stamp } from './componentStore.js';
import { fieldFromXml, objectFromXml } from './fieldXml.js';
import { freeKeyPrefix } from './freeKeyPrefix.js';
import { normalForm } from './normalForm.js';
import { factsOf, keyPrefixOf, memberName, packagePath, parentName } from './typeFacts.js';
import { type XmlElement, element, parseXml, withValue } from './xmlTree.js';

export interface ComponentSeed {
  readonly type: string;
  readonly fullName: string;
  /** The file of an XML type, one member's element, or the `-meta.xml` of code. */
  readonly xml?: string;
  /** The content of code. */
  readonly body?: string;
  /** Files of a bundle, by path below its folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly namespacePrefix?: string;
}

export interface FlowSeed {
  readonly name: string;
  readonly namespacePrefix?: string;
  /** In order: the first is version 1. */
  readonly versions: ReadonlyArray<{ readonly status: FlowStatus; readonly xml: string }>;
}

/** Adds or replaces a component. Objects and fields also enter the schema. */
export function seedComponent(org: OrgCore, components: ComponentStore, seed: ComponentSeed, stamp: Stamp): void {
  const root = seed.xml === undefined ? undefined : normalForm(seed.type, parseXml(seed.xml));
  if (root !== undefined && seed.type === 'CustomObject' && org.schema.get(seed.fullName) === undefined) {
    org.schema.addObject(objectFromXml(seed.fullName, root, freeKeyPrefix(org.schema)));
  }
  if (root !== undefined && seed.type === 'CustomField') putFieldInSchema(org, seed.fullName, root);
  const before = components.get(seed.type, seed.fullName);
  const prefix = keyPrefixOf(seed.type);
  components.put({
    type: seed.type,
    fullName: seed.fullName,
    id: before?.id ?? (prefix === '' ? '' : org.newId(prefix)),
    fileName: packagePath(seed.type, seed.fullName),
    managed: seed.namespacePrefix !== undefined,
    ...(seed.namespacePrefix === undefined ? {} : { namespacePrefix: seed.namespacePrefix }),
    created: before?.created ?? stamp,
    lastModified: stamp,
    content: contentOf(seed, root),
  });
}

function putFieldInSchema(org: OrgCore, fullName: string, root: XmlElement): void {
  const object = parentName('CustomField', fullName);
  if (org.schema.get(object) !== undefined)
    org.schema.putField(object, { ...fieldFromXml(root), name: memberName('CustomField', fullName) });
}

function contentOf(seed: ComponentSeed, root: XmlElement | undefined): ComponentContent {
  const facts = factsOf(seed.type);
  if (seed.files !== undefined)
    return {
      kind: 'files',
      files: new Map(Object.entries(seed.files).map(([path, text]) => [`${seed.fullName}/${path}`, Buffer.from(text)])),
    };
  if (seed.body !== undefined) {
    return {
      kind: 'files',
      files: new Map([[`${seed.fullName}.${facts?.suffix ?? 'txt'}`, Buffer.from(seed.body)]]),
      ...(root === undefined ? {} : { meta: root }),
    };
  }
  return { kind: 'xml', root: root ?? element(seed.type) };
}

export function seedFlow(org: OrgCore, flows: FlowStore, seed: FlowSeed, stamp: Stamp): void {
  const versions = seed.versions.map(({ status, xml }, index): FlowVersion => ({
    id: org.newId('301'),
    number: index + 1,
    status,
    body: withValue(normalForm('Flow', parseXml(xml)), 'status', undefined),
    created: stamp,
    lastModified: stamp,
  }));
  const flow: FlowRecord = {
    id: org.newId('300'),
    name: seed.name,
    managed: seed.namespacePrefix !== undefined,
    versions,
    nextNumber: versions.length + 1,
    created: stamp,
    lastModified: stamp,
    ...(seed.namespacePrefix === undefined ? {} : { namespacePrefix: seed.namespacePrefix }),
  };
  flows.put(flow);
}
