import type { RecordReader } from '../../org/ports/records.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ObjectDescribe } from '../../records/objectDescribe.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { baselineRows } from '../../snapshot/baselineRows.js';
import type { DraftStep } from '../rollbackPlan.js';
import { ownersToGiveBack } from './inactiveOwners.js';
import { readInactive, type RecordsNow } from './readRecordsNow.js';

/** Objects that steps create again, by name: the org has none of their rows any more. */
export function returningObjects(baseline: Baseline, steps: readonly DraftStep[]): string[] {
  const held = new Set(baseline.snapshot.objects.map(({ object }) => object));
  return steps.flatMap(({ operation, detail }) =>
    operation === 'recreateComponent' &&
    detail.kind === 'component' &&
    detail.type === 'CustomObject' &&
    held.has(detail.fullName) &&
    baseline.describes.get(detail.fullName)?.createable === true
      ? [detail.fullName]
      : []
  );
}

/**
 * The records as they are, with every row that the snapshot holds of objects which steps create again as one that was
 * deleted with them: they are inserted once the object is there. What such an object was like, the snapshot says.
 */
export async function withReturningObjects(
  org: RecordReader,
  baseline: Baseline,
  records: RecordsNow,
  componentSteps: readonly DraftStep[]
): Promise<RecordsNow> {
  const objects = returningObjects(baseline, componentSteps).filter((object) => !records.describes.has(object));
  if (objects.length === 0) return records;
  const changes: RecordChange[] = [];
  for (const object of objects) {
    const part = baseline.snapshot.objects.find((entry) => entry.object === object);
    if (!part) continue;
    for await (const row of baselineRows(baseline, part))
      changes.push({
        object,
        id: row.Id as string,
        kind: 'deleted',
        baseline: row,
        now: undefined,
        withObject: true,
        differences: [],
      });
  }
  const inactive = await readInactive(org, ownersToGiveBack(changes));
  const describes = objects.flatMap((object): Array<[string, ObjectDescribe]> => {
    const describe = baseline.describes.get(object);
    return describe ? [[object, describe]] : [];
  });
  return {
    ...records,
    changes: [...records.changes, ...changes],
    describes: new Map([...records.describes, ...describes]),
    inactiveOwners: new Set([...records.inactiveOwners, ...inactive]),
  };
}
