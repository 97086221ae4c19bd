import { type Manifest, parseManifest } from './manifest.js';
import { normalForm } from './normalForm.js';
import { type TypeFacts, childFullName, factsOf, memberName, packagePath, parentName, parentOf } from './typeFacts.js';
import { type XmlElement, parseXml, valueOf, withChildren } from './xmlTree.js';
import type { ZipEntries } from './zipFiles.js';
import type { ComponentContent } from './componentStore.js';

export interface PackageItem {
  readonly type: string;
  readonly fullName: string;
  readonly fileName: string;
  readonly content: ComponentContent;
}

export interface DestructiveManifest {
  readonly fileName: string;
  readonly when: 'before' | 'after';
  readonly manifest: Manifest;
}

/** What cannot be deployed because the package itself is wrong about it. */
export interface PackageProblem {
  readonly type: string;
  readonly fullName: string;
  readonly fileName: string;
  readonly problem: string;
  readonly missingFile: boolean;
}

export interface PackageContents {
  readonly version: string | undefined;
  readonly items: readonly PackageItem[];
  readonly problems: readonly PackageProblem[];
  readonly destructive: readonly DestructiveManifest[];
}

const destructiveFiles = [
  { fileName: 'destructiveChanges.xml', when: 'before' },
  { fileName: 'destructiveChangesPre.xml', when: 'before' },
  { fileName: 'destructiveChangesPost.xml', when: 'after' },
] as const;

/** Thrown when there is no package in the archive: the whole deployment fails with this text. */
export class NotAPackage extends Error {}

/** Sorts an archive's files into the components that its package.xml names. Content is in normal form. */
export function readPackage(entries: ZipEntries): PackageContents {
  const files = withoutTopFolder(entries);
  const packageXml = files.get('package.xml');
  if (packageXml === undefined) throw new NotAPackage('No package.xml found');
  const manifest = parseManifest(packageXml.toString('utf8'));
  const reader = new PackageReader(files);
  for (const { name, members } of manifest.types) for (const member of members) reader.read(name, member);
  const destructive: DestructiveManifest[] = [];
  for (const { fileName, when } of destructiveFiles) {
    const file = files.get(fileName);
    if (file !== undefined) destructive.push({ fileName, when, manifest: parseManifest(file.toString('utf8')) });
  }
  return { version: manifest.version, items: [...reader.items.values()], problems: reader.problems, destructive };
}

function withoutTopFolder(entries: ZipEntries): Map<string, Buffer> {
  if (entries.has('package.xml')) return new Map(entries);
  const manifest = [...entries.keys()].find((path) => /^[^/]+\/package\.xml$/.test(path));
  if (manifest === undefined) return new Map(entries);
  const top = manifest.slice(0, manifest.indexOf('/') + 1);
  return new Map(
    [...entries].filter(([path]) => path.startsWith(top)).map(([path, content]) => [path.slice(top.length), content])
  );
}

class PackageReader {
  public readonly items = new Map<string, PackageItem>();
  public readonly problems: PackageProblem[] = [];

  public constructor(private readonly files: ReadonlyMap<string, Buffer>) {}

  public read(typeName: string, member: string): void {
    const facts = factsOf(typeName);
    const parent = facts === undefined ? parentOf(typeName) : undefined;
    if (facts === undefined && parent === undefined)
      return this.refuse(typeName, member, 'package.xml', `Unknown type name '${typeName}' specified in package.xml`);
    if (facts === undefined) return this.readMember(typeName, member);
    const names = member === '*' ? this.namesIn(facts) : [member];
    for (const name of names) this.readFile(facts, name);
  }

  private readFile(facts: TypeFacts, fullName: string): void {
    const fileName = packagePath(facts.name, fullName);
    try {
      const content = this.contentOf(facts, fullName, fileName);
      if (content === undefined) return this.missing(facts.name, fullName, fileName);
      if (content.kind === 'files' || facts.children.length === 0)
        return this.keep({ type: facts.name, fullName, fileName, content });
      const members = new Set(facts.children.map((child) => child.element));
      const own = withChildren(
        content.root,
        content.root.children.filter((child) => !members.has(child.name))
      );
      this.keep({
        type: facts.name,
        fullName,
        fileName,
        content: { kind: 'xml', root: normalForm(facts.name, { ...own, text: '' }) },
      });
      for (const { type, element } of facts.children) {
        for (const child of content.root.children.filter((candidate) => candidate.name === element))
          this.keepMember(type, fullName, fileName, child);
      }
    } catch (problem) {
      this.refuse(
        facts.name,
        fullName,
        fileName,
        `Error parsing file: ${problem instanceof Error ? problem.message : String(problem)}`
      );
    }
  }

