import type { BulkLoad, LoadedRow } from '../../org/ports/history.js';
import { comparable, type Value } from '../../records/fieldValue.js';
import { fieldNamed, type ObjectDescribe } from '../../records/objectDescribe.js';

/** What a load did to one row. */
export interface LoadTouch {
  readonly jobId: string;
  readonly userId: string;
  /** The org's clock when the job was made and when it last moved. */
  readonly from: string;
  readonly to: string;
  readonly did: 'created' | 'updated' | 'deleted';
  /** Fields it set, with the value in comparable form; undefined where the cell named the parent by another key. */
  readonly fields: ReadonlyMap<string, Value | undefined>;
}

/** Rows that named loads wrote, by Id, oldest load first. */
export type LoadedRows = ReadonlyMap<string, readonly LoadTouch[]>;

export const NO_LOADS: LoadedRows = new Map();

/** How an ingest job says that a field becomes empty; an empty cell leaves it as it is. */
const EMPTY = '#N/A';

/** Which rows a load wrote, and for updates which fields with which values. */
export function loadedRows(
  load: BulkLoad,
  columns: readonly string[],
  rows: readonly LoadedRow[],
  describe: ObjectDescribe | undefined
): Map<string, LoadTouch> {
  const fields = columns.map((column) => fieldOf(column, describe));
  const touches = new Map<string, LoadTouch>();
  const deletes = load.operation === 'delete' || load.operation === 'hardDelete';
  for (const row of rows) {
    const set = new Map<string, Value | undefined>();
    for (const [at, field] of fields.entries()) {
      const cell = row.cells[at] ?? '';
      if (!field || cell === '') continue;
      set.set(field.name, field.exact ? (cell === EMPTY ? null : comparable(field, cell)) : undefined);
    }
    touches.set(row.id, {
      jobId: load.id,
      userId: load.createdById,
      from: load.createdAt,
      to: load.movedAt,
      did: deletes ? 'deleted' : row.created ? 'created' : 'updated',
      fields: set,
    });
  }
  return touches;
}

/** The field of a column; `Parent__r.Code__c` sets the lookup, whose Id the file does not tell. */
function fieldOf(
  column: string,
  describe: ObjectDescribe | undefined
): { readonly name: string; readonly type: string; readonly exact: boolean } | undefined {
  const [first = '', rest] = column.replace(/^[^.:]*:/, '').split('.');
  if (rest === undefined) {
    const field = describe && (fieldNamed(describe, first) ?? sameLetters(describe, first));
    return field ? { name: field.name, type: field.type, exact: true } : undefined;
  }
  const lookup = describe?.fields.find((field) => field.relationshipName?.toLowerCase() === first.toLowerCase());
  return lookup ? { name: lookup.name, type: lookup.type, exact: false } : undefined;
}

function sameLetters(describe: ObjectDescribe, name: string): ObjectDescribe['fields'][number] | undefined {
  return describe.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
}
