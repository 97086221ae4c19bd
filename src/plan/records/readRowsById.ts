import type { RecordReader } from '../../org/ports/records.js';
import { sharingTexts } from '../../records/rowForm.js';
import { idChunks, inList, select } from '../../records/soql.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { baselineRowsById } from '../../snapshot/baselineRows.js';
import { keepRow, type ObjectNow } from './objectNow.js';

/** Takes what the baseline has of these rows. */
export async function loadBaseline(baseline: Baseline, object: ObjectNow, ids: ReadonlySet<string>): Promise<void> {
  for await (const row of baselineRowsById(baseline, object.part, ids)) {
    const id = row.Id as string;
    const now = object.rows.get(id);
    object.baseline.set(id, now ? sharingTexts(row, now.values) : row);
  }
}

/** Reads rows by id, deleted ones too; those the org does not know at all are gone. */
export async function rereadByIds(
  org: RecordReader,
  object: ObjectNow,
  ids: readonly string[],
  fields: readonly string[]
): Promise<void> {
  for (const chunk of idChunks(ids)) {
    for (const raw of await org.query(select(fields, object.part.object, inList('Id', chunk)), { all: true }))
      keepRow(object, raw);
    for (const id of chunk) if (!object.rows.has(id)) object.gone.add(id);
  }
}
