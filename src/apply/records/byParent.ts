import type { RecordItem } from '../../plan/rollbackPlan.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { AUDIT_FIELDS, type FieldDescribe, type ObjectDescribe } from '../../records/objectDescribe.js';

/**
 * Rows of one parent side by side: saving a child locks its master (and a parent it must have), so batches that touch
 * children of the same parent at once refuse each other's rows.
 */
export function byParent(
  describe: ObjectDescribe,
  items: readonly RecordItem[],
  valuesOf: (item: RecordItem) => ValueRow | null | undefined
): RecordItem[] {
  const lookups = describe.fields
    .filter((field) => field.type === 'reference' && !AUDIT_FIELDS.has(field.name) && field.name !== 'OwnerId')
    .sort((a, b) => weight(a) - weight(b));
  const parents = new Map(
    items.map((item) => {
      const values = valuesOf(item) ?? {};
      return [item.id, lookups.map(({ name }) => values[name] ?? '').find((id) => id !== '') ?? ''];
    })
  );
  const parent = (item: RecordItem): string => parents.get(item.id) ?? '';
  return [...items].sort((a, b) => compare(parent(a), parent(b)) || compare(a.id, b.id));
}

/** Masters first, then what must be filled, then the rest. */
function weight(field: FieldDescribe): number {
  if (field.cascadeDelete) return 0;
  return field.nillable ? 2 : 1;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
