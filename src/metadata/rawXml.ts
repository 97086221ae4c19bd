import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { canonicalXml } from '../model/canonicalXml.js';

/** Metadata files taken apart and put together again without a change to what is not touched: entities, order, text. */
const raw = {
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  cdataPropName: '#cdata',
} as const;
const parser = new XMLParser({ ...raw, trimValues: false, ignoreDeclaration: true });
const builder = new XMLBuilder({ ...raw, suppressEmptyNode: false });

export type RawNode = Record<string, unknown>;

export function nodeName(node: RawNode): string {
  return Object.keys(node).find((key) => key !== ':@') ?? '';
}

export function childrenOf(node: RawNode): readonly RawNode[] {
  const children = node[nodeName(node)];
  return Array.isArray(children) ? (children as RawNode[]) : [];
}

/** The root element of a file; throws when it is of another type. */
export function rawRoot(type: string, xml: string, fileOf: string): RawNode {
  const root = (parser.parse(xml) as RawNode[]).find((node) => nodeName(node) === type);
  if (!root) throw new Error(`no <${type}> in the file of ${fileOf}`);
  return root;
}

/** The name by which an element is known, `<fullName>`. */
export function rawOwnName(node: RawNode): string | undefined {
  const name = childrenOf(node).find((child) => nodeName(child) === 'fullName');
  if (!name) return undefined;
  // Read the way names are read everywhere else: `Sales &amp; Co` is called `Sales & Co`.
  const [, , text] = canonicalXml(String(builder.build([name])));
  return typeof text === 'string' ? text : undefined;
}

/** Namespaces and other attributes of the root, which what stands in it may rely on (`xsi:type`). */
function rootAttributes(root: RawNode): string {
  const { '@_xmlns': own, ...others } = (root[':@'] ?? {}) as Record<string, string>;
  return Object.entries({ xmlns: own ?? 'http://soap.sforce.com/2006/04/metadata', ...others })
    .map(([name, value]) => ` ${name.replace(/^@_/, '')}="${value.replaceAll('"', '&quot;')}"`)
    .join('');
}

/** A file of this root with these elements in it. */
export function fileWith(root: RawNode, children: readonly RawNode[]): string {
  const name = nodeName(root);
  const body = children
    .filter((child) => nodeName(child) !== '#text')
    .map((child) => `    ${String(builder.build([child])).trim()}\n`)
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${rootAttributes(root)}>\n${body}</${name}>\n`;
}

/** The element with the text of one child set; a child that is missing is added, in the order of names. */
export function withText(node: RawNode, child: string, text: string): RawNode {
  const value = { [child]: [{ '#text': text }] };
  const children = childrenOf(node);
  const at = children.findIndex((each) => nodeName(each) === child);
  if (at >= 0) return { ...node, [nodeName(node)]: children.with(at, value) };
  const later = children.findIndex((each) => !['#text', 'fullName'].includes(nodeName(each)) && nodeName(each) > child);
  return { ...node, [nodeName(node)]: children.toSpliced(later < 0 ? children.length : later, 0, value) };
}

export function textOfChild(node: RawNode, child: string): string | undefined {
  const found = childrenOf(node).find((each) => nodeName(each) === child);
  return (
    found &&
    childrenOf(found)
      .map((part) => String(part['#text'] ?? ''))
      .join('')
      .trim()
  );
}
