import { canonicalXml } from '../model/canonicalXml.js';
import { digestOf } from '../model/digest.js';

/**
 * The digest of what a flow version does. Its `<status>` is left out: switching to another version changes it in the old
 * one's text, and which version runs is known by the pointer.
 */
export function flowBodyDigest(xml: string): string {
  const [name, attributes, content] = canonicalXml(xml, 'Flow');
  return digestOf([
    name,
    attributes,
    typeof content === 'string' ? content : content.filter(([element]) => element !== 'status'),
  ]);
}
