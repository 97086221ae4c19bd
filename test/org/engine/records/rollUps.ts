import type { FieldValue, ObjectSchema, Row } from '../contracts.js';
import type { SchemaStore } from '../schema/schemaStore.js';
import type { RowStore } from './rowStore.js';
import type { Transaction } from './transaction.js';

/** A roll-up summary field of a parent over its living children. */
export interface RollUp {
  readonly parent: string;
  /** The field of the parent; declare it as calculated, so that nobody writes it. */
  readonly field: string;
  readonly child: string;
  /** The child's lookup to the parent. */
  readonly link: string;
  readonly operation: 'COUNT' | 'SUM' | 'MIN' | 'MAX';
  /** The child's field that is summed or compared; not for COUNT. */
  readonly of?: string;
}

/** The roll-ups of an org. They follow every write in its own transaction, through as many levels as there are. */
export class RollUps {
  private readonly all: RollUp[] = [];

  public add(rollUp: RollUp): void {
    this.all.push(rollUp);
  }

  /** Brings the parents of what the transaction has written up to date. Their SystemModstamp moves, nothing else of their audit. */
  public refresh(schema: SchemaStore, store: RowStore, transaction: Transaction, from: number): void {
    // Parents that change are writes too, and are looked at in their turn.
    for (let index = from; index < transaction.changes.length; index++) {
      const change = transaction.changes[index];
      if (change === undefined) continue;
      for (const rollUp of this.all) {
        if (rollUp.child !== change.object.name) continue;
        const parents = new Set([change.before?.[rollUp.link], change.after?.[rollUp.link]]);
        for (const id of parents)
          if (typeof id === 'string') this.renew(rollUp, schema.get(rollUp.parent), store, transaction, id);
      }
    }
  }

  private renew(
    rollUp: RollUp,
    object: ObjectSchema | undefined,
    store: RowStore,
    transaction: Transaction,
    id: string
  ): void {
    const row = object === undefined ? undefined : store.get(object.name, id);
    if (object === undefined || row === undefined || row['IsDeleted'] === true) return;
    const value = valueOf(rollUp, store, id);
    if (value === (row[rollUp.field] ?? null)) return;
    transaction.put(object, { ...row, [rollUp.field]: value, SystemModstamp: transaction.stamp }, 'rollUp', [
      rollUp.field,
    ]);
  }
}

function valueOf(rollUp: RollUp, store: RowStore, parentId: string): FieldValue {
  const children: Row[] = store
    .rowsWith(rollUp.child, rollUp.link, parentId)
    .filter((row) => row['IsDeleted'] !== true);
  if (rollUp.operation === 'COUNT') return children.length;
  const values = children.map((row) => row[rollUp.of ?? ''] ?? null).filter((value) => value !== null);
  if (rollUp.operation === 'SUM') return values.reduce<number>((sum, value) => sum + Number(value), 0);
  const sign = rollUp.operation === 'MAX' ? 1 : -1;
  return values.reduce<FieldValue>(
    (best, value) => (best === null || (value > best ? 1 : -1) * sign > 0 ? value : best),
    null
  );
}
