import { XMLParser } from 'fast-xml-parser';

/** An element in canonical form: its name, attributes in order, and either text or elements. */
export type Canonical = readonly [
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: string | readonly Canonical[],
];

type OrderedNode = Record<string, unknown> & { ':@'?: Record<string, string> };

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/**
 * Types whose top-level elements are a set with names: the org prints them in an order of its own, and no order has a
 * meaning. In every other place the order of elements of one name is kept: sections of a layout, values of a picklist.
 */
const KEYED_ROOTS = new Set([
  'CustomLabels',
  'CustomObject',
  'Flow',
  'MutingPermissionSet',
  'PermissionSet',
  'PermissionSetGroup',
  'Profile',
  'Queue',
  'SharingRules',
  'Translations',
  'CustomObjectTranslation',
  'Workflow',
]);

const METADATA_ROOT = /^<[A-Za-z_][\w.-]*\s[^>]*?\bxmlns\s*=\s*(["'])http:\/\/soap\.sforce\.com\/2006\/04\/metadata\1/;

/**
 * Whether a file is in Metadata API format: its root carries that namespace. Pages, components and other code look like
 * XML, too, but there text and order have a meaning.
 */
export function isMetadataXml(content: Buffer): boolean {
  let start = content
    .subarray(0, 65_536)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  for (const [open, close] of [
    ['<?', '?>'],
    ['<!--', '-->'],
  ] as const) {
    while (start.startsWith(open)) {
      const end = start.indexOf(close, open.length);
      if (end < 0) return false;
      start = start.slice(end + close.length).trimStart();
    }
  }
  return METADATA_ROOT.test(start);
}

function canonicalNode(node: OrderedNode, keyed: boolean): Canonical | undefined {
  const name = Object.keys(node).find((key) => key !== ':@');
  if (name === undefined || name === '#text' || name === '#comment' || name.startsWith('?')) return undefined;
  const { xmlns: ignored, ...attributes } = node[':@'] ?? {};
  void ignored;
  const children = node[name] as OrderedNode[];
  const elements = children
    .map((child) => canonicalNode(child, false))
    .filter((child): child is Canonical => child !== undefined);
  if (elements.length === 0) {
    const text = children.map((child) => ('#text' in child ? String(child['#text']) : '')).join('');
    return [name, attributes, text.replace(/\r\n/g, '\n').trim()];
  }
  return [name, attributes, sortElements(elements, keyed)];
}

/** Elements of different names have no order among each other; those of one name keep theirs, except in keyed sets. */
function sortElements(elements: readonly Canonical[], keyed: boolean): readonly Canonical[] {
  const place = (element: Canonical): string => (keyed ? JSON.stringify(element) : element[0]);
  return elements
    .map((element, at) => ({ element, place: place(element), at }))
    .sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : a.at - b.at))
    .map(({ element }) => element);
}

/**
 * The content of a metadata file without what has no meaning: order of elements, white space between them, comments,
 * declaration and namespace. Two files say the same exactly when their canonical forms are equal JSON.
 * Throws when the text is not well-formed.
 */
export function canonicalXml(xml: string, rootType?: string): Canonical {
  const nodes = parser.parse(xml) as OrderedNode[];
  const roots = nodes
    .map((node) => {
      const name = Object.keys(node).find((key) => key !== ':@') ?? '';
      return canonicalNode(node, KEYED_ROOTS.has(rootType ?? name) || KEYED_ROOTS.has(name));
    })
    .filter((root): root is Canonical => root !== undefined);
  if (roots.length !== 1) throw new Error('a metadata file has exactly one root element');
  return roots[0] as Canonical;
}
