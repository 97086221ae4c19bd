import type { ValueRow } from '../records/fieldValue.js';
import { repointRow } from '../records/idMap.js';
import type { ObjectDescribe } from '../records/objectDescribe.js';
import { softReferences } from '../records/knowledge.js';
import type { Baseline } from './baseline.js';
import { readRecordFile } from './recordFile.js';
import type { ObjectPart } from './snapshotFormat.js';

/**
 * The rows of one object as the baseline wants them today: where earlier runs brought rows back under new Ids, those rows
 * and all that points to them carry the new Ids.
 */
export async function* baselineRows(baseline: Baseline, part: ObjectPart): AsyncGenerator<ValueRow> {
  const soft = softReferences(baseline.knowledge, part.object);
  const describe = baseline.describes.get(part.object) as ObjectDescribe;
  for await (const row of readRecordFile(baseline.folder, part, describe)) yield repointRow(row, baseline.idMap, soft);
}
