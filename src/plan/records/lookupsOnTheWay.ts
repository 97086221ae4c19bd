import type { RecordChange } from '../../records/diffRecords.js';
import type { RecordFacts } from './recordFacts.js';
import { pick, rowsIn, type RecordSheets } from './recordSheet.js';

/**
 * A lookup that is empty now, and is not set by the plan, may have been set and blanked in between, by the delete of its
 * target: the undelete fills it again. Such lookups are looked at once more at the end; most are empty, and nothing is written.
 * Not in a row that somebody else saved last (`isOthers`): what is filled again there is most likely theirs.
 */
export function blankRefilledLookups(
  changes: readonly RecordChange[],
  facts: RecordFacts,
  sheets: RecordSheets,
  isOthers: (change: RecordChange) => boolean
): void {
  const back = objectsBack(sheets);
  if (back.size === 0) return;
  for (const change of changes) {
    const returns = sheets.items(change.object, 'undelete').has(change.id);
    if (!change.baseline || !change.now || !(returns || change.kind === 'touched' || change.kind === 'updated'))
      continue;
    if (!returns && isOthers(change)) continue;
    const fields = (facts.describes.get(change.object)?.fields ?? []).filter(
      (field) =>
        field.type === 'reference' &&
        field.updateable &&
        field.nillable &&
        field.referenceTo.some((name) => back.has(name)) &&
        change.now?.[field.name] === null &&
        !(field.name in (sheets.items(change.object, 'update').get(change.id)?.after ?? {})) &&
        !(field.name in (sheets.items(change.object, 'finish').get(change.id)?.after ?? {}))
    );
    if (fields.length === 0) continue;
    const empty = Object.fromEntries(fields.map(({ name }) => [name, null]));
    sheets.add(change.object, 'finish', { id: change.id, before: empty, after: empty });
  }
}

/** Objects of which rows come back from the bin, if only to go again. */
function objectsBack(sheets: RecordSheets): ReadonlySet<string> {
  return new Set(
    sheets.objects().filter((object) => sheets.items(object, 'undelete').size + sheets.items(object, 'sweep').size > 0)
  );
}

/**
 * Lookups that the org itself changes on the way are no surprise: those to rows that the plan deletes are blanked. Those that
 * it fills again are told by what is in them, once the rows are back: a row that this run brought back (`rowStanding`).
 */
export function acceptBlankedLookups(sheets: RecordSheets): void {
  const going = new Set(rowsIn(sheets, ['delete', 'sweep']));
  for (const object of sheets.objects()) {
    for (const sheet of ['update', 'delete', 'sweep'] as const) {
      for (const item of [...sheets.items(object, sheet).values()]) {
        const blanks = Object.entries(item.before ?? {}).filter(([, value]) => value !== null && going.has(value));
        if (blanks.length === 0) continue;
        const also = { ...item.also, ...Object.fromEntries(blanks.map(([field]) => [field, null])) };
        sheets.replace(object, sheet, { ...item, also }, item.id);
      }
    }
  }
}

/**
 * A row that points to one that goes must be written before the delete; what else changes in it, or in others of its object,
 * may have to wait for that delete. So the fields that let go are written by themselves.
 */
export function turnAwayFirst(sheets: RecordSheets, facts: RecordFacts): void {
  const going = new Set(sheets.objects().flatMap((object) => [...sheets.items(object, 'delete').keys()]));
  const back = new Set(
    sheets
      .objects()
      .flatMap((object) => [...sheets.items(object, 'undelete').keys(), ...sheets.items(object, 'insert').keys()])
  );
  for (const object of sheets.objects()) {
    const fieldOf = new Map((facts.describes.get(object)?.fields ?? []).map((field) => [field.name, field]));
    for (const item of [...sheets.items(object, 'update').values()]) {
      const { before, after } = item;
      if (!before || !after || back.has(item.id)) continue;
      const letsGo = Object.keys(after).filter((field) => before[field] != null && going.has(before[field] ?? ''));
      if (letsGo.length === 0) continue;
      const away: Record<string, string | null> = {};
      for (const field of letsGo) {
        const wanted = after[field] ?? null;
        if (wanted === null || !back.has(wanted)) away[field] = wanted;
        else if (fieldOf.get(field)?.nillable) away[field] = null;
      }
      const fields = Object.keys(away);
      if (fields.length === 0) continue;
      sheets.add(object, 'release', {
        id: item.id,
        before: pick(before, fields),
        after: away,
        also: { ...pick(after, fields), ...Object.fromEntries(fields.map((field) => [field, null])) },
      });
      const rest = Object.fromEntries(
        Object.entries(after).filter(([field, value]) => !(field in away) || away[field] !== value)
      );
      const kept = { ...item, before: pick(before, Object.keys(rest)), after: rest, also: { ...item.also, ...away } };
      sheets.replace(object, 'update', Object.keys(rest).length > 0 ? kept : undefined, item.id);
    }
  }
}