  private readMember(typeName: string, fullName: string): void {
    const parent = parentOf(typeName);
    const fileName = packagePath(typeName, fullName);
    const file = this.files.get(fileName) ?? (typeName === 'CustomLabel' ? this.labelsFile() : undefined);
    const wanted = parent?.children.find((child) => child.type === typeName);
    if (file === undefined || wanted === undefined) return this.missing(typeName, fullName, fileName);
    const own = memberName(typeName, fullName).toLowerCase();
    const found = parseXml(file.toString('utf8')).children.filter(
      (child) =>
        child.name === wanted.element && (fullName === '*' || identityOf(typeName, child).toLowerCase() === own)
    );
    if (found.length === 0) return this.missing(typeName, fullName, fileName);
    for (const child of found) this.keepMember(typeName, parentName(typeName, fullName), fileName, child);
  }

  private labelsFile(): Buffer | undefined {
    return [...this.files].find(([path]) => path.startsWith('labels/') && path.endsWith('.labels'))?.[1];
  }

  private keepMember(typeName: string, parent: string, fileName: string, child: XmlElement): void {
    const fullName = childFullName(typeName, parent, identityOf(typeName, child));
    this.keep({ type: typeName, fullName, fileName, content: { kind: 'xml', root: normalForm(typeName, child) } });
  }

  private contentOf(facts: TypeFacts, fullName: string, fileName: string): ComponentContent | undefined {
    if (facts.shape === 'bundle') {
      const inside = [...this.files].filter(
        ([path]) => path.startsWith(`${fileName}/`) || path.startsWith(`${fileName}.`)
      );
      if (inside.length === 0) return undefined;
      return {
        kind: 'files',
        files: new Map(
          inside.map(([path, content]) => [path.slice(facts.directory.length + 1), normalFile(path, content)])
        ),
      };
    }
    const folder = facts.inFolder && !fullName.includes('/');
    if (facts.shape === 'code' && !folder) {
      const meta = this.files.get(`${fileName}-meta.xml`) ?? this.beside(facts, fullName)?.meta;
      const file = this.files.get(fileName) ?? this.beside(facts, fullName)?.content;
      if (file === undefined) return undefined;
      const name = fileName.slice(facts.directory.length + 1);
      return {
        kind: 'files',
        files: new Map([[name, file]]),
        ...(meta === undefined ? {} : { meta: normalForm(facts.name, parseXml(meta.toString('utf8'))) }),
      };
    }
    const file =
      this.files.get(folder ? `${facts.directory}/${fullName}-meta.xml` : fileName) ??
      this.files.get(`${fileName}-meta.xml`);
    return file === undefined
      ? undefined
      : { kind: 'xml', root: normalForm(facts.name, parseXml(file.toString('utf8'))) };
  }

  /** Documents keep their own file ending. */
  private beside(
    facts: TypeFacts,
    fullName: string
  ): { content: Buffer | undefined; meta: Buffer | undefined } | undefined {
    const start = `${facts.directory}/${fullName}.`;
    const paths = [...this.files.keys()].filter((path) => path.startsWith(start));
    const content = paths.find((path) => !path.endsWith('-meta.xml'));
    const meta = paths.find((path) => path.endsWith('-meta.xml'));
    return {
      content: content === undefined ? undefined : this.files.get(content),
      meta: meta === undefined ? undefined : this.files.get(meta),
    };
  }

  private namesIn(facts: TypeFacts): string[] {
    const start = `${facts.directory}/`;
    const names = new Set<string>();
    for (const path of this.files.keys()) {
      if (!path.startsWith(start)) continue;
      const rest = path.slice(start.length);
      if (facts.shape === 'bundle') names.add(rest.split('/')[0] ?? rest);
      else if (facts.suffix !== undefined && rest.endsWith(`.${facts.suffix}`))
        names.add(rest.slice(0, -facts.suffix.length - 1));
    }
    return [...names];
  }

  private keep(item: PackageItem): void {
    this.items.set(`${item.type}\n${item.fullName}`.toLowerCase(), item);
  }

  private missing(type: string, fullName: string, fileName: string): void {
    if (fullName === '*') return;
    this.problems.push({
      type,
      fullName,
      fileName,
      missingFile: true,
      problem: `An object '${fullName}' of type ${type} was named in package.xml, but was not found in zipped directory`,
    });
  }

  private refuse(type: string, fullName: string, fileName: string, problem: string): void {
    this.problems.push({ type, fullName, fileName, problem, missingFile: false });
  }
}

/** XML files inside bundles are compared by meaning, too. */
function normalFile(path: string, content: Buffer): Buffer {
  return path.endsWith('.js-meta.xml') ? Buffer.from(content.toString('utf8').replace(/\r\n/g, '\n')) : content;
}

function identityOf(_type: string, child: XmlElement): string {
  return valueOf(child, 'fullName') ?? valueOf(child, 'name') ?? '';
}
