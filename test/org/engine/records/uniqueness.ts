import { OrgError, type FieldSchema, type FieldValue, type ObjectSchema, type Row } from '../contracts.js';
import type { RowStore } from './rowStore.js';

/** The living row, other than this one, that already has the value of a unique field. */
export function holderOf(
  store: RowStore,
  object: ObjectSchema,
  field: FieldSchema,
  value: FieldValue,
  exceptId: string
): Row | undefined {
  if (value === null) return undefined;
  return store
    .rowsWith(object.name, field.name, value)
    .find(
      (row) =>
        row['IsDeleted'] !== true &&
        row['Id'] !== exceptId &&
        (field.caseSensitive !== true || row[field.name] === value)
    );
}

/** Whether the org says which record holds the value, or calls both the field and the record unknown. */
export type DuplicateText = 'named' | 'unknown';

/** Refuses a row whose unique values another living row has. Rows in the bin do not count. */
export function checkUnique(store: RowStore, object: ObjectSchema, row: Row, text: DuplicateText = 'named'): void {
  for (const field of object.fields) {
    if (field.unique !== true) continue;
    const holder = holderOf(store, object, field, row[field.name] ?? null, String(row['Id']));
    if (holder !== undefined) {
      const [what, which] =
        text === 'named' ? [field.name, String(holder['Id']).slice(0, 15)] : ['<unknown>', '<unknown>'];
      throw new OrgError(
        'DUPLICATE_VALUE',
        `duplicate value found: ${what} duplicates value on record with id: ${which}`,
        []
      );
    }
  }
}
