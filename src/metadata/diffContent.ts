import { canonicalXml, isMetadataXml, type Canonical } from '../model/canonicalXml.js';
import { diffCanonical, type PropertyChange } from '../model/diffCanonical.js';
import { diffLines, type LineDiff } from '../model/diffLines.js';
import { containerOf, membersOf } from './members.js';
import type { ComponentKey } from './component.js';

export interface ContentFile {
  /** Relative to the package root. */
  readonly path: string;
  readonly content: Buffer;
}

/** How the content of a component differs: metadata property by property, code line by line. */
export interface ContentDiff {
  readonly properties: readonly PropertyChange[];
  readonly texts: ReadonlyArray<LineDiff & { readonly path: string }>;
  /** Files that are neither text nor metadata, and differ. */
  readonly binaries: readonly string[];
}

type Part = { readonly xml: Canonical } | { readonly text: string } | { readonly bytes: Buffer };

/** The parts that count for a component: of a file that holds several, only its own member. */
function partsOf(key: ComponentKey, files: readonly ContentFile[]): Map<string, Part> {
  const parts = new Map<string, Part>();
  const container = containerOf(key.type);
  for (const { path, content } of files) {
    if (container) {
      const name = (path.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
      const member = (membersOf(container, name, content.toString('utf8')) ?? []).find(
        (candidate) => candidate.type === key.type && candidate.fullName === key.fullName
      );
      if (member) parts.set('', { xml: member.canonical });
    } else if (path.endsWith('-meta.xml') || isMetadataXml(content))
      // Where a component has one file, its name says nothing.
      parts.set(files.length === 1 ? '' : path, { xml: canonicalXml(content.toString('utf8'), key.type) });
    else if (content.includes(0)) parts.set(path, { bytes: content });
    else parts.set(path, { text: content.toString('utf8') });
  }
  return parts;
}

/** Compares a component by meaning, the way a plan does. Throws when a metadata file is not well-formed. */
export function diffContent(
  key: ComponentKey,
  before: readonly ContentFile[],
  after: readonly ContentFile[]
): ContentDiff {
  const [left, right] = [partsOf(key, before), partsOf(key, after)];
  const properties: PropertyChange[] = [];
  const texts: Array<LineDiff & { path: string }> = [];
  const binaries: string[] = [];
  for (const path of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const [was, is] = [left.get(path), right.get(path)];
    const prefix = path === '' ? '' : `${path}: `;
    if (was && is && 'xml' in was && 'xml' in is)
      properties.push(...diffCanonical(was.xml, is.xml).map((change) => ({ ...change, path: prefix + change.path })));
    else if ((was === undefined || 'text' in was) && (is === undefined || 'text' in is)) {
      const lines = diffLines(was?.text ?? '', is?.text ?? '');
      if (lines.hunks.length > 0) texts.push({ path, ...lines });
    } else if (was && is && 'bytes' in was && 'bytes' in is && was.bytes.equals(is.bytes)) continue;
    else binaries.push(path);
  }
  return { properties, texts, binaries };
}
