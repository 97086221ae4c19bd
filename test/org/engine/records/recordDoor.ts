import {
  OrgError,
  type ObjectSchema,
  type OpLog,
  type OrgClock,
  type OrgUser,
  type Row,
  type FieldValue,
} from '../contracts.js';
import { instantOf, restDateTime } from '../clock.js';
import { to18 } from '../ids.js';
import { FirstTryLocks } from './firstTryLocks.js';
import { UnhandledTrigger } from './unhandledTrigger.js';
import { RecordWrites, type WriteSurroundings } from './recordWrites.js';
import { blankRow, type Sent } from './saveRules.js';
import { Transaction } from './transaction.js';

export type WriteRequest =
  | { readonly operation: 'insert'; readonly object: string; readonly values: Sent }
  | { readonly operation: 'update'; readonly object?: string | undefined; readonly id: string; readonly values: Sent }
  | {
      readonly operation: 'upsert';
      readonly object: string;
      readonly keyField: string;
      readonly key: unknown;
      readonly values: Sent;
    }
  | { readonly operation: 'delete'; readonly object?: string | undefined; readonly id: string }
  | { readonly operation: 'undelete'; readonly id: string }
  | { readonly operation: 'purge'; readonly id: string };

export type WriteResult =
  | { readonly success: true; readonly id: string; readonly created: boolean }
  | { readonly success: false; readonly id: string | undefined; readonly error: OrgError };

export interface WriteOptions {
  /** Duplicate rules that only warn do not refuse. */
  readonly allowSave?: boolean;
}

/** A row to lay into the org as it is: with its id, its stamps and its auto-number. */
export type SeedRow = Readonly<Record<string, FieldValue>> & { readonly Id: string };

/**
 * The one door through which records change. Each call is one transaction with one stamp, made by one user;
 * rows that are refused leave no trace. `seed` alone goes past the rules, to set the scene of a test.
 */
export class RecordDoor {
  private readonly writes: RecordWrites;
  private readonly locks = new FirstTryLocks();
  private shared: Transaction | undefined;

  public constructor(
    private readonly org: WriteSurroundings,
    private readonly clock: OrgClock,
    private readonly opLog: OpLog,
    private readonly seedUserId: string
  ) {
    this.writes = new RecordWrites(org);
  }

  /** Does all requests in one transaction. Refused rows are in the results; with `allOrNone` one refusal takes everything back. */
  public write(
    user: OrgUser,
    requests: readonly WriteRequest[],
    allOrNone = false,
    options: WriteOptions = {}
  ): WriteResult[] {
    const shared = this.shared;
    if (shared === undefined) this.clock.advance(1000);
    const transaction = shared ?? new Transaction(this.org.store, user, this.clock.now(), options.allowSave);
    const start = transaction.savepoint();
    const results = requests.map((request) => this.attempt(transaction, request));
    const thrown = results.find((result) => !result.success && result.error instanceof UnhandledTrigger);
    if (thrown !== undefined && !thrown.success) {
      transaction.rollbackTo(start);
      return requests.map((request) => ({ success: false, id: idOf(request), error: thrown.error }));
    }
    if (allOrNone && results.some((result) => !result.success)) {
      transaction.rollbackTo(start);
      return results.map((result, index) =>
        result.success ? { success: false, id: idOf(requests[index]), error: rolledBack() } : result
      );
    }
    if (shared === undefined) transaction.commit((entry) => this.opLog.append(entry));
    return results;
  }

  /** Runs several writes as one transaction; when the work says no, nothing of it stays. */
  public async together(user: OrgUser, work: () => Promise<boolean>): Promise<boolean> {
    this.clock.advance(1000);
    const transaction = new Transaction(this.org.store, user, this.clock.now());
    const start = transaction.savepoint();
    this.shared = transaction;
    try {
      const keep = await work();
      if (!keep) transaction.rollbackTo(start);
      return keep;
    } finally {
      this.shared = undefined;
      transaction.commit((entry) => this.opLog.append(entry));
    }
  }

