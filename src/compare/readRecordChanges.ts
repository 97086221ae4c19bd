import { sha256 } from '../model/digest.js';
import { commonFields, differencesOf, type RecordChange } from '../records/diffRecords.js';
import type { ValueRow } from '../records/fieldValue.js';
import type { ObjectDescribe } from '../records/objectDescribe.js';
import type { Baseline } from '../snapshot/baseline.js';
import { baselineRows } from '../snapshot/baselineRows.js';
import type { ObjectPart } from '../snapshot/snapshotFormat.js';

/** Characters of a row's digest that are kept: two rows that differ agree in them about once in 2^96 times. */
const KEPT = 24;

/**
 * The rows of one object that differ between two snapshots. Both files are read twice, and of the rows that are alike only
 * a digest is held: memory follows the number of rows, not their size.
 */
export async function readRecordChanges(
  before: Baseline,
  after: Baseline,
  parts: { readonly before: ObjectPart; readonly after: ObjectPart }
): Promise<RecordChange[]> {
  const { object } = parts.before;
  const fields = commonFields(
    before.describes.get(object) as ObjectDescribe,
    after.describes.get(object) as ObjectDescribe
  );
  const digestOfRow = (row: ValueRow): string =>
    sha256(JSON.stringify(fields.map((field) => row[field] ?? null))).slice(0, KEPT);
  const known = new Map<string, string>();
  for await (const row of baselineRows(before, parts.before)) known.set(row.Id as string, digestOfRow(row));
  const [changed, inserted] = [new Map<string, ValueRow>(), [] as ValueRow[]];
  for await (const row of baselineRows(after, parts.after)) {
    const id = row.Id as string;
    const digest = known.get(id);
    if (digest === undefined) inserted.push(row);
    else if (digest !== digestOfRow(row)) changed.set(id, row);
    known.delete(id);
  }
  const changes: RecordChange[] = inserted.map((row) => ({
    object,
    id: row.Id as string,
    kind: 'inserted',
    baseline: undefined,
    now: row,
    differences: [],
  }));
  // What is left was not met again; its values, and those of changed rows, are read once more.
  if (changed.size + known.size > 0)
    for await (const row of baselineRows(before, parts.before)) {
      const id = row.Id as string;
      const now = changed.get(id);
      if (now)
        changes.push({ object, id, kind: 'updated', baseline: row, now, differences: differencesOf(row, now, fields) });
      else if (known.has(id))
        changes.push({ object, id, kind: 'deleted', baseline: row, now: undefined, differences: [] });
    }
  return changes.filter((change) => change.kind !== 'updated' || change.differences.length > 0).sort(byId);
}

function byId(a: RecordChange, b: RecordChange): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
