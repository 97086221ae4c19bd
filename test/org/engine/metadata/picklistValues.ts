import { type XmlElement, childNamed, valueOf, withChildren, withValue } from './xmlTree.js';

/** Elements that are one value each: of a field, a global value set, a standard value set. */
const VALUES = ['value', 'customValue', 'standardValue'];

/**
 * A picklist as it is kept after a deploy: values that the file does not name are not deleted but deactivated (Metadata API
 * Developer Guide, "CustomValue").
 */
export function withMissingValues(former: XmlElement, file: XmlElement): XmlElement {
  const path = ['valueSet', 'valueSetDefinition'];
  if (file.name !== 'GlobalValueSet' && file.name !== 'StandardValueSet') return inside(former, file, path);
  return withValues(former, file);
}

function inside(former: XmlElement, file: XmlElement, [step, ...rest]: readonly string[]): XmlElement {
  if (step === undefined) return withValues(former, file);
  const [before, now] = [childNamed(former, step), childNamed(file, step)];
  if (before === undefined || now === undefined) return file;
  const merged = inside(before, now, rest);
  return merged === now
    ? file
    : withChildren(
        file,
        file.children.map((child) => (child === now ? merged : child))
      );
}

function withValues(former: XmlElement, file: XmlElement): XmlElement {
  const isValue = (node: XmlElement): boolean => VALUES.includes(node.name) && valueOf(node, 'fullName') !== undefined;
  const named = new Set(file.children.filter(isValue).map((value) => valueOf(value, 'fullName')));
  const missing = former.children.filter((value) => isValue(value) && !named.has(valueOf(value, 'fullName')));
  if (missing.length === 0) return file;
  const off = missing.map((value) => withValue(withValue(value, 'isActive', 'false'), 'default', 'false'));
  const last = file.children.findLastIndex(isValue);
  return withChildren(file, file.children.toSpliced(last + 1, 0, ...off));
}
