import type { Value, ValueRow } from '../../../records/fieldValue.js';
import type { FieldDescribe } from '../../../records/objectDescribe.js';
import type { RecordFacts } from '../../records/recordFacts.js';
import type { RecordSheets, Sheet } from '../../records/recordSheet.js';
import type { RecordItem } from '../../rollbackPlan.js';

/** What one step does with one row. */
export interface RowWork {
  /** Sheet and Id: a row has one work a sheet. */
  readonly key: string;
  readonly object: string;
  readonly sheet: Sheet;
  readonly item: RecordItem;
}

/** Sheets that write values of a row that lives, or lives again. */
const WRITES: readonly Sheet[] = [
  'release',
  'park',
  'neutral',
  'parkBack',
  'neutralBack',
  'update',
  'finish',
  'recheck',
  'deactivate',
];

export function workKey(sheet: Sheet, id: string): string {
  return `${sheet}:${id}`;
}

/** Every work of a record lane, to be asked by row. */
export class RowWorks {
  public readonly all: readonly RowWork[];
  private readonly bySheet = new Map<Sheet, Map<string, RowWork>>();

  public constructor(
    sheets: RecordSheets,
    private readonly facts: RecordFacts,
    /** Changed rows as they are now, those in the bin too. */
    private readonly now: ReadonlyMap<string, ValueRow>
  ) {
    this.all = [...sheets.all()].flatMap(({ object, sheet, items }) =>
      items.map((item) => ({ key: workKey(sheet, item.id), object, sheet, item }))
    );
    for (const work of this.all) {
      const ofSheet = this.bySheet.get(work.sheet) ?? new Map<string, RowWork>();
      this.bySheet.set(work.sheet, ofSheet.set(work.item.id, work));
    }
  }

  public at(sheet: Sheet, id: string | null | undefined): RowWork | undefined {
    return id ? this.bySheet.get(sheet)?.get(id) : undefined;
  }

  public in(...sheets: readonly Sheet[]): RowWork[] {
    return this.all.filter(({ sheet }) => sheets.includes(sheet));
  }

  public writes(): RowWork[] {
    return this.in(...WRITES);
  }

  /** The work that brings a row back. */
  public returning(id: string | null | undefined): RowWork | undefined {
    return this.at('undelete', id) ?? this.at('insert', id);
  }

  /** The work that takes a row away. */
  public going(id: string | null | undefined): RowWork | undefined {
    return this.at('delete', id) ?? this.at('sweep', id);
  }

  /** Whether a row that goes is turned away from what a lookup of it names before it goes. */
  public letsGo(id: string, field: string): boolean {
    return field in (this.at('release', id)?.item.after ?? {});
  }

  /** What the row holds now, or held when it was deleted. */
  public valuesNow(work: RowWork): ValueRow {
    return { ...(work.item.after ?? {}), ...work.item.before, ...this.now.get(work.item.id) };
  }

  /** One of them. */
  public valueNow({ item }: RowWork, field: string): Value | undefined {
    return [this.now.get(item.id), item.before, item.after].find((row) => row && field in row)?.[field];
  }

  /** Whether there is a work of one of these sheets. */
  public has(...sheets: readonly Sheet[]): boolean {
    return sheets.some((sheet) => this.bySheet.has(sheet));
  }

  public fields(object: string): readonly FieldDescribe[] {
    return this.facts.describes.get(object)?.fields ?? [];
  }

  public field(object: string, name: string): FieldDescribe | undefined {
    return this.fields(object).find((field) => field.name === name);
  }

  /** Works that take this row along: those of its masters that go, at any height. */
  public goneWith(work: RowWork): Set<RowWork> {
    return this.above(
      work,
      (field) => field.cascadeDelete,
      (id) => this.going(id)
    );
  }

  /** Works whose undelete brings this row along, besides its own: those of its masters that come back, at any height. */
  public broughtBy(work: RowWork): Set<RowWork> {
    return this.aboveReturning(work, (field) => field.cascadeDelete);
  }

  /**
   * Works without which this row cannot be back: those that bring it along and those of rows it must point to, at any height, also through
   * rows that never belonged and go again.
   */
  public waitsFor(work: RowWork): Set<RowWork> {
    return this.aboveReturning(work, (field) => field.cascadeDelete || !field.nillable);
  }

  private aboveReturning(work: RowWork, ties: (field: FieldDescribe) => boolean): Set<RowWork> {
    const above = this.above(work, ties, (id) => this.returning(id) ?? this.at('sweep', id));
    return new Set([...above].filter(({ sheet }) => sheet !== 'sweep'));
  }

  private above(
    work: RowWork,
    ties: (field: FieldDescribe) => boolean,
    next: (id: string) => RowWork | undefined
  ): Set<RowWork> {
    const found = new Set<RowWork>();
    const open = [work];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const values = this.valuesNow(at);
      for (const field of this.fields(at.object)) {
        const target = field.type === 'reference' && ties(field) ? values[field.name] : undefined;
        const master = target ? next(target) : undefined;
        if (!master || master === work || found.has(master)) continue;
        found.add(master);
        open.push(master);
      }
    }
    return found;
  }
}
