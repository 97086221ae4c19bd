import type { FieldDescribe } from '../../../records/objectDescribe.js';
import type { RowEdge, RowRule } from './rowRule.js';
import type { RowWork, RowWorks } from './rowWorks.js';

/** A row holds a unique value from one work to another. */
interface Hold {
  readonly row: string;
  /** Works any of which may begin it; none: the row holds it now. The first is the row's own. */
  readonly from: readonly RowWork[];
  /** Undefined: it keeps it. */
  readonly until: RowWork | undefined;
}

/**
 * No two rows hold one unique value at a time: who gives it up does so before the next one takes it. A row takes the value it
 * had in the bin when it comes back, with its master too, and its old one when that is written.
 */
export const keysInTurn: RowRule = (works, facts) =>
  [...Map.groupBy(works.all, ({ object }) => object)].flatMap(([object, ofObject]) => {
    const unique = (facts.describes.get(object)?.fields ?? []).filter((field) => field.unique && !field.calculated);
    const rows = new Map(ofObject.map((work) => [work.item.id, work]));
    return unique.flatMap((field) => {
      const holds = new Map<string, Hold[]>();
      for (const work of rows.values())
        for (const [value, hold] of holdsOf(work, field, works)) {
          const key = value.toLowerCase();
          const known = holds.get(key);
          if (known) known.push(hold);
          else holds.set(key, [hold]);
        }
      return [...holds.values()].flatMap((ofValue) => turns(ofValue, works));
    });
  });

/** Every value of one field that a row holds on the way, in order. `any` is some work of the row. */
function holdsOf(any: RowWork, { name }: FieldDescribe, works: RowWorks): Array<readonly [string, Hold]> {
  const row = any.item.id;
  const writing = (...sheets: Array<RowWork['sheet']>): RowWork | undefined =>
    sheets.map((sheet) => works.at(sheet, row)).find((work) => work?.item.after && name in work.item.after);
  const update = writing('release', 'update', 'finish');
  const parks = writing('park', 'parkBack');
  const returning = works.returning(row);
  const sweep = works.at('sweep', row);
  const held = works.valueNow(any, name);
  const holds: Array<readonly [string, Hold]> = [];
  const last = update?.item.after?.[name];
  if (returning?.sheet === 'insert') {
    const value = returning.item.after?.[name];
    if (value) holds.push([value, { row, from: [returning], until: undefined }]);
    return holds;
  }
  if (held) {
    const from = returning ? [returning, ...works.broughtBy(returning)] : sweep ? [...works.broughtBy(sweep)] : [];
    if (!sweep || from.length > 0) holds.push([held, { row, from, until: parks ?? update ?? works.going(row) }]);
  }
  if (last && update) {
    // Without a value to come in with, an insert instead of the undelete takes the last one at once.
    const atOnce = returning && returning.item.atFirst?.[name] === undefined ? [returning] : [];
    holds.push([last, { row, from: [update, ...atOnce], until: undefined }]);
  }
  return holds;
}

/** The order among rows that hold one value. */
function turns(holds: readonly Hold[], works: RowWorks): RowEdge[] {
  // Mostly nobody else has anything to do with it.
  if (holds.length < 2) return [];
  return holds.flatMap((first, at) =>
    holds.slice(at + 1).flatMap((second) => {
      if (first.row === second.row) return [];
      const [one, other] = comesFirst(first, second, works) ? [first, second] : [second, first];
      const { until } = one;
      if (!until) return [];
      return other.from
        .filter((work) => !one.from.includes(work) && work !== until)
        .map(({ key }): RowEdge => ({ before: until.key, after: key, strength: 'must' }));
    })
  );
}

/** Who holds it now is first, who keeps it is last; of two that pass through, the one that another waits for anyway. */
function comesFirst(one: Hold, other: Hold, works: RowWorks): boolean {
  if (one.from.length === 0 || other.from.length === 0) return one.from.length === 0;
  if (!one.until || !other.until) return one.until !== undefined;
  const waitsOn = (a: Hold, b: Hold): boolean => {
    const [own] = a.from;
    const above = own ? works.waitsFor(own) : new Set();
    return b.from.some((work) => above.has(work));
  };
  if (waitsOn(one, other) !== waitsOn(other, one)) return waitsOn(other, one);
  return one.row < other.row;
}
