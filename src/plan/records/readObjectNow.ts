import type { Finding } from '../../model/finding.js';
import type { RecordReader } from '../../org/ports/records.js';
import { fieldNamed, type ObjectDescribe } from '../../records/objectDescribe.js';
import { both, idChunks, inList, select, soqlInstant } from '../../records/soql.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { baselineRows } from '../../snapshot/baselineRows.js';
import type { ObjectPart } from '../../snapshot/snapshotFormat.js';
import { BaselineAlong } from './readBaselineAlong.js';
import { readWholeObject } from './readWholeObject.js';
import { eachRow } from './readEachRow.js';
import { createdSince, emptyObject, keepRow, keepValues, MARGIN_MS, type ObjectNow } from './objectNow.js';
import { loadBaseline, rereadByIds } from './readRowsById.js';

/** From so many rows on a Bulk job is quicker than pages of 2,000. */
const BULK_ROWS = 10_000;

/**
 * What moved in one object since its backup: by stamp and count, or by reading it whole. `onEditors` is told who changed rows
 * as soon as that is known.
 */
export async function readObjectNow(
  org: RecordReader,
  baseline: Baseline,
  part: ObjectPart,
  full: boolean,
  findings: Finding[],
  onEditors: (userIds: readonly string[]) => void
): Promise<ObjectNow> {
  const before = baseline.describes.get(part.object) as ObjectDescribe;
  const now = await org.describe(part.object);
  const fields = fieldsNow(part, now, findings);
  const object = emptyObject(part, before, now);
  if (part.rowsOnly) {
    await readListed(org, baseline, object, fields, part.rowsOnly.absent);
    return object;
  }
  const hasStamp = fieldNamed(now, 'SystemModstamp') !== undefined;
  if (!full && hasStamp && (await readDelta(org, baseline, object, fields, onEditors))) return object;
  object.rows.clear();
  object.baseline.clear();
  await readWhole(org, baseline, object, fields);
  return object;
}

/** The rows that the part lists, those that were not there too. */
async function readListed(
  org: RecordReader,
  baseline: Baseline,
  object: ObjectNow,
  fields: readonly string[],
  absent: readonly string[]
): Promise<void> {
  for await (const row of baselineRows(baseline, object.part)) object.baseline.set(row.Id as string, row);
  await rereadByIds(org, object, [...object.baseline.keys()], fields);
  for (const chunk of idChunks(absent))
    for (const row of await org.query(select(fields, object.part.object, inList('Id', chunk)))) keepRow(object, row);
  object.inserted = new Set(absent.filter((id) => object.rows.has(id)));
}

/** Rows stamped since the backup. False when the count shows that this is not the whole story. */
async function readDelta(
  org: RecordReader,
  baseline: Baseline,
  object: ObjectNow,
  fields: readonly string[],
  onEditors: (userIds: readonly string[]) => void
): Promise<boolean> {
  const { part } = object;
  const moved = movedSince(part);
  const under = new Set<string>();
  const along = new BaselineAlong(baseline, object);
  const [live] = await Promise.all([
    org.count(select([], part.object, part.where).replace('SELECT ', 'SELECT COUNT()')),
    eachRow(org, object.now, select(fields, part.object, moved), { all: true }, (rows, page) => {
      onEditors(rows.flatMap((row) => row.LastModifiedById ?? []));
      for (const row of rows) keepValues(object, row);
      along.take(rows, page);
    }),
    // Which of them the scope's condition covers now.
    part.where &&
      eachRow(org, object.now, select(['Id'], part.object, both(moved, part.where)), { all: false }, (rows) => {
        for (const { Id } of rows) under.add(Id as string);
      }),
  ]);
  await along.rest();
  const alive = [...object.rows.values()].filter((row) => !row.deleted).map((row) => row.id);
  const covered = part.where ? under : new Set(alive);
  object.inserted = new Set([...covered].filter((id) => createdSince(object, id)));
  const expected = part.rows - object.baseline.size + covered.size;
  return expected === live;
}

function movedSince({ startedAt }: ObjectPart): string {
  return `SystemModstamp >= ${soqlInstant(new Date(Date.parse(startedAt) - MARGIN_MS).toISOString())}`;
}

/** Fields that the backup holds and the org still shows. A field that vanished is said, and compared no more. */
function fieldsNow(part: ObjectPart, now: ObjectDescribe, findings: Finding[]): string[] {
  const gone = part.fields.filter((name) => !fieldNamed(now, name));
  for (const name of gone)
    findings.push({
      code: 'fieldsGone',
      severity: 'warning',
      subject: `${part.object}.${name}`,
      message: 'It is gone or hidden: its values are neither compared nor restored.',
    });
  return part.fields.filter((name) => fieldNamed(now, name));
}

/** Every row under the scope's condition. Of a large object only the rows are kept that differ. */
async function readWhole(
  org: RecordReader,
  baseline: Baseline,
  object: ObjectNow,
  fields: readonly string[]
): Promise<void> {
  const { part } = object;
  const large = part.rows < BULK_ROWS ? undefined : await readWholeObject(org, baseline, part, object.now, fields);
  if (large) {
    for (const [id, values] of large.rows) object.rows.set(id, { id, deleted: false, values });
    for (const [id, row] of large.baseline) object.baseline.set(id, row);
  } else {
    for await (const row of baselineRows(baseline, part)) object.baseline.set(row.Id as string, row);
    for (const raw of await org.query(select(fields, part.object, part.where))) keepRow(object, raw);
  }
  object.inserted = new Set([...object.rows.keys()].filter((id) => createdSince(object, id)));
  // A row that came and went since is in no backup and no longer alive: it would come back with a parent all the same.
  if (fieldNamed(object.now, 'IsDeleted')) {
    const stamped = fieldNamed(object.now, 'SystemModstamp') ? movedSince(part) : undefined;
    const deleted = both('IsDeleted = true', stamped);
    for (const raw of await org.query(select(fields, part.object, deleted), { all: true })) keepRow(object, raw);
    if (large) await loadBaseline(baseline, object, new Set(object.rows.keys()));
  }
  await rereadByIds(
    org,
    object,
    [...object.baseline.keys()].filter((id) => !object.rows.has(id)),
    fields
  );
}
