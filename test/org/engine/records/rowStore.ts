import type { FieldSchema, FieldValue, ObjectSchema, Row } from '../contracts.js';
import type { GeneratedTable } from './generatedTable.js';
import type { SchemaListener } from '../schema/schemaStore.js';

/** What the bin knows of a deleted row. */
export interface BinEntry {
  /** The record whose deletion took this one along; its own id when it was deleted by name. */
  readonly root: string;
  readonly deletedAt: string;
  /** Lookups of living rows that this deletion blanked. */
  readonly blanked: ReadonlyArray<{ readonly object: string; readonly id: string; readonly field: string }>;
  /** Emptied from the bin: still in queryAll, never to come back. */
  readonly purged: boolean;
}

interface Table {
  readonly rows: Map<string, Row>;
  readonly indexes: Map<string, Map<string, Set<string>>>;
}

/** Rows by object and id, deleted ones included, with indexes made when first asked for. Knows no rules. */
export class RowStore implements SchemaListener {
  private readonly tables = new Map<string, Table>();
  private readonly generated = new Map<string, GeneratedTable>();
  /** Generated rows that are gone for good. */
  private readonly gone = new Set<string>();
  private readonly bin = new Map<string, BinEntry>();

  public get(objectName: string, id: string): Row | undefined {
    return this.tables.get(objectName)?.rows.get(id) ?? this.generatedRow(objectName, id);
  }

  /** Lays generated rows under the stored ones. */
  public putGenerated(objectName: string, table: GeneratedTable): void {
    this.generated.set(objectName, table);
  }

  public generatedTable(objectName: string): GeneratedTable | undefined {
    return this.generated.get(objectName);
  }

  /** Rows that are kept, without those that are only generated. Deleted rows included. */
  public storedRows(objectName: string): Iterable<Row> {
    return this.tables.get(objectName)?.rows.values() ?? [];
  }

  /** True when a generated row was taken away for good. */
  public hasGone(): boolean {
    return this.gone.size > 0;
  }

  /** All rows, deleted ones included, in no promised order. */
  public rows(objectName: string): Iterable<Row> {
    const table = this.generated.get(objectName);
    return table === undefined ? this.storedRows(objectName) : this.bothRows(objectName, table);
  }

  public binEntry(id: string): BinEntry | undefined {
    return this.bin.get(id);
  }

  public binEntries(): Iterable<[string, BinEntry]> {
    return this.bin.entries();
  }

  public setBinEntry(id: string, entry: BinEntry | undefined): void {
    if (entry === undefined) this.bin.delete(id);
    else this.bin.set(id, entry);
  }

  /** Puts the row in place of the one with its id. The row must not be changed afterwards. */
  public put(objectName: string, row: Row): void {
    const table = this.table(objectName);
    const id = String(row['Id']);
    const before = table.rows.get(id);
    this.gone.delete(id);
    for (const [field, index] of table.indexes) {
      if (before !== undefined) index.get(indexKey(before[field]))?.delete(id);
      addTo(index, indexKey(row[field]), id);
    }
    table.rows.set(id, row);
  }

  public remove(objectName: string, id: string): void {
    const table = this.tables.get(objectName);
    if ((this.generated.get(objectName)?.indexOf(id) ?? -1) >= 0) this.gone.add(id);
    const before = table?.rows.get(id);
    if (table === undefined || before === undefined) return;
    for (const [field, index] of table.indexes) index.get(indexKey(before[field]))?.delete(id);
    table.rows.delete(id);
  }

  /** Rows whose field holds this value, text compared without case. Deleted rows included. */
  public rowsWith(objectName: string, field: string, value: FieldValue): Row[] {
    return [...this.storedRowsWith(objectName, field, value), ...this.generatedRowsWith(objectName, field, value)];
  }

  private storedRowsWith(objectName: string, field: string, value: FieldValue): Row[] {
    const table = this.tables.get(objectName);
    if (table === undefined) return [];
    let index = table.indexes.get(field);
    if (index === undefined) {
      index = new Map();
      for (const [id, row] of table.rows) addTo(index, indexKey(row[field]), id);
      table.indexes.set(field, index);
    }
    return [...(index.get(indexKey(value)) ?? [])].map((id) => table.rows.get(id) as Row);
  }

  public objectRemoved(object: ObjectSchema): void {
    this.tables.delete(object.name);
    this.generated.delete(object.name);
  }

  public fieldPut(object: ObjectSchema, field: FieldSchema, before: FieldSchema | undefined): void {
    if (before !== undefined) return;
    const value = field.defaultValue ?? (field.type === 'boolean' ? false : null);
    this.rewrite(object.name, (row) => ({ ...row, [field.name]: value }));
  }

  public fieldRemoved(object: ObjectSchema, field: FieldSchema): void {
    this.tables.get(object.name)?.indexes.delete(field.name);
    this.rewrite(object.name, (row) => {
      const { [field.name]: _gone, ...rest } = row;
      return rest;
    });
  }

  private generatedRow(objectName: string, id: string): Row | undefined {
    const table = this.generated.get(objectName);
    const index = table?.indexOf(id) ?? -1;
    return index < 0 || this.gone.has(id) ? undefined : table?.rowAt(index);
  }

  private generatedRowsWith(objectName: string, field: string, value: FieldValue): Row[] {
    const table = this.generated.get(objectName);
    if (table === undefined) return [];
    return table
      .indexesWith(field, value)
      .filter((index) => !this.isCovered(objectName, table.idAt(index)))
      .map((index) => table.rowAt(index));
  }

  private *bothRows(objectName: string, table: GeneratedTable): Iterable<Row> {
    for (let index = 0; index < table.count; index++)
      if (!this.isCovered(objectName, table.idAt(index))) yield table.rowAt(index);
    yield* this.storedRows(objectName);
  }

  private isCovered(objectName: string, id: string): boolean {
    return this.gone.has(id) || this.tables.get(objectName)?.rows.has(id) === true;
  }

  private rewrite(objectName: string, change: (row: Row) => Row): void {
    const table = this.tables.get(objectName);
    if (table === undefined) return;
    for (const [id, row] of table.rows) table.rows.set(id, change(row));
  }

  private table(objectName: string): Table {
    let table = this.tables.get(objectName);
    if (table === undefined) {
      table = { rows: new Map(), indexes: new Map() };
      this.tables.set(objectName, table);
    }
    return table;
  }
}

function indexKey(value: FieldValue | undefined): string {
  return value === null || value === undefined ? '' : String(value).toLowerCase();
}

function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}
