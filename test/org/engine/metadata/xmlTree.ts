import { XMLParser } from 'fast-xml-parser';

/** One element. Text counts only where there are no child elements. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
  /** Only `xsi:nil` and `xsi:type` ever matter in metadata. */
  readonly attributes?: Readonly<Record<string, string>>;
}

const TEXT = '#text';
const CDATA = '#cdata';
const ATTRIBUTES = ':@';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  textNodeName: TEXT,
  cdataPropName: CDATA,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Entities are decoded here: the parser's own guard against bombs would refuse large formula texts.
  processEntities: false,
});

/** Reads one document. Namespace prefixes are dropped. Throws on anything that is not one well-formed element. */
export function parseXml(source: string): XmlElement {
  const nodes = parser.parse(source.replace(/^\uFEFF/, ''), true) as Array<Record<string, unknown>>;
  const roots = nodes.map(toElement).filter((element) => element !== undefined);
  const [root] = roots;
  if (root === undefined || roots.length > 1) throw new Error('Content is not allowed in prolog.');
  return root;
}

function toElement(node: Record<string, unknown>): XmlElement | undefined {
  const tag = Object.keys(node).find(
    (key) => key !== ATTRIBUTES && key !== TEXT && key !== CDATA && key !== '#comment'
  );
  if (tag === undefined) return undefined;
  const parts = node[tag] as Array<Record<string, unknown>>;
  const children = parts.map(toElement).filter((child) => child !== undefined);
  const text = children.length > 0 ? '' : parts.map(textOfPart).join('');
  const attributes = node[ATTRIBUTES] as Record<string, string> | undefined;
  return { name: tag.slice(tag.indexOf(':') + 1), text, children, ...(attributes === undefined ? {} : { attributes }) };
}

function textOfPart(part: Record<string, unknown>): string {
  if (CDATA in part) return (part[CDATA] as Array<Record<string, string>>).map((piece) => piece[TEXT] ?? '').join('');
  return decode(String(part[TEXT] ?? ''));
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, entity: string) => {
    if (entity.startsWith('#x')) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith('#')) return String.fromCodePoint(Number(entity.slice(1)));
    return named[entity] ?? whole;
  });
}

/** Text as the org writes it: quotes and apostrophes are escaped as well. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&${Object.keys(named).find((name) => named[name] === sign) ?? ''};`);
}

export function element(name: string, ...content: ReadonlyArray<XmlElement | string>): XmlElement {
  const children = content.filter((part) => typeof part !== 'string');
  return { name, children, text: children.length > 0 ? '' : content.join('') };
}

/** A document with the metadata namespace, indented by four spaces as the org does. */
export function writeXml(root: XmlElement): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  const open = `<${root.name} xmlns="http://soap.sforce.com/2006/04/metadata">`;
  if (root.children.length === 0) lines.push(`${open.slice(0, -1)}/>`);
  else lines.push(open, ...root.children.flatMap((child) => indented(child, 1)), `</${root.name}>`);
  return `${lines.join('\n')}\n`;
}

function indented(node: XmlElement, depth: number): string[] {
  const space = '    '.repeat(depth);
  if (node.children.length === 0) return [`${space}${inline(node)}`];
  return [
    `${space}<${node.name}>`,
    ...node.children.flatMap((child) => indented(child, depth + 1)),
    `${space}</${node.name}>`,
  ];
}

/** The element without line breaks of its own, as SOAP answers carry it. */
export function inline(node: XmlElement): string {
  const attributes = Object.entries(node.attributes ?? {})
    .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    .join('');
  const content = node.children.length > 0 ? node.children.map(inline).join('') : escapeXml(node.text);
  return content === '' ? `<${node.name}${attributes}/>` : `<${node.name}${attributes}>${content}</${node.name}>`;
}

export function childNamed(node: XmlElement, name: string): XmlElement | undefined {
  return node.children.find((child) => child.name === name);
}

export function childrenNamed(node: XmlElement, name: string): XmlElement[] {
  return node.children.filter((child) => child.name === name);
}

/** Trimmed text of the first child with this name; undefined when there is none or it is empty. */
export function valueOf(node: XmlElement, name: string): string | undefined {
  const text = childNamed(node, name)?.text.trim();
  return text === '' ? undefined : text;
}

/** Every element at any depth, the node itself included. */
export function* everyElement(node: XmlElement): Generator<XmlElement> {
  yield node;
  for (const child of node.children) yield* everyElement(child);
}

export function withChildren(node: XmlElement, children: readonly XmlElement[]): XmlElement {
  return { ...node, children, text: children.length > 0 ? '' : node.text };
}

/** The node with this child put in place of those of the same name, or without them. */
export function withValue(node: XmlElement, name: string, value: string | undefined): XmlElement {
  const others = node.children.filter((child) => child.name !== name);
  return { ...node, text: '', children: value === undefined ? others : [...others, element(name, value)] };
}
