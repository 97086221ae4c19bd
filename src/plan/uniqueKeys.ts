import { recordTarget } from '../model/selector.js';
import type { RecordChange } from '../records/diffRecords.js';
import type { ValueRow } from '../records/fieldValue.js';
import type { FieldDescribe } from '../records/objectDescribe.js';
import { conflict } from './choice.js';
import type { Draft } from './draft.js';
import type { RecordFacts } from './recordFacts.js';
import type { RecordSheets } from './recordSheet.js';
import type { RecordItem } from './rollbackPlan.js';

/**
 * A unique value that one row must give up and another must get (two rows that swapped names, a chain of them): the holder
 * sets it aside first, so that no order of rows inside a request can collide.
 */
export function parkUniqueKeys(sheets: RecordSheets, facts: RecordFacts): void {
  for (const object of sheets.objects()) {
    const fields = (facts.describes.get(object)?.fields ?? []).filter(
      (field) => field.unique && field.updateable && !field.calculated
    );
    for (const field of fields) {
      parkField(sheets, object, field);
      laterOfTwins(sheets, object, field.name);
    }
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

/** Of two rows in the bin with one unique value, the one that is to keep it comes back after the other has given it up. */
function laterOfTwins(sheets: RecordSheets, object: string, field: string): void {
  const undeletes = sheets.items(object, 'undelete');
  const changes = (id: string): string | null | undefined => sheets.items(object, 'update').get(id)?.before?.[field];
  const givenUp = new Set([...undeletes.keys()].flatMap((id) => changes(id)?.toLowerCase() ?? []));
  for (const item of [...undeletes.values()]) {
    const value = item.after?.[field];
    if (changes(item.id) !== undefined || !value || !givenUp.has(value.toLowerCase())) continue;
    sheets.replace(object, 'undelete', undefined, item.id);
    sheets.add(object, 'undeleteLate', item);
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
    // A row that must keep its key may hold the old one of another, and so on.
    for (const { name } of fields) while (keepOneTakenKey(sheets, object, name, changes, draft, names));
  }
}

/** Keeps the first field whose old value is held by a row that does not give it up; false when there is none. */
function keepOneTakenKey(
  sheets: RecordSheets,
  object: string,
  name: string,
  changes: readonly RecordChange[],
  draft: Draft,
  names: ReadonlyMap<string, string>
): boolean {
  const holders = keyHolders(sheets, object, name, changes);
  for (const item of sheets.items(object, 'update').values()) {
    const wanted = item.after?.[name];
    const holder = wanted ? holders.get(wanted.toLowerCase()) : undefined;
    if (!holder || holder.id === item.id) continue;
    const author = { userId: holder.now?.LastModifiedById ?? undefined, at: holder.now?.LastModifiedDate ?? undefined };
    draft.conflicts.push(
      conflict(
        recordTarget(object, item.id),
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
    return true;
  }
  return false;
}

/** Rows that hold a value of a unique field now and do not give it up, by the value in lower case. */
function keyHolders(
  sheets: RecordSheets,
  object: string,
  name: string,
  changes: readonly RecordChange[]
): Map<string, RecordChange> {
  const holders = new Map<string, RecordChange>();
  for (const change of changes) {
    if (change.object !== object || change.kind === 'deleted' || change.kind === 'passing') continue;
    const givesUp =
      sheets.items(object, 'delete').has(change.id) ||
      name in (sheets.items(object, 'update').get(change.id)?.after ?? {});
    const value = change.now?.[name];
    if (!givesUp && value) holders.set(value.toLowerCase(), change);
  }
  return holders;
}

/** Whether a row cannot come back because somebody else holds the unique value it comes back with. */
export function returningKeyTaken(
  sheets: RecordSheets,
  object: string,
  item: RecordItem,
  facts: RecordFacts,
  changes: readonly RecordChange[]
): boolean {
  const fields = (facts.describes.get(object)?.fields ?? []).filter(
    (field) => field.unique && !field.calculated && !field.autoNumber
  );
  return fields.some(({ name }) => {
    const value = sheets.items(object, 'update').get(item.id)?.before?.[name] ?? item.after?.[name];
    const holder = value ? keyHolders(sheets, object, name, changes).get(value.toLowerCase()) : undefined;
    return holder !== undefined && holder.id !== item.id;
  });
}
