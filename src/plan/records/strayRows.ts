import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { comparableFields, readableFields, type ObjectDescribe } from '../../records/objectDescribe.js';
import type { RecordFacts } from './recordFacts.js';
import { pick, rowsIn, type RecordSheets } from './recordSheet.js';

/** Whether a row goes and comes with a parent of which it is a detail. */
export function comesWithParent(row: ValueRow, describe: ObjectDescribe, comingBack: ReadonlySet<string>): boolean {
  return readableFields(describe).some((field) => {
    const parent = row[field.name];
    return (
      field.type === 'reference' &&
      (field.cascadeDelete || !field.nillable) &&
      parent !== null &&
      parent !== undefined &&
      comingBack.has(parent)
    );
  });
}

/**
 * Rows that were inserted and deleted since come back with their parents, where those are undeleted, and bring their own
 * children: they go again, unless they are left out (`stays`).
 */
export function sweepWithParents(
  changes: readonly RecordChange[],
  facts: RecordFacts,
  sheets: RecordSheets,
  stays: (target: string) => boolean
): void {
  const passing = changes.filter(({ kind, object, id }) => kind === 'passing' && !stays(recordTarget(object, id)));
  const returning = (): string[] => rowsIn(sheets, ['undelete', 'sweep']);
  for (let before = -1; before !== returning().length;) {
    const undeleted = new Set(returning());
    before = undeleted.size;
    for (const change of passing) {
      const now = change.now as ValueRow;
      const describe = facts.describes.get(change.object);
      if (!describe || !comesWithParent(now, describe, undeleted)) continue;
      const parents = readableFields(describe).filter((field) => field.type === 'reference' && field.cascadeDelete);
      const fields = [...new Set([...comparableFields(describe), ...parents].map(({ name }) => name))];
      sheets.add(change.object, 'sweep', { id: change.id, before: pick(now, fields), after: null });
    }
  }
}
