import { OrgError, type ObjectSchema, type OpLogEntry, type OrgUser, type Row } from '../contracts.js';
import type { BinEntry, RowStore } from './rowStore.js';

type RecordOperation = Extract<OpLogEntry, { kind: 'recordWrite' }>['operation'];

export interface Savepoint {
  readonly undo: number;
  readonly log: number;
  readonly changes: number;
}

/**
 * One transaction of the org: one user, one stamp, and everything can be taken back to a savepoint.
 * The op log hears of it only at the commit.
 */
export class Transaction {
  private readonly undo: Array<() => void> = [];
  private readonly log: OpLogEntry[] = [];
  /** What was written, in order, for those who follow a write with others of their own. */
  public readonly changes: Array<{
    readonly object: ObjectSchema;
    readonly before: Row | undefined;
    readonly after: Row | undefined;
  }> = [];
  private touched: { readonly name: string; readonly setup: boolean } | undefined;

  public constructor(
    private readonly store: RowStore,
    public readonly user: OrgUser,
    public readonly stamp: string,
    /** The client accepts duplicates that a rule only warns of. */
    public readonly allowSave = false
  ) {}

  /** Setup objects and others may not be written in one transaction. */
  public touch(object: ObjectSchema): void {
    const setup = object.setup ?? false;
    if (this.touched === undefined) {
      this.touched = { name: object.name, setup };
    } else if (this.touched.setup !== setup) {
      throw new OrgError(
        'MIXED_DML_OPERATION',
        `DML operation on setup object is not permitted after you have updated a non-setup object (or vice versa): ${object.name}, original object: ${this.touched.name}`
      );
    }
  }

  public put(object: ObjectSchema, row: Row, operation: RecordOperation, fields?: readonly string[]): void {
    const id = String(row['Id']);
    const before = this.store.get(object.name, id);
    this.undo.push(() =>
      before === undefined ? this.store.remove(object.name, id) : this.store.put(object.name, before)
    );
    this.store.put(object.name, row);
    this.changes.push({ object, before, after: row });
    this.note(object, id, operation, fields);
  }

  /** Takes the row away for good (custom settings have no bin). */
  public remove(object: ObjectSchema, row: Row): void {
    const id = String(row['Id']);
    this.undo.push(() => this.store.put(object.name, row));
    this.store.remove(object.name, id);
    this.changes.push({ object, before: row, after: undefined });
    this.note(object, id, 'delete');
  }

  public setBinEntry(id: string, entry: BinEntry | undefined): void {
    const before = this.store.binEntry(id);
    this.undo.push(() => this.store.setBinEntry(id, before));
    this.store.setBinEntry(id, entry);
  }

  /** For writes outside the record store: how to take one back. */
  public onRollback(undo: () => void): void {
    this.undo.push(undo);
  }

  public savepoint(): Savepoint {
    return { undo: this.undo.length, log: this.log.length, changes: this.changes.length };
  }

  public rollbackTo(savepoint: Savepoint): void {
    while (this.undo.length > savepoint.undo) this.undo.pop()?.();
    this.log.length = savepoint.log;
    this.changes.length = savepoint.changes;
  }

  public commit(append: (entry: OpLogEntry) => void): void {
    for (const entry of this.log) append(entry);
    this.undo.length = 0;
    this.log.length = 0;
    this.changes.length = 0;
  }

  private note(object: ObjectSchema, id: string, operation: RecordOperation, fields?: readonly string[]): void {
    this.log.push({
      kind: 'recordWrite',
      at: this.stamp,
      user: this.user.id,
      operation,
      object: object.name,
      id,
      ...(fields === undefined ? {} : { fields }),
    });
  }
}
