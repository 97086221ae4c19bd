import type { ValueRow } from '../records/fieldValue.js';
import type { RecordSheets } from './records/recordSheet.js';
import type { RecordItem } from './rollbackPlan.js';

/**
 * Of what comes last, much should be in place by then: the expression and the lookups of a row that came back from the bin, a
 * lookup nobody fills. Such rows are only looked at, by a step of their own that writes where the org did otherwise.
 */
export function lookOnly(sheets: RecordSheets, now: ReadonlyMap<string, ValueRow>): void {
  for (const object of sheets.objects()) {
    for (const item of [...sheets.items(object, 'finish').values()]) {
      const inBin = sheets.items(object, 'undelete').has(item.id) ? now.get(item.id) : undefined;
      if (!isExpected(sheets, object, item, inBin)) continue;
      sheets.replace(object, 'finish', undefined, item.id);
      sheets.add(object, 'recheck', item);
    }
  }
}

function isExpected(sheets: RecordSheets, object: string, item: RecordItem, inBin: ValueRow | undefined): boolean {
  const disturbed = (['neutral', 'neutralBack', 'insert'] as const).some((sheet) =>
    sheets.items(object, sheet).has(item.id)
  );
  const before = inBin ?? item.before ?? {};
  return !disturbed && Object.entries(item.after ?? {}).every(([field, value]) => before[field] === value);
}
