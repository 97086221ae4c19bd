import type { Canonical } from '../model/canonicalXml.js';
import { childText } from '../model/diffCanonical.js';
import { digestOf } from '../model/digest.js';

/** Types that hold values of picklists. */
export const HOLDS_VALUES: ReadonlySet<string> = new Set(['CustomField', 'GlobalValueSet', 'StandardValueSet']);

/** Elements that are one value each: of a field, a global value set, a standard value set. */
const VALUES = new Set(['value', 'customValue', 'standardValue']);

/** Values that a component got since: no API deletes one, a deployment without it makes it inactive. */
export interface AddedValues {
  readonly active: readonly string[];
  readonly inactive: readonly string[];
  /** Nothing differs but inactive values that were added: nothing is left to take back. */
  readonly onlyInactive: boolean;
}

/**
 * Picklist values of a component that it did not have. A value that is missing from what is deployed is deactivated, for
 * standard and custom fields (Metadata API Developer Guide, "CustomValue").
 */
export function addedValues(before: Canonical, now: Canonical): AddedValues {
  const known = new Set(valuesOf(before).map(nameOf));
  const added = valuesOf(now).filter((value) => !known.has(nameOf(value)));
  const inactive = added.filter((value) => childText(value, 'isActive') === 'false');
  const gone = new Set(inactive);
  return {
    active: added.filter((value) => !gone.has(value)).map(nameOf),
    inactive: inactive.map(nameOf),
    onlyInactive: inactive.length > 0 && digestOf(without(now, gone)) === digestOf(before),
  };
}

function nameOf(value: Canonical): string {
  return childText(value, 'fullName') ?? '';
}

function valuesOf(element: Canonical): Canonical[] {
  const [, , content] = element;
  if (typeof content === 'string') return [];
  return content.flatMap((child) =>
    VALUES.has(child[0]) && childText(child, 'fullName') !== undefined ? [child] : valuesOf(child)
  );
}

function without(element: Canonical, gone: ReadonlySet<Canonical>): Canonical {
  const [name, attributes, content] = element;
  if (typeof content === 'string') return element;
  return [name, attributes, content.filter((child) => !gone.has(child)).map((child) => without(child, gone))];
}
