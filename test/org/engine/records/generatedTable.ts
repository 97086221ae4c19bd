import type { FieldValue, ObjectSchema, Row } from '../contracts.js';
import { generatedColumn, pickOf, type GeneratedColumn } from './generatedColumns.js';
import { GeneratedLines, type LineDialect } from './generatedLines.js';
import { GeneratedIds, mostGenerated } from './generatedIds.js';

export interface GeneratedRowsRequest {
  readonly rows: number;
  /** The same seed gives the same rows. */
  readonly seed: string;
  /** Ids that lookups may point to, by field. */
  readonly references?: Readonly<Record<string, readonly string[]>>;
}

/** Rows that are not kept but made up whenever somebody looks. They never change: what is written later lies over them. */
export class GeneratedTable {
  public readonly count: number;
  private readonly ids: GeneratedIds;
  private readonly columns: ReadonlyMap<string, GeneratedColumn>;

  public constructor(
    private readonly object: ObjectSchema,
    request: GeneratedRowsRequest,
    surroundings: { readonly newest: number; readonly userIds: readonly string[] }
  ) {
    if (request.rows > mostGenerated) throw new Error(`at most ${mostGenerated} rows can be generated`);
    this.count = request.rows;
    const ids = new GeneratedIds(object.keyPrefix);
    this.ids = ids;
    const seed = {
      ...surroundings,
      seed: request.seed,
      references: request.references ?? {},
      idAt: (index: number) => ids.at(index),
      indexOfId: (id: string) => ids.indexOf(id),
    };
    this.columns = new Map(object.fields.map((field) => [field.name, generatedColumn(field, seed)]));
  }

  public idAt(index: number): string {
    return this.ids.at(index);
  }

  /** -1 for an id that is none of this table's. */
  public indexOf(id: string): number {
    const index = this.ids.indexOf(id);
    return index < this.count ? index : -1;
  }

  /** The row with all its fields, or with `Id`, `IsDeleted` and the named ones only. */
  public rowAt(index: number, names: Iterable<string> = this.columns.keys()): Row {
    const row: Row = { Id: this.ids.at(index), IsDeleted: false };
    for (const name of names) row[name] = this.valueAt(name, index);
    return row;
  }

  /** Numbers of the rows whose field has this value; text is compared without case. */
  public indexesWith(field: string, value: FieldValue): number[] {
    const column = this.columns.get(field);
    if (column === undefined) return [];
    if (column.kind === 'own') {
      const index = column.indexOf(value);
      return index >= 0 && index < this.count && same(column.of(index), value) ? [index] : [];
    }
    const wanted = new Set(column.values.flatMap((one, place) => (same(one, value) ? [place] : [])));
    const found: number[] = [];
    if (wanted.size === 0) return found;
    for (let index = 0; index < this.count; index++)
      if (wanted.has(pickOf(index, column.salt, column.values.length))) found.push(index);
    return found;
  }

  /**
   * Which rows' value of a field passes a test, by row number; `none`: no row's; `unknown`: each row has a value of its own
   * and has to be looked at.
   */
  public narrowed(
    field: string,
    test: (value: FieldValue) => boolean
  ): ((index: number) => boolean) | 'none' | 'unknown' {
    const column = this.columns.get(field);
    if (column?.kind !== 'picked') return 'unknown';
    const { values, salt } = column;
    const passes = values.map(test);
    if (!passes.includes(true)) return 'none';
    return (index) => passes[pickOf(index, salt, values.length)] === true;
  }

  /** How rows are written as CSV lines of these fields. */
  public lineWriter(names: readonly string[], dialect: LineDialect): GeneratedLines {
    return new GeneratedLines(
      names.map((name) => {
        const field = this.object.fields.find((candidate) => candidate.name === name);
        return { field, column: this.columns.get(name) };
      }),
      dialect
    );
  }

  private valueAt(name: string, index: number): FieldValue {
    const column = this.columns.get(name);
    if (column === undefined) return null;
    return column.kind === 'own'
      ? column.of(index)
      : (column.values[pickOf(index, column.salt, column.values.length)] ?? null);
  }
}

function same(left: FieldValue, right: FieldValue): boolean {
  return (
    left === right || (left !== null && right !== null && String(left).toLowerCase() === String(right).toLowerCase())
  );
}
