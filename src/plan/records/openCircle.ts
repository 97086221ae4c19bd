import type { RowEdge } from '../order/rows/rowRule.js';
import { mustWait } from '../order/rows/orderRows.js';
import type { RowWork, RowWorks } from '../order/rows/rowWorks.js';
import { parkingValue, uniqueFields } from './parkKeys.js';
import type { RecordFacts } from './recordFacts.js';
import type { RecordSheets } from './recordSheet.js';

/**
 * A row that goes may stand in a circle: what needs its unique value, or the row it holds by a lookup, cannot wait until it is
 * gone. Then it gives that up first, by an update of its own. True when the sheets were changed so.
 */
export function openCircle(
  sheets: RecordSheets,
  facts: RecordFacts,
  works: RowWorks,
  edges: readonly RowEdge[]
): boolean {
  const waits = mustWait(edges);
  return works
    .in('delete')
    .some((going) =>
      edges.some(
        ({ before, after, strength }) =>
          strength === 'must' &&
          before === going.key &&
          waits(after, going.key) &&
          (letGo(sheets, works, going, after) || parkKey(sheets, facts, works, going))
      )
    );
}

/** Blanks the lookups by which a row that goes holds `held`, or what `held` takes along. */
function letGo(sheets: RecordSheets, works: RowWorks, going: RowWork, held: string): boolean {
  const values = works.valuesNow(going);
  const lookups = works.fields(going.object).filter((field) => {
    const target = works.going(values[field.name]);
    if (field.type !== 'reference' || !field.nillable || !field.updateable || !target) return false;
    if (works.letsGo(going.item.id, field.name)) return false;
    return target.key === held || [...works.goneWith(target)].some(({ key }) => key === held);
  });
  if (lookups.length === 0) return false;
  sheets.add(going.object, 'release', {
    id: going.item.id,
    before: Object.fromEntries(lookups.map(({ name }) => [name, values[name] ?? null])),
    after: Object.fromEntries(lookups.map(({ name }) => [name, null])),
  });
  return true;
}

/** Sets aside the unique values of a row that goes; false when it has none left to set aside. */
function parkKey(sheets: RecordSheets, facts: RecordFacts, works: RowWorks, { object, item }: RowWork): boolean {
  const parked = works.at('park', item.id)?.item.after ?? {};
  const values = Object.fromEntries(
    uniqueFields(facts, object).flatMap((field) => {
      const parking = parkingValue(field, item.id);
      return item.before?.[field.name] && !(field.name in parked) && parking !== undefined
        ? [[field.name, parking] as const]
        : [];
    })
  );
  const names = Object.keys(values);
  if (names.length === 0) return false;
  const before = Object.fromEntries(names.map((name) => [name, item.before?.[name] ?? null]));
  sheets.add(object, 'park', { id: item.id, before, after: values });
  return true;
}
