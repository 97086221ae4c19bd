import type { RawRow } from '../../org/ports/queries.js';
import type { RowNow } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { readableFields, type ObjectDescribe } from '../../records/objectDescribe.js';
import { RowForm } from '../../records/rowForm.js';
import type { ObjectPart } from '../../snapshot/snapshotFormat.js';

/** Changes are looked for from this long before an object's own start: stamps are set before a transaction is visible. */
export const MARGIN_MS = 15 * 60 * 1000;

/** One object while it is compared: the rows that may have changed, as they are and as the baseline has them. */
export interface ObjectNow {
  readonly part: ObjectPart;
  readonly before: ObjectDescribe;
  readonly now: ObjectDescribe;
  /** How rows of now become comparable. */
  readonly form: RowForm;
  readonly rows: Map<string, RowNow>;
  readonly baseline: Map<string, ValueRow>;
  readonly gone: Set<string>;
  inserted: Set<string>;
}

export function keepRow(object: ObjectNow, raw: RawRow): RowNow {
  return keepValues(object, object.form.row(raw));
}

export function keepValues(object: ObjectNow, values: ValueRow): RowNow {
  const row = { id: values.Id as string, deleted: values.IsDeleted === 'true', values };
  object.rows.set(row.id, row);
  return row;
}

export function emptyObject(part: ObjectPart, before: ObjectDescribe, now: ObjectDescribe): ObjectNow {
  return {
    part,
    before,
    now,
    form: new RowForm(readableFields(now)),
    rows: new Map(),
    baseline: new Map(),
    gone: new Set(),
    inserted: new Set(),
  };
}

/**
 * Whether a row that the baseline does not have was created after it was taken: a row that only entered the scope's
 * condition, or could not be seen then, is older. Creation dates have whole seconds. A transaction that was open when the
 * object was read bears a time before it: where there is no condition, nothing but that keeps a young row out of the baseline.
 */
export function createdSince(object: ObjectNow, id: string): boolean {
  if (object.baseline.has(id)) return false;
  const created = Date.parse(object.rows.get(id)?.values.CreatedDate ?? '');
  const margin = object.part.where === undefined ? MARGIN_MS : 0;
  return created >= Math.floor(Date.parse(object.part.startedAt) / 1000) * 1000 - margin;
}
