import type { ValueRow } from '../records/fieldValue.js';
import { repointRow, type IdMap } from '../records/idMap.js';
import type { ObjectDescribe } from '../records/objectDescribe.js';
import { softReferences } from '../records/knowledge.js';
import type { Baseline } from './baseline.js';
import { readRecordFile, readRecordsById, readRecordsMentioning } from './recordFile.js';
import type { ObjectPart } from './snapshotFormat.js';

/**
 * The rows of one object as the baseline wants them today: where earlier runs brought rows back under new Ids, those rows
 * and all that points to them carry the new Ids.
 */
export function baselineRows(baseline: Baseline, part: ObjectPart): AsyncGenerator<ValueRow> {
  return repointed(baseline, part, readRecordFile(baseline.folder, part, describeOf(baseline, part)));
}

/** The rows with these Ids of today, without reading all others. */
export function baselineRowsById(
  baseline: Baseline,
  part: ObjectPart,
  ids: ReadonlySet<string>
): AsyncGenerator<ValueRow> {
  const known = withOldIds(baseline.idMap, ids);
  return repointed(baseline, part, readRecordsById(baseline.folder, part, describeOf(baseline, part), known));
}

/** The rows that hold one of these Ids of today in any field; now and then one that does not. */
export function baselineRowsMentioning(
  baseline: Baseline,
  part: ObjectPart,
  ids: ReadonlySet<string>
): AsyncGenerator<ValueRow> {
  const known = withOldIds(baseline.idMap, ids);
  return repointed(baseline, part, readRecordsMentioning(baseline.folder, part, describeOf(baseline, part), known));
}

async function* repointed(
  baseline: Baseline,
  part: ObjectPart,
  rows: AsyncGenerator<ValueRow>
): AsyncGenerator<ValueRow> {
  const soft = softReferences(baseline.knowledge, part.object);
  for await (const row of rows) yield repointRow(row, baseline.idMap, soft);
}

function describeOf(baseline: Baseline, part: ObjectPart): ObjectDescribe {
  return baseline.describes.get(part.object) as ObjectDescribe;
}

/** These Ids and those that the same rows had when the snapshot was taken: its files know only the old ones. */
function withOldIds(map: IdMap, ids: ReadonlySet<string>): ReadonlySet<string> {
  if (map.size === 0) return ids;
  return new Set([...ids, ...[...map].filter(([, fresh]) => ids.has(fresh)).map(([old]) => old)]);
}
