import { isRecordId } from '../model/ids.js';
import type { Value, ValueRow } from './fieldValue.js';

/** Old Ids to new ones, both with 18 characters: rows that came back by insert. */
export type IdMap = ReadonlyMap<string, string>;

export const NO_NEW_IDS: IdMap = new Map();

const ID_INSIDE = /(?<![A-Za-z0-9])[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?(?![A-Za-z0-9])/g;

/**
 * A value with old Ids replaced by new ones. A value that is an Id (15 or 18 characters, in a lookup or in text) is
 * replaced whole; Ids inside longer text only where `inside` allows it. The form (15 or 18) stays.
 */
export function repointValue(value: Value, ids: IdMap, inside: boolean): Value {
  if (value === null || ids.size === 0) return value;
  const replaced = (id: string): string => {
    const fresh = ids.get(id.length === 18 ? id : (fifteen(ids, id) ?? ''));
    return fresh === undefined ? id : fresh.slice(0, id.length);
  };
  if (isRecordId(value)) return replaced(value);
  return inside ? value.replace(ID_INSIDE, replaced) : value;
}

/** The 18-character key of `ids` that a 15-character id stands for. */
function fifteen(ids: IdMap, id: string): string | undefined {
  for (const key of ids.keys()) if (key.startsWith(id)) return key;
  return undefined;
}

/** A row as it stands after its own and its targets' Ids changed. `soft` names the fields with Ids inside text. */
export function repointRow(row: ValueRow, ids: IdMap, soft: readonly string[]): ValueRow {
  if (ids.size === 0) return row;
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, repointValue(value, ids, soft.includes(field))])
  );
}

/** The Ids (15 or 18 characters) that a value is or, where `inside` allows it, holds. */
export function idsIn(value: Value | undefined, inside: boolean): readonly string[] {
  if (value === null || value === undefined || value.length < 15) return [];
  if (isRecordId(value)) return [value];
  return inside ? (value.match(ID_INSIDE) ?? []) : [];
}

/** Whether a value is one of `ids` or, where `inside` allows it, holds one. */
export function holdsId(value: Value | undefined, ids: ReadonlySet<string>, inside: boolean): boolean {
  const known = (id: string): boolean =>
    ids.has(id) || (id.length === 15 && [...ids].some((key) => key.startsWith(id)));
  return idsIn(value, inside).some(known);
}
