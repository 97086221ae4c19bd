import { comparable, type Value, type ValueRow } from './fieldValue.js';
import type { FieldDescribe } from './objectDescribe.js';

/** Texts of a field that are remembered, and how long they may be. */
const MOST_TEXTS = 1024;
const MOST_LENGTH = 255;

/** One field of a form, with texts that were seen before and what they are in comparable form. */
export class Cell {
  private seen: Map<string, Value> | undefined = new Map();
  private hits = 0;

  public constructor(public readonly field: FieldDescribe) {}

  public value(raw: unknown): Value {
    const { seen } = this;
    if (!seen || typeof raw !== 'string' || raw.length > MOST_LENGTH) return comparable(this.field, raw);
    const known = seen.get(raw);
    if (known !== undefined) {
      this.hits += 1;
      return known;
    }
    const value = comparable(this.field, raw);
    if (seen.size >= MOST_TEXTS) this.startAnew(seen);
    seen.set(raw, value);
    return value;
  }

  /** A field of which every row has a text of its own is not worth remembering. */
  private startAnew(seen: Map<string, Value>): void {
    if (this.hits < seen.size) this.seen = undefined;
    seen.clear();
    this.hits = 0;
  }
}

/**
 * Makes rows of one object comparable, many of them in little room: all rows of a form have one shape, as objects that grow
 * field by field have not, and cells that hold what others held share its text.
 */
export class RowForm {
  private readonly cells: readonly Cell[];
  private shape: { readonly cells: readonly Cell[]; readonly empty: ValueRow } | undefined;

  public constructor(fields: readonly FieldDescribe[]) {
    this.cells = fields.map((field) => new Cell(field));
  }

  /** A raw row in comparable form. A field the row lacks is left out, never null. */
  public row(raw: Readonly<Record<string, unknown>>): ValueRow {
    const { cells, empty } = this.shapeOf(raw);
    const row: Record<string, Value> = { ...empty };
    for (const cell of cells) row[cell.field.name] = cell.value(raw[cell.field.name]);
    return row;
  }

  /** Rows of one answer mostly have the same fields. */
  private shapeOf(raw: Readonly<Record<string, unknown>>): NonNullable<RowForm['shape']> {
    const known = this.shape;
    if (known && this.cells.every((cell) => cell.field.name in raw === cell.field.name in known.empty)) return known;
    const cells = this.cells.filter(({ field }) => field.name in raw);
    this.shape = { cells, empty: emptyRow(cells.map(({ field }) => field.name)) };
    return this.shape;
  }
}

/** A row to be copied. What is made of JSON has a shape that its copies share. */
export function emptyRow(names: readonly string[]): ValueRow {
  return JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))) as ValueRow;
}

/** The row, with the texts of another one where both hold the same: what is kept twice takes room once. */
export function sharingTexts(row: ValueRow, other: ValueRow): ValueRow {
  const shared: Record<string, Value> = { ...row };
  for (const name of Object.keys(row)) if (row[name] === other[name]) shared[name] = other[name] as Value;
  return shared;
}
