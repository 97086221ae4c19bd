import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import type { Draft } from '../draft.js';
import type { RecordFacts } from './recordFacts.js';
import { rowsIn, type RecordSheets } from './recordSheet.js';
import { returningKeyTaken } from './takenKeys.js';

/** Rows that were deleted since and do not come back. */
export function lostRows(sheets: RecordSheets, changes: readonly RecordChange[]): ReadonlySet<string> {
  const back = new Set(rowsIn(sheets, ['undelete', 'insert']));
  return new Set(changes.filter(({ kind, id }) => kind === 'deleted' && !back.has(id)).map(({ id }) => id));
}

/**
 * A row that comes back cannot point to one that stays gone: what it would be judged by, and inserted with, leaves that out.
 * A lookup that must be filled keeps its row from coming back, unless a master brings it along all the same.
 */
export function dropLostTargets(
  sheets: RecordSheets,
  facts: RecordFacts,
  changes: readonly RecordChange[],
  draft: Draft
): void {
  const lost = lostRows(sheets, changes);
  if (lost.size === 0) return;
  const now = valuesNow(changes);
  for (const object of sheets.objects()) {
    const lookups = (facts.describes.get(object)?.fields ?? []).filter((field) => field.type === 'reference');
    for (const sheet of ['undelete', 'insert', 'update'] as const) {
      for (const item of [...sheets.items(object, sheet).values()]) {
        const along = sheet === 'undelete' && comesAlong(sheets, facts, object, now.get(item.id), lost);
        const dropped = lookups
          .filter(({ name, nillable }) => (nillable || along) && lost.has(item.after?.[name] ?? ''))
          .map(({ name }) => name);
        if (dropped.length === 0) continue;
        if (sheet !== 'update') draft.conflicts.push(pointedToLost(object, item.id, dropped));
        const after = Object.fromEntries(Object.entries(item.after ?? {}).filter(([name]) => !dropped.includes(name)));
        const empty = sheet === 'update' && Object.keys(after).length === 0;
        sheets.replace(object, sheet, empty ? undefined : { ...item, after }, item.id);
      }
    }
  }
}

/** Rows that cannot come back: a row they must point to stays deleted, or their unique value is taken. By Id, with the kind. */
export function cannotComeBack(
  sheets: RecordSheets,
  facts: RecordFacts,
  changes: readonly RecordChange[],
  lends: ReadonlySet<RecordChange>
): Map<string, string> {
  const blocked = new Map<string, string>();
  const lost = lostRows(sheets, changes);
  const now = valuesNow(changes);
  for (const object of sheets.objects()) {
    const needs = (facts.describes.get(object)?.fields ?? []).filter(
      (field) => field.type === 'reference' && !field.nillable
    );
    for (const sheet of ['undelete', 'insert'] as const) {
      for (const item of sheets.items(object, sheet).values()) {
        const along = sheet === 'undelete' && comesAlong(sheets, facts, object, now.get(item.id), lost);
        const orphan = !along && needs.some(({ name }) => lost.has(item.after?.[name] ?? ''));
        if (orphan) blocked.set(item.id, 'targetDeleted');
        else if (returningKeyTaken(sheets, object, item, facts, changes, lends)) blocked.set(item.id, 'keyTaken');
      }
    }
  }
  return blocked;
}

/**
 * Whether a row in the bin comes back with a master, whatever the plan says of it. One that had two masters which were both
 * deleted is gone for good (Salesforce Help, considerations for many-to-many relationships).
 */
function comesAlong(
  sheets: RecordSheets,
  facts: RecordFacts,
  object: string,
  inBin: ValueRow | undefined,
  lost: ReadonlySet<string>
): boolean {
  const masters = (facts.describes.get(object)?.fields ?? [])
    .filter((field) => field.type === 'reference' && field.cascadeDelete)
    .flatMap((field) => {
      const id = inBin?.[field.name];
      return id ? [{ id, back: field.referenceTo.some((name) => sheets.items(name, 'undelete').has(id)) }] : [];
    });
  return masters.some(({ back }) => back) && !masters.some(({ id }) => lost.has(id));
}

function pointedToLost(object: string, id: string, fields: readonly string[]): Draft['conflicts'][number] {
  const names = fields.join(', ');
  return {
    target: recordTarget(object, id),
    kind: 'targetDeleted',
    baseline: `${names} as in the snapshot`,
    current: `${names} pointed to a row that stays deleted`,
    changedBy: null,
    changedAt: null,
    decision: 'keep',
  };
}

export function valuesNow(changes: readonly RecordChange[]): ReadonlyMap<string, ValueRow> {
  return new Map(changes.flatMap(({ id, now }) => (now ? [[id, now] as const] : [])));
}
