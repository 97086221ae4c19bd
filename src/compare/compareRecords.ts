import { recordAuthor } from '../plan/changeSet.js';
import type { RecordChange } from '../records/diffRecords.js';
import type { ValueRow } from '../records/fieldValue.js';
import { AUDIT_FIELDS } from '../records/objectDescribe.js';
import type { RecordComparison } from './comparison.js';

/** The rows that differ. Rows that were saved again with the same values, or came and went, are no difference. */
export function compareRecords(
  changes: readonly RecordChange[],
  names: ReadonlyMap<string, string>,
  values: boolean
): RecordComparison[] {
  return changes.flatMap((change): RecordComparison[] => {
    const { object, id, kind } = change;
    if (kind === 'touched' || kind === 'passing') return [];
    const author = recordAuthor(change);
    return [
      {
        object,
        id,
        kind,
        fields: kind === 'updated' ? change.differences.map(({ field }) => field) : [],
        ...(values ? { values: valuesOf(change) } : {}),
        changedBy: author.userId ? (names.get(author.userId) ?? author.userId) : null,
        changedAt: author.at ?? null,
      },
    ];
  });
}

function valuesOf(change: RecordChange): NonNullable<RecordComparison['values']> {
  if (change.kind === 'updated')
    return change.differences.map(({ field, baseline, now }) => ({ field, before: baseline, after: now }));
  const row: ValueRow = (change.kind === 'deleted' ? change.baseline : change.now) ?? {};
  return Object.entries(row)
    .filter(([field, value]) => value !== null && field !== 'Id' && !AUDIT_FIELDS.has(field))
    .map(([field, value]) => ({
      field,
      before: change.kind === 'deleted' ? value : null,
      after: change.kind === 'deleted' ? null : value,
    }));
}
