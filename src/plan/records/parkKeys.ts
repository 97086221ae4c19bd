import type { RecordChange } from '../../records/diffRecords.js';
import type { FieldDescribe } from '../../records/objectDescribe.js';
import type { RecordFacts } from './recordFacts.js';
import type { RecordSheets } from './recordSheet.js';
import type { RecordItem } from '../rollbackPlan.js';

/** Fields whose values no two rows may share, and which a step can write. */
export function uniqueFields(facts: RecordFacts, object: string): readonly FieldDescribe[] {
  return (facts.describes.get(object)?.fields ?? []).filter(
    (field) => field.unique && field.updateable && !field.calculated
  );
}

/**
 * Nothing where the field may be empty, else a value nobody else has, made of the row's Id; undefined where neither fits. It
 * is not an Id itself: those are followed when a row gets a new one.
 */
export function parkingValue(field: FieldDescribe, id: string): string | null | undefined {
  if (field.nillable) return null;
  return field.type === 'string' && field.length >= SHORTEST ? `~${id.slice(1 - field.length)}` : undefined;
}

/** Whether a row holds the value it had in the baseline, and can set it aside for a moment. */
export function lendsKey(change: RecordChange, field: FieldDescribe): boolean {
  return (
    field.updateable &&
    change.baseline?.[field.name] === change.now?.[field.name] &&
    parkingValue(field, change.id) !== undefined
  );
}

/** With less of its Id the value would not be one row's own. */
const SHORTEST = 10;

/**
 * A unique value that one row holds for now and another must get (two rows that swapped names, a chain of them, a row that
 * comes back with a value it only had in between): the holder sets it aside, so that no order of rows inside a request can
 * collide. `lends`: rows that have no change of their own and may do so for a moment.
 */
export function parkKeys(sheets: RecordSheets, facts: RecordFacts, lends: ReadonlySet<RecordChange>): void {
  for (const object of sheets.objects()) {
    for (const field of uniqueFields(facts, object)) {
      const needed = neededValues(sheets, object, field.name);
      const byOther = (value: string | null | undefined, id: string): boolean =>
        [...(value ? (needed.get(value.toLowerCase()) ?? []) : [])].some((other) => other !== id);
      comeInWithout(sheets, object, field);
      for (const item of [...sheets.items(object, 'update').values()]) {
        const held = item.before?.[field.name];
        if (held && item.after?.[field.name] !== undefined && item.after[field.name] !== held && byOther(held, item.id))
          park(sheets, object, field, item, held);
      }
      for (const { id, now } of [...lends].filter((change) => change.object === object && lendsKey(change, field))) {
        const held = now?.[field.name];
        if (!held || !byOther(held, id)) continue;
        if (field.name in (sheets.items(object, 'update').get(id)?.after ?? {})) continue;
        const row = { [field.name]: held };
        sheets.add(object, 'update', { id, before: row, after: row });
        park(sheets, object, field, sheets.items(object, 'update').get(id) as RecordItem, held);
      }
    }
  }
}

function park(sheets: RecordSheets, object: string, field: FieldDescribe, item: RecordItem, held: string): void {
  const parking = parkingValue(field, item.id);
  if (parking === undefined) return;
  sheets.add(object, sheets.items(object, 'undelete').has(item.id) ? 'parkBack' : 'park', {
    id: item.id,
    before: { [field.name]: held },
    after: { [field.name]: parking },
    also: { [field.name]: item.after?.[field.name] ?? null },
  });
  sheets.replace(object, 'update', { ...item, also: { ...item.also, [field.name]: parking } }, item.id);
}

/** Values of a field that rows get on the way, with the rows: what they had in the bin, and what they shall have. */
function neededValues(sheets: RecordSheets, object: string, name: string): Map<string, Set<string>> {
  const updates = sheets.items(object, 'update');
  const needed = new Map<string, Set<string>>();
  const need = (value: string | null | undefined, id: string): void => {
    if (value) needed.set(value.toLowerCase(), (needed.get(value.toLowerCase()) ?? new Set()).add(id));
  };
  for (const item of updates.values()) need(item.after?.[name], item.id);
  for (const item of sheets.items(object, 'insert').values()) need(item.after?.[name], item.id);
  for (const item of sheets.items(object, 'undelete').values())
    need(updates.get(item.id)?.before?.[name] ?? item.after?.[name], item.id);
  for (const item of sheets.items(object, 'sweep').values()) need(item.before?.[name], item.id);
  return needed;
}

/** A row whose value is written once it is back needs none when it has to be inserted: its own may not be free by then. */
function comeInWithout(sheets: RecordSheets, object: string, field: FieldDescribe): void {
  for (const item of [...sheets.items(object, 'undelete').values()]) {
    const update = sheets.items(object, 'update').get(item.id);
    const parking = parkingValue(field, item.id);
    if (!update?.after || !(field.name in update.after) || parking === undefined) continue;
    sheets.replace(object, 'undelete', { ...item, atFirst: { ...item.atFirst, [field.name]: parking } }, item.id);
    sheets.replace(object, 'update', { ...update, also: { ...update.also, [field.name]: parking } }, item.id);
  }
}
