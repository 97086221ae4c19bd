import { escapeXml } from './soapEnvelope.js';

/** `{a: 1, b: [..]}` as elements: lists repeat the element, undefined is left out, objects nest. Keys are written in their own order. */
export function elements(value: Readonly<Record<string, unknown>>): string {
  return Object.entries(value)
    .map(([name, content]) => elementOf(name, content))
    .join('');
}

export function elementOf(name: string, content: unknown): string {
  if (content === undefined || content === null) return '';
  if (Array.isArray(content)) return content.map((one) => elementOf(name, one)).join('');
  if (content instanceof Raw) return `<${name}${content.attributes}>${content.xml}</${name}>`;
  if (typeof content === 'object') return `<${name}>${elements(content as Record<string, unknown>)}</${name}>`;
  const text = String(content);
  return text === '' ? `<${name}/>` : `<${name}>${escapeXml(text)}</${name}>`;
}

/** XML that is written as it is. */
export class Raw {
  public constructor(
    public readonly xml: string,
    public readonly attributes = ''
  ) {}
}
