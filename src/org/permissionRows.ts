import { coversParent, type PermissionScope } from '../permissions/permissionScope.js';
import { soqlText } from '../records/soql.js';
import type { OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import { bookOf, type Columns, type PermissionBook } from './permissionBook.js';
import { bareName, ENTITIES, fullNameOf, knownParents, type KnownParent } from './permissionNames.js';
import type { PermissionReader, PermissionReading, RawRow } from './ports.js';
import type { Soap } from './soap.js';
import { getTogether, queryTogether, type BatchQuery } from './requestBatch.js';

/** Names or Ids in one list of a query: keeps the address of the request short enough for every server. */
const NAMES_PER_QUERY = 100;
/** Columns of one query, likewise: an org has hundreds of user permissions. */
const COLUMNS_PER_QUERY = 120;

const ROW_OBJECTS = ['ObjectPermissions', 'FieldPermissions', 'SetupEntityAccess', 'PermissionSetTabSetting'] as const;

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

const listed = (field: string, names: readonly string[]): string => `${field} IN (${names.map(soqlText).join(',')})`;

/**
 * Permission rows over REST, all questions of a kind together in one call. A row is in the answer once, whatever asked
 * for it. Object Reference: PermissionSet, ObjectPermissions, FieldPermissions, SetupEntityAccess,
 * PermissionSetTabSetting, PermissionSetGroupComponent, PermissionSetAssignment.
 */
export class PermissionRows implements PermissionReader {
  private columns: Promise<Columns> | undefined;

  public constructor(
    private readonly http: OrgHttp,
    private readonly soap: Soap
  ) {}

  public async readPermissions(scope: PermissionScope): Promise<PermissionReading> {
    return (await this.read(scope)).reading;
  }

  public async read(scope: PermissionScope): Promise<PermissionBook> {
    const columns = await this.knownColumns();
    const rowsOf = (object: string, fields: string, where: string | undefined): BatchQuery => ({
      soql: `SELECT Id, ParentId, ${fields}${columns.stamped.has(object) ? ', SystemModstamp' : ''} FROM ${object}${where ? ` WHERE ${where}` : ''}`,
    });
    const [parentRows, byTarget] = await Promise.all([this.parentRows(), this.byTarget(scope, columns, rowsOf)]);
    const parents = knownParents(parentRows.sets, parentRows.groups, parentRows.profileNames);
    const wanted = parents.filter((parent) => coversParent(scope, parent));
    const byParent = await this.byParent(wanted, byTarget.entityIds, columns, rowsOf);
    const access = [...byTarget.access, ...byParent.access];
    const names = await this.namesOf(access, byTarget.entityNames);
    return bookOf(parents, columns, {
      objects: [...byTarget.objects, ...byParent.objects],
      fields: [...byTarget.fields, ...byParent.fields],
      tabs: [...byTarget.tabs, ...byParent.tabs],
      access,
      names,
      userPermissions: byParent.userPermissions,
      members: byParent.members,
      assignments: byParent.assignments,
    });
  }

  private knownColumns(): Promise<Columns> {
    if (this.columns === undefined) {
      const columns = this.readColumns();
      this.columns = columns;
      // What failed once is asked again, not remembered.
      columns.catch(() => (this.columns = undefined));
    }
    return this.columns;
  }

  private async readColumns(): Promise<Columns> {
    const objects = [...ROW_OBJECTS, 'PermissionSet'];
    const describes = (await getTogether(
      this.http,
      objects.map((object) => `/sobjects/${object}/describe`)
    )) as Array<{ fields: Array<{ name: string; type: string }> }>;
    for (const [at, object] of objects.entries())
      // Without its columns every right of the object would be taken for revoked.
      if (!Array.isArray(describes[at]?.fields) || describes[at].fields.length === 0)
        throw badAnswer(`the describe of ${object} was answered with something else`);
    const rights = (object: string): string[] =>
      (describes[objects.indexOf(object)]?.fields ?? [])
        .filter((field) => field.type === 'boolean' && /^Permissions[A-Z]/.test(field.name))
        .map((field) => field.name);
    return {
      objectRights: rights('ObjectPermissions'),
      userPermissions: rights('PermissionSet'),
      stamped: new Set(
        ROW_OBJECTS.filter((_object, at) => describes[at]?.fields.some((field) => field.name === 'SystemModstamp'))
      ),
    };
  }

  private async parentRows(): Promise<{ sets: RawRow[]; groups: RawRow[]; profileNames: Map<string, string> }> {
    const [[sets = [], groups = []], files] = await Promise.all([
      queryTogether(this.http, [
        {
          soql: 'SELECT Id, Name, NamespacePrefix, Type, IsOwnedByProfile, ProfileId, Profile.Name, PermissionSetGroupId, LastModifiedById, LastModifiedDate FROM PermissionSet',
        },
        {
          soql: 'SELECT Id, DeveloperName, NamespacePrefix, LastModifiedById, LastModifiedDate FROM PermissionSetGroup',
        },
      ]),
      this.soap.call(
        'metadata',
        'listMetadata',
        { queries: [{ type: 'Profile' }], asOfVersion: this.http.apiVersion },
        { readsOnly: true }
      ),
    ]);
    const profileNames = new Map(
      files.map((file) => [String(file.id).slice(0, 15), decodeURIComponent(String(file.fullName))])
    );
    return { sets, groups, profileNames };
  }

  /** Rows about the targets of the scope, whoever grants them. */
  private async byTarget(
    { targets }: PermissionScope,
    columns: Columns,
    rowsOf: (object: string, fields: string, where: string | undefined) => BatchQuery
  ): Promise<{
    objects: RawRow[];
    fields: RawRow[];
    tabs: RawRow[];
    access: RawRow[];
    entityIds: string[];
    entityNames: Map<string, string>;
  }> {
    type Into = 'objects' | 'fields' | 'tabs' | 'access' | 'names';
    const questions: Array<{ into: Into; entity?: (typeof ENTITIES)[number]; query: BatchQuery }> = [];
    const ask = (
      into: Into,
      names: readonly string[],
      field: string,
      query: (where: string | undefined) => BatchQuery
    ): void => {
      if (names.includes('*')) questions.push({ into, query: query(undefined) });
      else
        for (const chunk of chunks(names, NAMES_PER_QUERY))
          questions.push({ into, query: query(listed(field, chunk)) });
    };
    const fieldRows = (where: string | undefined): BatchQuery =>
      rowsOf('FieldPermissions', 'SobjectType, Field, PermissionsRead, PermissionsEdit', where);
    ask('objects', targets.Object, 'SobjectType', (where) =>
      rowsOf('ObjectPermissions', ['SobjectType', ...columns.objectRights].join(', '), where)
    );
    ask('fields', targets.Object, 'SobjectType', fieldRows);
    ask('fields', targets.Field, 'Field', fieldRows);
    ask('tabs', targets.Tab, 'Name', (where) => rowsOf('PermissionSetTabSetting', 'Name, Visibility', where));
    for (const entity of ENTITIES) {
      const names = targets[entity.kind as keyof typeof targets];
      if (names.includes('*'))
        questions.push({
          into: 'access',
          query: rowsOf(
            'SetupEntityAccess',
            'SetupEntityId, SetupEntityType',
            `SetupEntityType = ${soqlText(entity.entityType)}`
          ),
        });
      else
        for (const chunk of chunks(names, NAMES_PER_QUERY))
          questions.push({
            into: 'names',
            entity,
            query: {
              soql: `SELECT Id, ${entity.nameField}, NamespacePrefix FROM ${entity.object} WHERE ${listed(entity.nameField, chunk.map(bareName))}`,
              tooling: entity.tooling,
            },
          });
    }
    const answers = await queryTogether(
      this.http,
      questions.map(({ query }) => query)
    );
    const found = { objects: [] as RawRow[], fields: [] as RawRow[], tabs: [] as RawRow[], access: [] as RawRow[] };
    const entityNames = new Map<string, string>();
    const entityIds: string[] = [];
    for (const [at, { into, entity }] of questions.entries()) {
      if (into !== 'names') found[into].push(...(answers[at] ?? []));
      else if (entity) {
        const asked = new Set(targets[entity.kind as keyof typeof targets].map((name) => name.toLowerCase()));
        for (const row of answers[at] ?? []) {
          const name = fullNameOf(row, entity.nameField);
          if (!asked.has(name.toLowerCase())) continue;
          entityNames.set(String(row.Id).slice(0, 15), name);
          entityIds.push(String(row.Id));
        }
      }
    }
    return { ...found, entityIds, entityNames };
  }

  /** All rows of the parents in scope, and the access rows of named setup things. */
  private async byParent(
    wanted: readonly KnownParent[],
    entityIds: readonly string[],
    columns: Columns,
    rowsOf: (object: string, fields: string, where: string | undefined) => BatchQuery
  ): Promise<
    Record<'objects' | 'fields' | 'tabs' | 'access' | 'userPermissions' | 'members' | 'assignments', RawRow[]>
  > {
    const found: Record<string, RawRow[]> = {};
    const questions: Array<{ into: string; query: BatchQuery }> = [];
    const holders = wanted.flatMap((parent) => (parent.kind === 'PermissionSetGroup' ? [] : (parent.setId ?? [])));
    const sets = wanted.filter((parent) => parent.kind === 'PermissionSet').map((parent) => parent.ownId);
    const groups = wanted.filter((parent) => parent.kind === 'PermissionSetGroup').map((parent) => parent.ownId);
    const ask = (into: string, ids: readonly string[], field: string, query: (where: string) => BatchQuery): void => {
      for (const chunk of chunks(ids, NAMES_PER_QUERY)) questions.push({ into, query: query(listed(field, chunk)) });
    };
    ask('objects', holders, 'ParentId', (where) =>
      rowsOf('ObjectPermissions', ['SobjectType', ...columns.objectRights].join(', '), where)
    );
    ask('fields', holders, 'ParentId', (where) =>
      rowsOf('FieldPermissions', 'SobjectType, Field, PermissionsRead, PermissionsEdit', where)
    );
    ask('tabs', holders, 'ParentId', (where) => rowsOf('PermissionSetTabSetting', 'Name, Visibility', where));
    ask('access', holders, 'ParentId', (where) =>
      rowsOf(
        'SetupEntityAccess',
        'SetupEntityId, SetupEntityType',
        `${where} AND ${listed(
          'SetupEntityType',
          ENTITIES.map((entity) => entity.entityType)
        )}`
      )
    );
    ask('access', entityIds, 'SetupEntityId', (where) =>
      rowsOf('SetupEntityAccess', 'SetupEntityId, SetupEntityType', where)
    );
    for (const part of chunks(columns.userPermissions, COLUMNS_PER_QUERY))
      ask('userPermissions', holders, 'Id', (where) => ({
        soql: `SELECT Id, ${part.join(', ')} FROM PermissionSet WHERE ${where}`,
      }));
    ask('members', groups, 'PermissionSetGroupId', (where) => ({
      soql: `SELECT Id, PermissionSetGroupId, PermissionSetId FROM PermissionSetGroupComponent WHERE ${where}`,
    }));
    const assigned = 'SELECT Id, PermissionSetId, PermissionSetGroupId, Assignee.Username FROM PermissionSetAssignment';
    ask('assignments', sets, 'PermissionSetId', (where) => ({ soql: `${assigned} WHERE ${where}` }));
    ask('assignments', groups, 'PermissionSetGroupId', (where) => ({ soql: `${assigned} WHERE ${where}` }));
    const answers = await queryTogether(
      this.http,
      questions.map(({ query }) => query)
    );
    for (const [at, { into }] of questions.entries()) found[into] = [...(found[into] ?? []), ...(answers[at] ?? [])];
    const get = (name: string): RawRow[] => found[name] ?? [];
    return {
      objects: get('objects'),
      fields: get('fields'),
      tabs: get('tabs'),
      access: get('access'),
      userPermissions: get('userPermissions'),
      members: get('members'),
      assignments: get('assignments'),
    };
  }

  /** Names of the setup things that access rows name by Id, by the first 15 characters of it. */
  private async namesOf(access: readonly RawRow[], known: ReadonlyMap<string, string>): Promise<Map<string, string>> {
    const names = new Map(known);
    const questions = ENTITIES.flatMap((entity) => {
      const ids = access
        .filter(
          (row) => row.SetupEntityType === entity.entityType && !names.has(String(row.SetupEntityId).slice(0, 15))
        )
        .map((row) => String(row.SetupEntityId));
      return [...chunks([...new Set(ids)], NAMES_PER_QUERY)].map((chunk) => ({
        entity,
        query: {
          soql: `SELECT Id, ${entity.nameField}, NamespacePrefix FROM ${entity.object} WHERE ${listed('Id', chunk)}`,
          tooling: entity.tooling,
        },
      }));
    });
    const answers = await queryTogether(
      this.http,
      questions.map(({ query }) => query)
    );
    for (const [at, { entity }] of questions.entries())
      for (const row of answers[at] ?? []) names.set(String(row.Id).slice(0, 15), fullNameOf(row, entity.nameField));
    return names;
  }
}
