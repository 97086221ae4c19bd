import { type Catalogue, type FileProperties, type ReadableComponent, filePropertiesOf } from './catalogue.js';
import type { Manifest } from './manifest.js';
import { writeManifest } from './manifest.js';
import { normalForm } from './normalForm.js';
import { profileFor } from './profileView.js';
import { type TypeFacts, factsOf, memberName, packagePath, parentName, parentOf } from './typeFacts.js';
import { type XmlElement, element, withChildren, writeXml } from './xmlTree.js';

export interface RetrieveMessage {
  readonly fileName: string;
  readonly problem: string;
}

export interface RetrievedPackage {
  /** Paths include the top folder, in the order of the zip. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly fileProperties: readonly FileProperties[];
  readonly messages: readonly RetrieveMessage[];
}

/** Files for what a manifest names, as they are now. What is not there is a message, never a failure. */
export function retrievePackage(
  catalogue: Catalogue,
  manifest: Manifest,
  apiVersion: string,
  singlePackage: boolean,
  memberProperties: 'all' | 'named' | 'none',
  packageProperties: Omit<FileProperties, 'fileName' | 'fullName' | 'type' | 'id' | 'manageableState'>
): RetrievedPackage {
  const collector = new Collector(catalogue, singlePackage ? '' : 'unpackaged/');
  for (const { name, members } of manifest.types) for (const member of members) collector.ask(name, member);
  const files = collector.files();
  const packageXml = writeManifest(collector.resolved(), manifest.version ?? apiVersion);
  files.set(`${collector.folder}package.xml`, Buffer.from(packageXml));
  return {
    files,
    fileProperties: [
      ...collector.properties(memberProperties),
      {
        ...packageProperties,
        fileName: `${collector.folder}package.xml`,
        fullName: `${collector.folder}package.xml`,
        id: '',
        manageableState: 'unmanaged',
        type: 'Package',
      },
    ],
    messages: collector.messages,
  };
}

class Collector {
  public readonly messages: RetrieveMessage[] = [];
  private readonly whole: ReadableComponent[] = [];
  private readonly members = new Map<string, ReadableComponent>();
  private readonly named: Array<{ type: string; fullName: string }> = [];

  public constructor(
    private readonly catalogue: Catalogue,
    public readonly folder: string
  ) {}

  public ask(typeName: string, member: string): void {
    const facts = factsOf(typeName);
    const type = facts?.name ?? typeName;
    if (facts === undefined && parentOf(typeName) === undefined)
      return this.tell(`Entity type '${typeName}' is unknown`);
    if (member === '*') {
      // Fields and folder types have no wildcard, and standard objects do not answer to one: the org says nothing.
      if (facts === undefined ? typeName !== 'CustomLabel' : !facts.wildcard) return;
      for (const component of this.catalogue.list(type)) {
        if (component.managed || (type === 'CustomObject' && !/__\w+$/.test(component.fullName))) continue;
        this.take(facts, component);
      }
      return;
    }
    const component = this.catalogue.find(type, member);
    // Bodies of installed flows, classes and the like stay with their publisher; objects and fields may be read.
    const hidden =
      component?.managed === true &&
      !['CustomObject', 'CustomField', 'FlowDefinition', 'Layout', 'RecordType', 'ListView', 'CustomMetadata'].includes(
        type
      );
    if (component === undefined || hidden)
      return this.tell(`Entity of type '${type}' named '${member}' cannot be found`);
    this.take(facts, component);
  }

  private take(facts: TypeFacts | undefined, component: ReadableComponent): void {
    this.named.push({ type: component.type, fullName: component.fullName });
    if (facts === undefined) {
      this.members.set(`${component.type}\n${component.fullName}`, component);
      return;
    }
    if (!this.whole.some((one) => one.type === component.type && one.fullName === component.fullName))
      this.whole.push(component);
    for (const child of facts.children) {
      for (const member of this.catalogue.membersOf(child.type, component.fullName))
        this.members.set(`${member.type}\n${member.fullName}`, member);
    }
  }

  public files(): Map<string, Buffer> {
    const files = new Map<string, Buffer>();
    const containers = new Map<
      string,
      { readonly facts: TypeFacts; own: XmlElement | undefined; readonly members: XmlElement[] }
    >();
    const containerAt = (
      facts: TypeFacts,
      path: string
    ): { own: XmlElement | undefined; readonly members: XmlElement[] } => {
      const known = containers.get(path) ?? { facts, own: undefined, members: [] };
      containers.set(path, known);
      return known;
    };
    for (const component of this.whole) {
      const facts = factsOf(component.type);
      if (facts === undefined) continue;
      if (component.content.kind === 'files') this.addFiles(files, facts, component);
      else if (facts.children.length > 0) containerAt(facts, component.fileName).own = component.content.root;
      else
        files.set(
          `${this.folder}${component.fileName}`,
          Buffer.from(writeXml(this.view(component, component.content.root)))
        );
    }
    for (const member of this.members.values()) {
      const facts = parentOf(member.type);
      const child = facts?.children.find((one) => one.type === member.type);
      if (facts === undefined || child === undefined || member.content.kind !== 'xml') continue;
      const root = { ...member.content.root, name: child.element };
      containerAt(facts, packagePath(facts.name, parentName(member.type, member.fullName))).members.push(
        withFullName(root, memberName(member.type, member.fullName))
      );
    }
    for (const [path, { facts, own, members }] of [...containers].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const root = withChildren(own ?? element(facts.name), [...(own?.children ?? []), ...members]);
      files.set(`${this.folder}${path}`, Buffer.from(writeXml(normalForm(facts.name, root))));
    }
    return files;
  }

  private addFiles(files: Map<string, Buffer>, facts: TypeFacts, component: ReadableComponent): void {
    if (component.content.kind !== 'files') return;
    for (const [path, content] of component.content.files)
      files.set(`${this.folder}${facts.directory}/${path}`, content);
    if (component.content.meta !== undefined)
      files.set(`${this.folder}${component.fileName}-meta.xml`, Buffer.from(writeXml(component.content.meta)));
  }

  private view(component: ReadableComponent, root: XmlElement): XmlElement {
    if (component.type !== 'Profile') return root;
    const asked = (type: string, fullName: string): boolean =>
      this.named.some((one) => one.type === type && one.fullName.toLowerCase() === fullName.toLowerCase());
    return normalForm('Profile', profileFor(root, asked, this.named));
  }

  public properties(ofMembers: 'all' | 'named' | 'none'): FileProperties[] {
    const named = new Set(this.named.map(({ type, fullName }) => `${type}\n${fullName}`));
    const members = [...this.members].filter(
      ([key]) => ofMembers === 'all' || (ofMembers === 'named' && named.has(key))
    );
    return [...this.whole, ...members.map(([, member]) => member)].map((component) =>
      filePropertiesOf(component, this.folder)
    );
  }

  public resolved(): Map<string, string[]> {
    const types = new Map<string, string[]>();
    for (const { type, fullName } of this.named) {
      const list = types.get(type) ?? [];
      if (!list.includes(fullName)) list.push(fullName);
      types.set(type, list);
    }
    return types;
  }

  private tell(problem: string): void {
    this.messages.push({ fileName: `${this.folder}package.xml`, problem });
  }
}

function withFullName(root: XmlElement, fullName: string): XmlElement {
  return root.children.some((child) => child.name === 'fullName')
    ? root
    : withChildren(root, [element('fullName', fullName), ...root.children]);
}
