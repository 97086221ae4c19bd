import type { OrderByClause } from '@jetstreamapp/soql-parser-js';
import type { FieldSchema } from '../contracts.js';
import { isLong } from '../schema/describe.js';
import { comparable } from './condition.js';
import { malformed } from './queryErrors.js';
import type { QueryScope } from './sources.js';

export interface SortKey<T> {
  readonly field: FieldSchema;
  readonly descending: boolean;
  readonly nullsLast: boolean;
  read(item: T): unknown;
}

/** How one ORDER BY term sorts. Nulls come first unless the query says otherwise. */
export function sortKey<T>(
  scope: QueryScope,
  clause: OrderByClause,
  field: FieldSchema,
  read: (item: T) => unknown
): SortKey<T> {
  if (isLong(field) || field.type === 'multipicklist' || field.type === 'encryptedstring') {
    throw malformed(scope.soql, `field '${field.name}' can not be sorted in a query call`, field.name);
  }
  return { field, descending: clause.order === 'DESC', nullsLast: clause.nulls === 'LAST', read };
}

export function sorted<T>(items: T[], keys: ReadonlyArray<SortKey<T>>): T[] {
  if (keys.length === 0) return items;
  return items.sort((a, b) => {
    for (const key of keys) {
      const order = compare(key, a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compare<T>(key: SortKey<T>, a: T, b: T): number {
  const left = comparable(key.field, key.read(a));
  const right = comparable(key.field, key.read(b));
  if (left === null || right === null) {
    if (left === right) return 0;
    return (left === null) === key.nullsLast ? 1 : -1;
  }
  if (left === right) return 0;
  return left < right === key.descending ? 1 : -1;
}
