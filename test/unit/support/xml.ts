import fc from 'fast-check';

/** An element of a metadata file, before it is printed in one of the many ways that mean the same. */
export interface Element {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: string | readonly Element[];
}

/** How a file is printed: none of it has a meaning. */
export interface Style {
  readonly indent: '' | ' ' | '\n    ' | '\r\n\t';
  readonly comments: boolean;
  readonly declaration: boolean;
  readonly namespace: boolean;
}

export const style: fc.Arbitrary<Style> = fc.record({
  indent: fc.constantFrom('', ' ', '\n    ', '\r\n\t'),
  comments: fc.boolean(),
  declaration: fc.boolean(),
  namespace: fc.boolean(),
});

export const PLAIN: Style = { indent: '\n    ', comments: false, declaration: true, namespace: true };

export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function print(element: Element, how: Style, root: boolean): string {
  const attributes = {
    ...(root && how.namespace ? { xmlns: 'http://soap.sforce.com/2006/04/metadata' } : {}),
    ...element.attributes,
  };
  const head = [
    element.name,
    ...Object.entries(attributes).map(([name, value]) => `${name}="${escapeXml(value)}"`),
  ].join(' ');
  if (typeof element.content === 'string')
    return element.content === '' ? `<${head}/>` : `<${head}>${escapeXml(element.content)}</${element.name}>`;
  const between = `${how.indent}${how.comments ? `<!-- <${element.name}> -->${how.indent}` : ''}`;
  return `<${head}>${between}${element.content.map((child) => `${print(child, how, false)}${between}`).join('')}</${element.name}>`;
}

export function xmlOf(root: Element, how: Style = PLAIN): string {
  return `${how.declaration ? '<?xml version="1.0" encoding="UTF-8"?>\n' : ''}${how.comments ? '<!-- by hand -->\n' : ''}${print(root, how, true)}\n`;
}

/** Text as labels and formulas have it, without blanks at its ends. */
const text = fc
  .string({ unit: fc.constantFrom(...'abcXYZ019 <>&"\'=;,.|', 'é', '漢'), maxLength: 12 })
  .map((value) => value.trim());

const NAMES = ['fullName', 'label', 'active', 'fields', 'values', 'rules', 'layoutSections'];

export const element: fc.Arbitrary<Element> = fc.letrec<{ node: Element; leaf: Element }>((tie) => ({
  leaf: fc.record({ name: fc.constantFrom(...NAMES), content: text }),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.record({ name: fc.constantFrom(...NAMES), content: fc.array(tie('node'), { minLength: 1, maxLength: 4 }) })
  ),
})).node;

export function rootOf(name: string): fc.Arbitrary<Element> {
  return fc.array(element, { minLength: 1, maxLength: 6 }).map((content) => ({ name, content }));
}

/** The same elements, with those of different names moved past each other at every level. */
export function reordered(root: Element, turn: number): Element {
  if (typeof root.content === 'string') return root;
  const names = [...new Set(root.content.map((child) => child.name))];
  const turned = names.map((_, at) => names[(at + turn) % names.length] as string);
  const children = root.content;
  return {
    ...root,
    content: turned.flatMap((name) =>
      children.filter((child) => child.name === name).map((child) => reordered(child, turn))
    ),
  };
}
