import type { Value, ValueRow } from './fieldValue.js';
import { followingFields } from './followingFields.js';
import { comparableFields, type ObjectDescribe } from './objectDescribe.js';

/** A row of the org as it is now, deleted rows included. */
export interface RowNow {
  readonly id: string;
  readonly deleted: boolean;
  readonly values: ValueRow;
}

export interface FieldDifference {
  readonly field: string;
  readonly baseline: Value;
  readonly now: Value;
}

/** One row that is not as the baseline has it. */
export interface RecordChange {
  readonly object: string;
  readonly id: string;
  /**
   * `passing`: inserted and deleted since; no difference, but it comes back if its parent is undeleted. `touched`: saved
   * since with the same values; no difference, but an undelete may fill a lookup that was set and blanked meanwhile.
   */
  readonly kind: 'inserted' | 'updated' | 'deleted' | 'passing' | 'touched';
  readonly baseline: ValueRow | undefined;
  /** Undefined when the org no longer knows the row at all. */
  readonly now: ValueRow | undefined;
  /** Of a deleted row: it went with its object, which a step of the plan creates again. */
  readonly withObject?: true;
  /** For `updated`: what differs. For `deleted`: what differed when it was deleted. Empty for `inserted`. */
  readonly differences: readonly FieldDifference[];
}

/** Fields in which baseline and org can be compared: known and settable on both sides. */
export function commonFields(before: ObjectDescribe, now: ObjectDescribe): readonly string[] {
  const readable = new Set(now.fields.map((field) => field.name));
  const settable = new Set(comparableFields(now).map((field) => field.name));
  return comparableFields(before)
    .map((field) => field.name)
    .filter((name) => readable.has(name) && settable.has(name));
}

export function differencesOf(baseline: ValueRow, now: ValueRow, fields: readonly string[]): FieldDifference[] {
  const differences: FieldDifference[] = [];
  for (const field of fields) {
    const before = baseline[field];
    const after = now[field];
    // A value that either side could not read says nothing.
    if (before === undefined || after === undefined || before === after) continue;
    differences.push({ field, baseline: before, now: after });
  }
  return differences;
}

/**
 * What changed in one object, from its baseline rows and its rows now. `now` may be a part of the object (a delta): a
 * baseline row that is not in it counts as unchanged unless it is in `gone`. `insertedIds` are the rows created since the
 * baseline that fall under the scope's condition. Rows with new stamps and the same values are no change.
 */
export function diffRecords(input: {
  readonly object: string;
  readonly fields: readonly string[];
  readonly baseline: ReadonlyMap<string, ValueRow>;
  readonly now: ReadonlyMap<string, RowNow>;
  readonly gone: ReadonlySet<string>;
  readonly insertedIds: ReadonlySet<string>;
  /** Whether a row that the baseline does not have was created after it. */
  readonly createdSince: (id: string) => boolean;
}): RecordChange[] {
  const { object, fields } = input;
  const changes: RecordChange[] = [];
  for (const [id, row] of input.now) {
    const before = input.baseline.get(id);
    if (!before) {
      const kind = row.deleted ? 'passing' : 'inserted';
      // An older row was never in scope, or could not be seen: deleting it again would take what nobody saved.
      if (row.deleted ? input.createdSince(id) : input.insertedIds.has(id))
        changes.push({ object, id, kind, baseline: undefined, now: row.values, differences: [] });
      continue;
    }
    const follows = followingFields(object, before);
    const differences = differencesOf(
      before,
      row.values,
      fields.filter((field) => !follows.includes(field))
    );
    if (row.deleted) changes.push({ object, id, kind: 'deleted', baseline: before, now: row.values, differences });
    else {
      const kind = differences.length > 0 ? 'updated' : 'touched';
      changes.push({ object, id, kind, baseline: before, now: row.values, differences });
    }
  }
  for (const id of input.gone) {
    const before = input.baseline.get(id);
    if (before && !input.now.has(id))
      changes.push({ object, id, kind: 'deleted', baseline: before, now: undefined, differences: [] });
  }
  return changes.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
