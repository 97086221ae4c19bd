import { parentKeyText, permissionKeyText } from '../permissions/permissionRow.js';
import { scopeOfRows } from '../permissions/permissionScope.js';
import { soqlText } from '../records/soql.js';
import type { OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import { bareName, ENTITIES, fullNameOf, type KnownParent } from './permissionNames.js';
import type { PermissionBook } from './permissionBook.js';
import type { PermissionRows } from './permissionRows.js';
import type { PermissionWrite, PermissionWriter, RowResult } from './ports.js';
import { queryTogether } from './requestBatch.js';

/** Rows a call of sObject Collections takes. */
const ROWS_PER_CALL = 200;

interface SaveResult {
  readonly success: boolean | string;
  readonly errors?: ReadonlyArray<{ readonly statusCode: string; readonly message: string }>;
}

/** One row of a call; several writes may share one (user permissions of one parent are columns of one row). */
interface RowCall {
  readonly action: 'insert' | 'update' | 'delete';
  readonly object: string;
  readonly id: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
  readonly writes: readonly number[];
}

/** Writes of permission rows by sObject Collections, each row on its own. Rows are looked up by their names just before. */
export class PermissionWrites implements PermissionWriter {
  public constructor(
    private readonly http: OrgHttp,
    private readonly rows: PermissionRows
  ) {}

  public async writePermissions(writes: readonly PermissionWrite[]): Promise<RowResult[]> {
    if (writes.length === 0) return [];
    const book = await this.rows.read(scopeOfRows(writes));
    const ids = await this.targetIds(writes);
    const results: RowResult[] = writes.map(() => ({ id: '', success: true }));
    const calls: RowCall[] = [];
    const columns = new Map<string, { parent: KnownParent; values: Record<string, unknown>; writes: number[] }>();
    for (const [at, write] of writes.entries()) {
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
        const call = rowCall(write, parent, book, ids, at);
        if (typeof call === 'string') refuse('TARGET_GONE', call);
        else if (call) calls.push(call);
      }
    }
    for (const { parent, values, writes: shared } of columns.values())
      calls.push({
        action: 'update',
        // The set that a profile owns can only be read; the profile has the same columns (Object Reference: Profile).
        object: parent.kind === 'Profile' ? 'Profile' : 'PermissionSet',
        id: parent.ownId,
        values,
        writes: shared,
      });
    for (const action of ['delete', 'update', 'insert'] as const)
      await this.send(
        action,
        calls.filter((call) => call.action === action),
        results
      );
    return results;
  }

  private async send(action: RowCall['action'], calls: readonly RowCall[], results: RowResult[]): Promise<void> {
    // A call takes no more than ten changes of object from row to row.
    const sorted = [...calls].sort((a, b) => (a.object < b.object ? -1 : a.object > b.object ? 1 : 0));
    for (let at = 0; at < sorted.length; at += ROWS_PER_CALL) {
      const chunk = sorted.slice(at, at + ROWS_PER_CALL);
      const answers =
        action === 'delete'
          ? await this.http.json<SaveResult[]>(
              `/composite/sobjects?ids=${chunk.map((call) => call.id).join(',')}&allOrNone=false`,
              { method: 'DELETE', repeatable: true }
            )
          : await this.http.json<SaveResult[]>('/composite/sobjects', {
              method: action === 'insert' ? 'POST' : 'PATCH',
              json: {
                allOrNone: false,
                records: chunk.map((call) => ({
                  attributes: { type: call.object },
                  ...(call.id === undefined ? {} : { id: call.id }),
                  ...call.values,
                })),
              },
              // The org knows a parent and a target once: the same row twice is refused, and read back as it should be.
              repeatable: true,
            });
      if (!Array.isArray(answers) || answers.length !== chunk.length)
        throw badAnswer(`${chunk.length} permission rows were sent, other than as many results came back`, true);
      for (const [index, call] of chunk.entries()) {
        const answer = answers[index];
        if (answer === undefined || String(answer.success) === 'true') continue;
        const [error] = answer.errors ?? [];
        for (const write of call.writes)
          results[write] = {
            id: '',
            success: false,
            code: error?.statusCode ?? 'UNKNOWN',
            message: error?.message ?? 'the org gave no reason',
          };
      }
    }
  }

  /** Ids of what rows that are to be created are about: setup things, permission sets, users. By kind and name. */
  private async targetIds(writes: readonly PermissionWrite[]): Promise<Map<string, string>> {
    const ids = new Map<string, string>();
    const wanted = (kind: string): string[] => [
      ...new Set(writes.filter((write) => write.kind === kind && write.grants.length > 0).map((write) => write.target)),
    ];
    const questions = [
      ...ENTITIES.filter((entity) => wanted(entity.kind).length > 0).map((entity) => ({
        kind: entity.kind,
        name: (row: Readonly<Record<string, unknown>>) => fullNameOf(row, entity.nameField),
        query: {
          soql: `SELECT Id, ${entity.nameField}, NamespacePrefix FROM ${entity.object} WHERE ${entity.nameField} IN (${wanted(entity.kind).map(bareName).map(soqlText).join(',')})`,
          tooling: entity.tooling,
        },
      })),
      ...(wanted('User').length > 0
        ? [
            {
              kind: 'User',
              name: (row: Readonly<Record<string, unknown>>) => String(row.Username),
              query: {
                soql: `SELECT Id, Username FROM User WHERE Username IN (${wanted('User').map(soqlText).join(',')})`,
              },
            },
          ]
        : []),
    ];
    const answers = await queryTogether(
      this.http,
      questions.map(({ query }) => query)
    );
    for (const [at, { kind, name }] of questions.entries())
      for (const row of answers[at] ?? []) ids.set(`${kind}\n${name(row)}`.toLowerCase(), String(row.Id));
    return ids;
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
  ids: ReadonlyMap<string, string>,
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
  const id = ids.get(`${write.kind}\n${write.target}`.toLowerCase());
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
