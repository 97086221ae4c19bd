import type { FieldDescribe } from '../records/objectDescribe.js';
import type { RecordFacts } from './recordSteps.js';
import type { RecordSheets } from './recordSheet.js';

/**
 * A unique value that one row must give up and another must get (two rows that swapped names, a chain of them): the holder
 * sets it aside first, so that no order of rows inside a request can collide.
 */
export function parkUniqueKeys(sheets: RecordSheets, facts: RecordFacts): void {
  for (const object of sheets.objects()) {
    const fields = (facts.describes.get(object)?.fields ?? []).filter(
      (field) => field.unique && field.updateable && !field.calculated
    );
    for (const field of fields) parkField(sheets, object, field);
  }
}

function parkField(sheets: RecordSheets, object: string, field: FieldDescribe): void {
  const needed = new Map<string, string>();
  for (const sheet of ['update', 'undelete', 'insert'] as const) {
    for (const item of sheets.items(object, sheet).values()) {
      const value = item.after?.[field.name];
      if (value !== null && value !== undefined) needed.set(value.toLowerCase(), item.id);
    }
  }
  for (const item of [...sheets.items(object, 'update').values()]) {
    const held = item.before?.[field.name];
    const wanted = item.after?.[field.name];
    if (held === null || held === undefined || wanted === undefined || wanted === held) continue;
    const needer = needed.get(held.toLowerCase());
    if (needer === undefined || needer === item.id) continue;
    const parking = parkingValue(field, item.id);
    if (parking === undefined) continue;
    sheets.add(object, 'park', {
      id: item.id,
      before: { [field.name]: held },
      after: { [field.name]: parking },
      also: { [field.name]: wanted },
    });
    sheets.replace(object, 'update', { ...item, also: { ...item.also, [field.name]: parking } }, item.id);
  }
}

/** Nothing where the field may be empty, else a value nobody else has; undefined where neither fits. */
function parkingValue(field: FieldDescribe, id: string): string | null | undefined {
  if (field.nillable) return null;
  return field.type === 'string' && field.length >= id.length ? id : undefined;
}
