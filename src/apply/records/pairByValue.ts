import { comparable, type ValueRow } from '../../records/fieldValue.js';
import type { FieldDescribe } from '../../records/objectDescribe.js';
import type { RawRow } from '../../org/ports/queries.js';
import type { SentRows } from './sentRows.js';

/**
 * Which rows of the org are rows that were sent, by what they hold in every column: old Id, new Id. Rows that are alike in
 * every column may change places. Where the org has more rows of a kind than were sent, nobody knows which are which, and
 * none is paired.
 */
export function pairByValue(
  sent: Pick<SentRows, 'columns' | 'rows'>,
  fields: ReadonlyMap<string, FieldDescribe>,
  found: readonly RawRow[]
): Array<readonly [old: string, fresh: string]> {
  // A column that can no longer be read says nothing: then no row can be told from another.
  const columns = sent.columns.map((name) => fields.get(name));
  if (columns.some((field) => field === undefined)) return [];
  const known = columns as readonly FieldDescribe[];
  const keyOf = (row: ValueRow): string => JSON.stringify(known.map(({ name }) => row[name] ?? null));
  const inOrg = Map.groupBy(found, (raw) =>
    keyOf(Object.fromEntries(known.map((field) => [field.name, comparable(field, raw[field.name])])))
  );
  const waiting = Map.groupBy(sent.rows, ([, cells]) =>
    keyOf(Object.fromEntries(known.map((field, at) => [field.name, asStored(field, cells[at] ?? '')])))
  );
  return [...waiting].flatMap(([key, rows]) => {
    const alike = inOrg.get(key) ?? [];
    return alike.length > rows.length ? [] : alike.map((raw, at) => [rows[at]?.[0] ?? '', String(raw.Id)] as const);
  });
}

/** What the org makes of a cell of an insert: empty is no value, and a box that nobody ticked is not ticked. */
function asStored(field: FieldDescribe, cell: string): string | null {
  if (field.type === 'boolean' && cell === '') return 'false';
  return comparable(field, cell === '#N/A' ? null : cell);
}
