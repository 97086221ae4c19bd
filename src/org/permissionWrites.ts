import { parentKeyText, permissionKeyText } from '../permissions/permissionRow.js';
import { scopeOfRows } from '../permissions/permissionScope.js';
import { soqlText } from '../records/soql.js';
import type { OrgHttp } from './orgHttp.js';
import type { KnownParent } from './permissionNames.js';
import type { PermissionBook } from './permissionBook.js';
import type { PermissionRows } from './permissionRows.js';
import { fieldsThatName, objectOf, valuesOf } from './permissionRecord.js';
import type { PermissionRecord, PermissionWrite, PermissionWriter } from './ports/permissions.js';
import type { RowResult } from './ports/records.js';
import { askTogether } from './requestBatch.js';
import { sendRows, type RowCall } from './rowCalls.js';

/**
 * Writes of permission rows by sObject Collections, each row on its own. Rows are known by their names, looked up just
 * before.
 */
export class PermissionWrites implements PermissionWriter {
  public constructor(
    private readonly http: OrgHttp,
    private readonly rows: PermissionRows
  ) {}

  public async writePermissions(waves: ReadonlyArray<readonly PermissionWrite[]>): Promise<RowResult[][]> {
    const writes = waves.flat();
    if (writes.length === 0) return waves.map(() => []);
    const book = await this.rows.justRead(writes, scopeOfRows(writes));
    const users = await this.userIds(writes);
    const results: RowResult[] = writes.map(() => ({ id: '', success: true }));
    let first = 0;
    const calls = waves.map((wave) => {
      const own = this.callsOf(wave, first, book, users, results);
      first += wave.length;
      return own;
    });
    for (const { at, code, message } of await sendRows(this.http, calls))
      results[at] = { id: '', success: false, code, message };
    let taken = 0;
    return waves.map((wave) => results.slice(taken, (taken += wave.length)));
  }

  public async permissionRecords(writes: readonly PermissionWrite[]): Promise<Array<PermissionRecord | undefined>> {
    if (writes.length === 0) return [];
    const book = await this.rows.read(scopeOfRows(writes));
    const users = await this.userIds(writes);
    return writes.map((write) => {
      const parent = book.parents.get(parentKeyText(write.parent));
      if (!parent) return undefined;
      if (write.kind === 'UserPermission')
        return {
          object: parent.kind === 'Profile' ? 'Profile' : 'PermissionSet',
          names: { Id: parent.ownId },
          values: { [`Permissions${write.target}`]: write.grants.length > 0 },
        };
      const named = fieldsThatName(write, parent, book, this.idOf(write, users));
      return named && { object: objectOf(write.kind), names: named, values: valuesOf(write, book) };
    });
  }

  private idOf(write: PermissionWrite, users: ReadonlyMap<string, string>): string | undefined {
    return write.kind === 'User' ? users.get(write.target.toLowerCase()) : this.rows.entityId(write.kind, write.target);
  }

  /** What one wave takes. Writes that cannot be made are refused in `results`; their places begin with `first`. */
  private callsOf(
    wave: readonly PermissionWrite[],
    first: number,
    book: PermissionBook,
    users: ReadonlyMap<string, string>,
    results: RowResult[]
  ): RowCall[] {
    const calls: RowCall[] = [];
    const columns = new Map<string, { parent: KnownParent; values: Record<string, unknown>; writes: number[] }>();
    for (const [n, write] of wave.entries()) {
      const at = first + n;
      const parent = book.parents.get(parentKeyText(write.parent));
      const refuse = (code: string, message: string): void => {
        results[at] = { id: '', success: false, code, message };
      };
      if (!parent) refuse('PARENT_GONE', `the org has no ${write.parent.kind} ${write.parent.name} any more`);
      else if (write.kind === 'UserPermission') {
        const known = columns.get(parent.ownId) ?? { parent, values: {}, writes: [] };
        known.values[`Permissions${write.target}`] = write.grants.length > 0;
        known.writes.push(at);
        columns.set(parent.ownId, known);
      } else {
        const call = rowCall(write, parent, book, this.idOf(write, users), at);
        if (typeof call === 'string') refuse('TARGET_GONE', call);
        else if (call) calls.push(call);
      }
    }
    for (const { parent, values, writes } of columns.values())
      calls.push({
        action: 'update',
        // The set that a profile owns can only be read; the profile has the same columns (Object Reference: Profile).
        object: parent.kind === 'Profile' ? 'Profile' : 'PermissionSet',
        id: parent.ownId,
        values,
        writes,
      });
    return calls;
  }

  /** Ids of the users that the writes name, by their names in lower case. */
  private async userIds(writes: readonly PermissionWrite[]): Promise<Map<string, string>> {
    const names = writes.filter(({ kind }) => kind === 'User').map(({ target }) => target);
    const queries =
      names.length === 0
        ? []
        : [
            {
              soql: `SELECT Id, Username FROM User WHERE Username IN (${[...new Set(names)].map(soqlText).join(',')})`,
            },
          ];
    const { rows } = await askTogether(this.http, [], queries);
    return new Map(rows.flat().map((row) => [String(row.Username).toLowerCase(), String(row.Id)]));
  }
}

/** The row to create, change or delete; undefined when nothing is to be done, a text when it cannot be. */
function rowCall(
  write: PermissionWrite,
  parent: KnownParent,
  book: PermissionBook,
  id: string | undefined,
  at: number
): RowCall | string | undefined {
  const object = objectOf(write.kind);
  const place = book.places.get(permissionKeyText(write));
  if (write.grants.length === 0) return place && { action: 'delete', object, id: place.id, values: {}, writes: [at] };
  const values = valuesOf(write, book);
  if (place) {
    // Access, membership and assignment are there or not: nothing of them can be changed.
    return Object.keys(values).length === 0
      ? undefined
      : { action: 'update', object, id: place.id, values, writes: [at] };
  }
  const named = fieldsThatName(write, parent, book, id);
  return named
    ? { action: 'insert', object, id: undefined, values: { ...named, ...values }, writes: [at] }
    : `the org has no ${write.kind} ${write.target} any more`;
}
