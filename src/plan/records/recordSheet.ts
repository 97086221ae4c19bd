import type { ValueRow } from '../../records/fieldValue.js';
import type { RecordItem } from '../rollbackPlan.js';

/**
 * Which step of an object an item belongs to. `release` turns away from rows that go; `park` and `neutral` make way first,
 * `parkBack` and `neutralBack` do the same for rows that just came back; `sweep` takes away what came back with its parent
 * and never belonged; `finish` is what had to wait; `recheck` looks at what should be in place by then.
 */
export type Sheet =
  | 'release'
  | 'park'
  | 'neutral'
  | 'undelete'
  | 'insert'
  | 'parkBack'
  | 'neutralBack'
  | 'update'
  | 'sweep'
  | 'finish'
  | 'recheck'
  | 'deactivate'
  | 'delete';

/** Items by object and step while a plan is drafted. One row has at most one item per step; fields of a second are joined. */
export class RecordSheets {
  private readonly sheets = new Map<string, Map<Sheet, Map<string, RecordItem>>>();

  public add(object: string, sheet: Sheet, item: RecordItem): void {
    const items = this.items(object, sheet);
    const known = items.get(item.id);
    items.set(item.id, known ? joined(known, item) : item);
  }

  public items(object: string, sheet: Sheet): Map<string, RecordItem> {
    const ofObject = this.sheets.get(object) ?? new Map<Sheet, Map<string, RecordItem>>();
    this.sheets.set(object, ofObject);
    const items = ofObject.get(sheet) ?? new Map<string, RecordItem>();
    ofObject.set(sheet, items);
    return items;
  }

  public replace(object: string, sheet: Sheet, item: RecordItem | undefined, id: string): void {
    if (item) this.items(object, sheet).set(id, item);
    else this.items(object, sheet).delete(id);
  }

  public *all(): Generator<{ readonly object: string; readonly sheet: Sheet; readonly items: readonly RecordItem[] }> {
    for (const object of [...this.sheets.keys()].sort()) {
      for (const [sheet, items] of this.sheets.get(object) ?? []) {
        if (items.size > 0) yield { object, sheet, items: [...items.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) };
      }
    }
  }

  public objects(): string[] {
    return [...this.sheets.keys()].sort();
  }
}

function joined(a: RecordItem, b: RecordItem): RecordItem {
  return {
    id: a.id,
    before: a.before === null || b.before === null ? null : { ...a.before, ...b.before },
    after: a.after === null || b.after === null ? null : { ...a.after, ...b.after },
    ...(a.also || b.also ? { also: { ...a.also, ...b.also } } : {}),
    ...(a.atFirst || b.atFirst ? { atFirst: { ...a.atFirst, ...b.atFirst } } : {}),
  };
}

/** Some fields of a row, as far as it has them. */
export function pick(row: ValueRow, fields: readonly string[]): ValueRow {
  return Object.fromEntries(fields.filter((field) => field in row).map((field) => [field, row[field] ?? null]));
}

/** The rows of some sheets of all objects. */
export function rowsIn(sheets: RecordSheets, names: readonly Sheet[]): string[] {
  return sheets.objects().flatMap((object) => names.flatMap((sheet) => [...sheets.items(object, sheet).keys()]));
}
