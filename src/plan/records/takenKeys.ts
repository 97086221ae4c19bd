import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { conflict } from '../choice/choice.js';
import type { Draft } from '../draft.js';
import { lendsKey, uniqueFields } from './parkKeys.js';
import type { RecordFacts } from './recordFacts.js';
import type { RecordSheets } from './recordSheet.js';
import type { RecordItem } from '../rollbackPlan.js';

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
    // A row that must keep its key may hold the old one of another, and so on.
    for (const field of uniqueFields(facts, object))
      while (keepOneTakenKey(sheets, object, field.name, changes, draft, names));
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
  const holders = new Map([
    ...returningHolders(sheets, object, name, changes),
    ...keyHolders(sheets, object, name, changes),
  ]);
  for (const item of sheets.items(object, 'update').values()) {
    const wanted = item.after?.[name];
    const holder = wanted ? holders.get(wanted.toLowerCase()) : undefined;
    if (!holder || holder.id === item.id) continue;
    const author = { userId: holder.now?.LastModifiedById ?? undefined, at: holder.now?.LastModifiedDate ?? undefined };
    draft.conflicts.push({
      ...conflict(
        recordTarget(object, item.id),
        'keyTaken',
        `${name} as in the snapshot`,
        `${name} is unique, and ${holder.id} holds the old value`,
        author,
        'keep',
        names
      ),
      fields: [name],
    });
    const rest = (row: ValueRow | null): ValueRow =>
      Object.fromEntries(Object.entries(row ?? {}).filter(([field]) => field !== name));
    const after = rest(item.after);
    sheets.replace(
      object,
      'update',
      Object.keys(after).length === 0 ? undefined : { ...item, before: rest(item.before), after },
      item.id
    );
    // It comes back with the value it had when it was deleted, also where it has to be inserted.
    const returning = sheets.items(object, 'undelete').get(item.id);
    if (returning) {
      const kept = { ...returning.after, [name]: item.before?.[name] ?? null };
      sheets.replace(object, 'undelete', { ...returning, after: kept }, item.id);
    }
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

/** Rows that come back with a value of a unique field and keep it. */
function returningHolders(
  sheets: RecordSheets,
  object: string,
  name: string,
  changes: readonly RecordChange[]
): Map<string, RecordChange> {
  const keeps = ({ id }: RecordChange): boolean =>
    sheets.items(object, 'undelete').has(id) && !(name in (sheets.items(object, 'update').get(id)?.after ?? {}));
  return new Map(
    changes
      .filter((change) => change.object === object && change.kind === 'deleted' && keeps(change))
      .flatMap((change) => (change.now?.[name] ? [[change.now[name].toLowerCase(), change] as const] : []))
  );
}

/**
 * Whether a row cannot come back because somebody else holds the unique value it comes back with. A row that may lend its
 * own value for a moment is in nobody's way.
 */
export function returningKeyTaken(
  sheets: RecordSheets,
  object: string,
  item: RecordItem,
  facts: RecordFacts,
  changes: readonly RecordChange[],
  lends: ReadonlySet<RecordChange>
): boolean {
  const fields = (facts.describes.get(object)?.fields ?? []).filter(
    (field) => field.unique && !field.calculated && !field.autoNumber
  );
  return fields.some((field) => {
    const value = sheets.items(object, 'update').get(item.id)?.before?.[field.name] ?? item.after?.[field.name];
    const holder = value ? keyHolders(sheets, object, field.name, changes).get(value.toLowerCase()) : undefined;
    return holder !== undefined && holder.id !== item.id && !(lends.has(holder) && lendsKey(holder, field));
  });
}