  /** One write that either succeeds or throws the org's refusal. */
  public writeOne(
    user: OrgUser,
    request: WriteRequest,
    options: WriteOptions = {}
  ): { readonly id: string; readonly created: boolean } {
    const [result] = this.write(user, [request], false, options);
    if (result === undefined) throw new Error('a write without a result');
    if (!result.success) throw result.error;
    return result;
  }

  /** Lays rows into the org as given. Missing fields get their defaults, missing stamps the org's present time. Not logged. */
  public seed(objectName: string, rows: readonly SeedRow[]): void {
    const object = this.org.schema.get(objectName);
    if (object === undefined) throw new Error(`no such object: ${objectName}`);
    for (const row of rows) this.org.store.put(object.name, this.seeded(object, row));
  }

  /** What background jobs of the platform do: SystemModstamp moves, LastModifiedDate and the log do not. */
  public moveStamps(objectName: string, ids: readonly string[]): void {
    this.clock.advance(1000);
    for (const id of ids) {
      const row = this.org.store.get(objectName, to18(id) ?? id);
      if (row === undefined) throw new Error(`no such row: ${objectName} ${id}`);
      this.org.store.put(objectName, { ...row, SystemModstamp: this.clock.now() });
    }
  }

  private seeded(object: ObjectSchema, given: SeedRow): Row {
    const row = blankRow(object);
    for (const [name, value] of Object.entries(given)) {
      const field = object.fields.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
      if (field === undefined) throw new Error(`${object.name} has no field ${name}`);
      const isId = field.type === 'id' || field.type === 'reference';
      if (isId && typeof value === 'string' && to18(value) === undefined)
        throw new Error(`${object.name}.${name} is not an id: ${value}`);
      const instant = field.type === 'datetime' && typeof value === 'string' ? restDateTime(instantOf(value)) : value;
      row[field.name] = isId && typeof value === 'string' ? (to18(value) ?? value) : instant;
    }
    const has = (name: string): boolean => object.fields.some((field) => field.name === name);
    for (const name of ['CreatedDate', 'LastModifiedDate', 'SystemModstamp']) {
      if (has(name) && (row[name] ?? null) === null)
        row[name] = (name === 'SystemModstamp' ? row['LastModifiedDate'] : null) ?? this.clock.now();
    }
    for (const name of ['CreatedById', 'LastModifiedById', 'OwnerId']) {
      if (has(name) && (row[name] ?? null) === null) row[name] = this.seedUserId;
    }
    return row;
  }

  private attempt(transaction: Transaction, request: WriteRequest): WriteResult {
    const before = transaction.savepoint();
    try {
      if (this.org.firstTryLocks()) this.locks.check('id' in request ? (idOf(request) ?? '') : '');
      const result = this.perform(transaction, request);
      this.org.rollUps.refresh(this.org.schema, this.org.store, transaction, before.changes);
      return result;
    } catch (error) {
      if (!(error instanceof OrgError)) throw error;
      transaction.rollbackTo(before);
      return { success: false, id: idOf(request), error };
    }
  }

  private perform(transaction: Transaction, request: WriteRequest): WriteResult {
    switch (request.operation) {
      case 'insert':
        return { success: true, id: this.writes.insert(transaction, request.object, request.values), created: true };
      case 'update':
        return {
          success: true,
          id: this.writes.update(transaction, request.object, request.id, request.values),
          created: false,
        };
      case 'upsert':
        return {
          success: true,
          ...this.writes.upsert(transaction, request.object, request.keyField, request.key, request.values),
        };
      case 'delete':
        return { success: true, id: this.writes.delete(transaction, request.object, request.id), created: false };
      case 'undelete':
        return { success: true, id: this.writes.undelete(transaction, request.id), created: false };
      case 'purge':
        return { success: true, id: this.writes.purge(transaction, request.id), created: false };
    }
  }
}

function idOf(request: WriteRequest | undefined): string | undefined {
  return request !== undefined && 'id' in request ? (to18(request.id) ?? request.id) : undefined;
}

function rolledBack(): OrgError {
  return new OrgError(
    'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    'Record rolled back because not all records were valid and the request was using AllOrNone header'
  );
}
