import { recordTarget } from '../model/selector.js';
import type { RecordChange } from '../records/diffRecords.js';
import type { ValueRow } from '../records/fieldValue.js';
import type { FieldDescribe } from '../records/objectDescribe.js';
import { conflict } from './choice.js';
import type { Draft } from './draft.js';
import type { RecordFacts } from './recordFacts.js';
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
  const updates = sheets.items(object, 'update');
  const undeletes = sheets.items(object, 'undelete');
  const needed = new Map<string, Set<string>>();
  const need = (value: string | null | undefined, id: string): void => {
    if (value) needed.set(value.toLowerCase(), (needed.get(value.toLowerCase()) ?? new Set()).add(id));
  };
  for (const item of updates.values()) need(item.after?.[field.name], item.id);
  for (const item of sheets.items(object, 'insert').values()) need(item.after?.[field.name], item.id);
  // A row comes back from the bin with the value it had there.
  for (const item of undeletes.values())
    need(updates.get(item.id)?.before?.[field.name] ?? item.after?.[field.name], item.id);
  for (const item of [...updates.values()]) {
    const held = item.before?.[field.name];
    const wanted = item.after?.[field.name];
    if (held === null || held === undefined || wanted === undefined || wanted === held) continue;
    if (![...(needed.get(held.toLowerCase()) ?? [])].some((id) => id !== item.id)) continue;
    const parking = parkingValue(field, item.id);
    if (parking === undefined) continue;
    const park = {
      id: item.id,
      before: { [field.name]: held },
      after: { [field.name]: parking },
      also: { [field.name]: wanted },
    };
    sheets.add(object, undeletes.has(item.id) ? 'parkBack' : 'park', park);
    sheets.replace(object, 'update', { ...item, also: { ...item.also, [field.name]: parking } }, item.id);
  }
}

/** Nothing where the field may be empty, else a value nobody else has; undefined where neither fits. */
function parkingValue(field: FieldDescribe, id: string): string | null | undefined {
  if (field.nillable) return null;
  return field.type === 'string' && field.length >= id.length ? id : undefined;
}

/**
 * A unique value that another row holds by now and keeps cannot go back: that field is kept as a conflict, the other fields
 * of the row go back.
 */
export function keepTakenKeys(
  sheets: RecordSheets,
  facts: RecordFacts,
  changes: readonly RecordChange[],
  draft: Draft,
  names: ReadonlyMap<string, string>
): void {
  for (const object of sheets.objects()) {
    const fields = (facts.describes.get(object)?.fields ?? []).filter(
      (field) => field.unique && field.updateable && !field.calculated
    );
    for (const { name } of fields) {
      const holders = new Map<string, RecordChange>();
      for (const change of changes) {
        if (change.object !== object || change.kind === 'deleted' || change.kind === 'passing') continue;
        const givesUp =
          sheets.items(object, 'delete').has(change.id) ||
          name in (sheets.items(object, 'update').get(change.id)?.after ?? {});
        const value = change.now?.[name];
        if (!givesUp && value) holders.set(value.toLowerCase(), change);
      }
      for (const item of [...sheets.items(object, 'update').values()]) {
        const wanted = item.after?.[name];
        const holder = wanted ? holders.get(wanted.toLowerCase()) : undefined;
        if (!holder || holder.id === item.id) continue;
        const author = {
          userId: holder.now?.LastModifiedById ?? undefined,
          at: holder.now?.LastModifiedDate ?? undefined,
        };
        const target = recordTarget(object, item.id);
        draft.conflicts.push(
          conflict(
            target,
            'keyTaken',
            `${name} as in the snapshot`,
            `${name} is unique, and ${holder.id} holds the old value`,
            author,
            'keep',
            names
          )
        );
        const rest = (row: ValueRow | null): ValueRow =>
          Object.fromEntries(Object.entries(row ?? {}).filter(([field]) => field !== name));
        const after = rest(item.after);
        sheets.replace(
          object,
          'update',
          Object.keys(after).length === 0 ? undefined : { ...item, before: rest(item.before), after },
          item.id
        );
      }
    }
  }
}
