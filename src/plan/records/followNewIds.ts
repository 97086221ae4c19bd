import { comparableFields, referencesTo } from '../../records/objectDescribe.js';
import { holdsId } from '../../records/idMap.js';
import { softReferences } from '../../records/knowledge.js';
import type { ValueRow } from '../../records/fieldValue.js';
import type { RecordFacts } from './recordFacts.js';
import type { RecordSheets } from './recordSheet.js';

/**
 * Rows that come back may come back under new Ids. What points to them follows: lookups among rows that come back (which
 * an insert leaves empty until both exist), and text fields that hold an old Id. Where the old Ids come back, these items
 * find everything in place and write nothing.
 */
export function followNewIds(sheets: RecordSheets, facts: RecordFacts): void {
  const returning = new Map<string, string>();
  for (const object of sheets.objects()) {
    for (const sheet of ['undelete', 'insert'] as const)
      for (const id of sheets.items(object, sheet).keys()) returning.set(id, object);
  }
  if (returning.size === 0) return;
  const ids = new Set(returning.keys());
  const objects = new Set(returning.values());
  for (const object of objects) {
    const describe = facts.describes.get(object);
    if (!describe) continue;
    const texts = comparableFields(describe).filter((field) => field.type !== 'reference');
    const soft = softReferences(facts.knowledge, object);
    const required = referencesTo(describe, objects).filter((field) => !field.nillable && field.updateable);
    const lookups = referencesTo(describe, objects).filter((field) => field.nillable && field.updateable);
    for (const sheet of ['undelete', 'insert'] as const) {
      for (const item of sheets.items(object, sheet).values()) {
        const after: Record<string, string | null> = {};
        const before: Record<string, string | null> = {};
        for (const { name } of lookups) {
          const target = item.after?.[name];
          if (!target || !returning.has(target)) continue;
          after[name] = target;
          before[name] = null;
        }
        // A required lookup comes back with the row, and dangles where its target got a new Id.
        for (const { name } of sheet === 'undelete' ? required : []) {
          const target = item.after?.[name];
          if (!target || !returning.has(target)) continue;
          after[name] = target;
          before[name] = target;
        }
        // Text that names a row which comes back, the row itself included, has the old Id in it until all new ones are known.
        for (const { name } of texts) {
          const value = item.after?.[name];
          if (!holdsId(value, ids, soft.includes(name))) continue;
          after[name] = value ?? null;
          before[name] = value ?? null;
        }
        if (Object.keys(after).length > 0) sheets.add(object, 'finish', { id: item.id, before, after });
      }
    }
  }
  for (const reference of facts.textReferences) {
    // A field that somebody changed is not followed: its own item, or nobody's, decides about it.
    const unchanged = Object.keys(reference.baseline).filter(
      (field) => reference.now[field] === reference.baseline[field]
    );
    if (unchanged.length === 0 || returning.has(reference.id)) continue;
    const row = (values: ValueRow): ValueRow =>
      Object.fromEntries(unchanged.map((field) => [field, values[field] ?? null]));
    sheets.add(reference.object, 'finish', {
      id: reference.id,
      before: row(reference.now),
      after: row(reference.baseline),
    });
  }
}
