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

/** What becomes of a row that comes back with its parent though the snapshot does not have it. */
export type StrayFate = 'goes' | 'stays' | 'leftOut';

/** Rows that come back with their parents though the snapshot does not have them. */
export interface Strays {
  /** They are somebody else's, and stay. */
  readonly others: readonly RecordChange[];
  /** Those are details of them, so they stay too. */
  readonly holding: readonly RecordChange[];
  readonly swept: readonly RecordChange[];
}

/**
 * Rows that were inserted and deleted since come back with their parents, where those are undeleted, and bring their own
 * children: they go again. Not those of somebody else (`fateOf`), which the deployment took along, nor what such a row is a
 * detail of: it would take the row along once more. Gives what becomes of each.
 */
export function sweepWithParents(
  changes: readonly RecordChange[],
  facts: RecordFacts,
  sheets: RecordSheets,
  fateOf: (change: RecordChange) => StrayFate
): Strays {
  const fates = new Map(changes.filter(({ kind }) => kind === 'passing').map((change) => [change, fateOf(change)]));
  const along = comingAlong(
    [...fates].flatMap(([change, fate]) => (fate === 'leftOut' ? [] : [change])),
    facts,
    new Set(rowsIn(sheets, ['undelete', 'sweep']))
  );
  const others = along.filter((change) => fates.get(change) === 'stays');
  const staying = new Set(others);
  for (let before = -1; before !== staying.size;) {
    before = staying.size;
    const ids = new Set([...staying].flatMap((change) => parentsOf(change, facts)));
    for (const change of along) if (ids.has(change.id)) staying.add(change);
  }
  for (const change of along) {
    if (staying.has(change)) continue;
    const now = change.now as ValueRow;
    const describe = facts.describes.get(change.object) as ObjectDescribe;
    const parents = mastersIn(describe);
    const fields = [...new Set([...comparableFields(describe).map(({ name }) => name), ...parents])];
    sheets.add(change.object, 'sweep', { id: change.id, before: pick(now, fields), after: null });
  }
  return {
    others,
    holding: [...staying].filter((change) => !others.includes(change)),
    swept: along.filter((change) => !staying.has(change)),
  };
}

/** Rows that the org brings back with others, and those that come with them in turn. */
function comingAlong(
  passing: readonly RecordChange[],
  facts: RecordFacts,
  returning: ReadonlySet<string>
): readonly RecordChange[] {
  const back = new Set(returning);
  const along = new Set<RecordChange>();
  for (let before = -1; before !== back.size;) {
    before = back.size;
    for (const change of passing) {
      const describe = facts.describes.get(change.object);
      if (!describe || !comesWithParent(change.now as ValueRow, describe, back)) continue;
      along.add(change);
      back.add(change.id);
    }
  }
  return [...along];
}

function mastersIn(describe: ObjectDescribe): readonly string[] {
  return readableFields(describe)
    .filter((field) => field.type === 'reference' && field.cascadeDelete)
    .map(({ name }) => name);
}

/** The rows of which a row is a detail. */
function parentsOf({ object, now }: RecordChange, facts: RecordFacts): readonly string[] {
  const describe = facts.describes.get(object);
  return describe ? mastersIn(describe).flatMap((name) => now?.[name] ?? []) : [];
}
