import type { ValueRow } from './fieldValue.js';

/**
 * Fields that describe as writable, and that the org refuses to take and works out itself in certain rows.
 *
 * - The price of an entry that uses the standard price is that of the standard entry; writing it is refused with
 *   FIELD_INTEGRITY_EXCEPTION (Salesforce help 000193277, object reference of PricebookEntry).
 * - The name of a person account is put together from the person's names.
 */
const FOLLOWING: ReadonlyArray<{
  readonly object: string;
  readonly where: string;
  readonly fields: readonly string[];
}> = [
  { object: 'PricebookEntry', where: 'UseStandardPrice', fields: ['UnitPrice'] },
  { object: 'Account', where: 'IsPersonAccount', fields: ['Name'] },
];

/** Fields of such a row that follow others and are never written: they are as they were once those are. */
export function followingFields(object: string, row: ValueRow): string[] {
  return FOLLOWING.flatMap((entry) => (entry.object === object && row[entry.where] === 'true' ? entry.fields : []));
}
