import { parentKeyText, permissionKeyText } from '../permissions/permissionRow.js';
import { scopeOfRows } from '../permissions/permissionScope.js';
import { soqlText } from '../records/soql.js';
import type { OrgHttp } from './orgHttp.js';
import type { KnownParent } from './permissionNames.js';
import type { PermissionBook } from './permissionBook.js';
import type { PermissionRows } from './permissionRows.js';
import type { PermissionWrite, PermissionWriter, RowResult } from './ports.js';
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
        const id =
          write.kind === 'User' ? users.get(write.target.toLowerCase()) : this.rows.entityId(write.kind, write.target);
        const call = rowCall(write, parent, book, id, at);
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

  /** Ids of users who are to be assigned, by their names in lower case. */
  private async userIds(writes: readonly PermissionWrite[]): Promise<Map<string, string>> {
    const names = writes.filter(({ kind, grants }) => kind === 'User' && grants.length > 0).map(({ target }) => target);
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

const OBJECT_OF_KIND: Readonly<Record<string, string>> = {
  Object: 'ObjectPermissions',
  Field: 'FieldPermissions',
  Tab: 'PermissionSetTabSetting',
  Member: 'PermissionSetGroupComponent',
  User: 'PermissionSetAssignment',
};

/** The row to create, change or delete; undefined when nothing is to be done, a text when it cannot be. */
function rowCall(
  write: PermissionWrite,
  parent: KnownParent,
  book: PermissionBook,
  id: string | undefined,
  at: number
): RowCall | string | undefined {
  const object = OBJECT_OF_KIND[write.kind] ?? 'SetupEntityAccess';
  const place = book.places.get(permissionKeyText(write));
  if (write.grants.length === 0) return place && { action: 'delete', object, id: place.id, values: {}, writes: [at] };
  const values = valuesOf(write, book);
  if (place) {
    // Access, membership and assignment are there or not: nothing of them can be changed.
    return Object.keys(values).length === 0
      ? undefined
      : { action: 'update', object, id: place.id, values, writes: [at] };
  }
  const insert = (more: Readonly<Record<string, unknown>>): RowCall => ({
    action: 'insert',
    object,
    id: undefined,
    values: { ...more, ...values },
    writes: [at],
  });
  const gone = `the org has no ${write.kind} ${write.target} any more`;
  switch (write.kind) {
    case 'Object':
      return insert({ ParentId: parent.setId, SobjectType: write.target });
    case 'Field':
      return insert({
        ParentId: parent.setId,
        SobjectType: write.target.slice(0, write.target.indexOf('.')),
        Field: write.target,
      });
    case 'Tab':
      return insert({ ParentId: parent.setId, Name: write.target });
    case 'Member': {
      const set = book.parents.get(parentKeyText({ kind: 'PermissionSet', name: write.target }));
      return set ? insert({ PermissionSetGroupId: parent.ownId, PermissionSetId: set.ownId }) : gone;
    }
    case 'User': {
      if (id === undefined) return gone;
      const holder =
        parent.kind === 'PermissionSetGroup'
          ? { PermissionSetGroupId: parent.ownId }
          : { PermissionSetId: parent.ownId };
      return insert({ AssigneeId: id, ...holder });
    }
    default:
      return id === undefined ? gone : insert({ ParentId: parent.setId, SetupEntityId: id });
  }
}

/** The columns that say what a row grants. All rights are sent, so that what was added since goes. */
function valuesOf(write: PermissionWrite, book: PermissionBook): Record<string, unknown> {
  if (write.kind === 'Tab') return { Visibility: write.grants.includes('Visible') ? 'DefaultOn' : 'DefaultOff' };
  if (write.kind !== 'Object' && write.kind !== 'Field') return {};
  const rights = write.kind === 'Field' ? ['PermissionsRead', 'PermissionsEdit'] : book.objectRights;
  return Object.fromEntries(rights.map((name) => [name, write.grants.includes(name.replace(/^Permissions/, ''))]));
}
