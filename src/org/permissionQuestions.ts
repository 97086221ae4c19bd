import { parentKeyText, type PermissionParent } from '../permissions/permissionRow.js';
import { coversParent, type PermissionScope } from '../permissions/permissionScope.js';
import { soqlText } from '../records/soql.js';
import type { Columns } from './permissionBook.js';
import { bareName, ENTITIES, type KnownParent } from './permissionNames.js';
import type { BatchQuery } from './requestBatch.js';

/** Names or Ids in one list of a query: keeps the address of the request short enough for every server. */
const NAMES_PER_QUERY = 100;
/** Columns of one query, likewise: an org has hundreds of user permissions. */
const COLUMNS_PER_QUERY = 120;

/** What has to be known before rows can be asked for: Ids behind names. */
export interface Knowledge {
  readonly parents: readonly KnownParent[];
  /** Ids of setup things by `entityKey`. */
  readonly entities: ReadonlyMap<string, string>;
}

export function entityKey(kind: string, name: string): string {
  return `${kind}\n${name}`.toLowerCase();
}

/** A question, and which rows are its answer. */
export interface Question {
  readonly into: 'objects' | 'fields' | 'tabs' | 'access' | 'userPermissions' | 'members' | 'assignments';
  readonly query: BatchQuery;
}

export interface NameQuestion {
  readonly entity: (typeof ENTITIES)[number];
  readonly query: BatchQuery;
}

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

const listed = (field: string, names: readonly string[]): string => `${field} IN (${names.map(soqlText).join(',')})`;

export const PARENT_QUERIES: readonly BatchQuery[] = [
  {
    soql: 'SELECT Id, Name, Label, NamespacePrefix, Type, IsOwnedByProfile, ProfileId, Profile.Name, PermissionSetGroupId, LastModifiedById, LastModifiedDate FROM PermissionSet',
  },
  {
    soql: 'SELECT Id, DeveloperName, MasterLabel, Status, NamespacePrefix, LastModifiedById, LastModifiedDate FROM PermissionSetGroup',
  },
];

/** Ids of the setup things that the scope names. */
export function nameQuestions({ targets }: PermissionScope): NameQuestion[] {
  return ENTITIES.flatMap((entity) => {
    const names = targets[entity.kind];
    if (names.includes('*')) return [];
    return [...chunks([...new Set(names.map(bareName))], NAMES_PER_QUERY)].map((chunk) => ({
      entity,
      query: {
        soql: `SELECT Id, ${entity.nameField}, NamespacePrefix FROM ${entity.object} WHERE ${listed(entity.nameField, chunk)}`,
        tooling: entity.tooling,
      },
    }));
  });
}

/** Names of the setup things that access rows name by Id. */
export function idQuestions(entity: NameQuestion['entity'], ids: readonly string[]): NameQuestion[] {
  return [...chunks([...new Set(ids)], NAMES_PER_QUERY)].map((chunk) => ({
    entity,
    query: {
      soql: `SELECT Id, ${entity.nameField}, NamespacePrefix FROM ${entity.object} WHERE ${listed('Id', chunk)}`,
      tooling: entity.tooling,
    },
  }));
}

/**
 * Every question about the rows of a scope: those about its targets, whoever grants them (or one of `among`), and all of its
 * parents.
 */
export function rowQuestions(
  scope: PermissionScope,
  among: readonly PermissionParent[] | undefined,
  columns: Columns,
  known: Knowledge
): Question[] {
  const rows = (object: string, fields: string, where: string | undefined): BatchQuery => ({
    soql: `SELECT Id, ParentId, ${fields}${columns.stamped.has(object) ? ', SystemModstamp' : ''} FROM ${object}${where ? ` WHERE ${where}` : ''}`,
  });
  const questions = {
    objects: (where?: string) => rows('ObjectPermissions', ['SobjectType', ...columns.objectRights].join(', '), where),
    fields: (where?: string) => rows('FieldPermissions', 'SobjectType, Field, PermissionsRead, PermissionsEdit', where),
    tabs: (where?: string) => rows('PermissionSetTabSetting', 'Name, Visibility', where),
    access: (where?: string) => rows('SetupEntityAccess', 'SetupEntityId, SetupEntityType', where),
  };
  return [...aboutTargets(scope, among, known, questions), ...ofParents(scope, columns, known, questions)];
}

type RowQueries = Readonly<Record<'objects' | 'fields' | 'tabs' | 'access', (where?: string) => BatchQuery>>;

function aboutTargets(
  { targets }: PermissionScope,
  among: readonly PermissionParent[] | undefined,
  known: Knowledge,
  queries: RowQueries
): Question[] {
  const asked: Question[] = [];
  const wanted = among && new Set(among.map(parentKeyText));
  const holders = wanted && setIds(known.parents.filter((parent) => wanted.has(parentKeyText(parent))));
  const ask = (into: keyof RowQueries, where: string | undefined): void => {
    if (holders === undefined) asked.push({ into, query: queries[into](where) });
    else
      for (const chunk of chunks(holders, NAMES_PER_QUERY))
        asked.push({
          into,
          query: queries[into]([where, listed('ParentId', chunk)].filter((part) => part !== undefined).join(' AND ')),
        });
  };
  const named = (into: keyof RowQueries, field: string, names: readonly string[]): void => {
    if (names.includes('*')) ask(into, undefined);
    else for (const chunk of chunks(names, NAMES_PER_QUERY)) ask(into, listed(field, chunk));
  };
  named('objects', 'SobjectType', targets.Object);
  // Whoever asks about the rows of certain parents names the fields, too.
  if (!among) named('fields', 'SobjectType', targets.Object);
  named('fields', 'Field', targets.Field);
  named('tabs', 'Name', targets.Tab);
  const ids: string[] = [];
  for (const { kind, entityType } of ENTITIES)
    if (targets[kind].includes('*')) ask('access', `SetupEntityType = '${entityType}'`);
    else ids.push(...targets[kind].flatMap((name) => known.entities.get(entityKey(kind, name)) ?? []));
  for (const chunk of chunks(ids, NAMES_PER_QUERY)) ask('access', listed('SetupEntityId', chunk));
  return asked;
}

function setIds(parents: readonly KnownParent[]): string[] {
  return parents.flatMap((parent) => (parent.kind === 'PermissionSetGroup' ? [] : (parent.setId ?? [])));
}

function ofParents(scope: PermissionScope, columns: Columns, known: Knowledge, queries: RowQueries): Question[] {
  const wanted = known.parents.filter((parent) => coversParent(scope, parent));
  const holders = setIds(wanted);
  const idsOf = (kind: PermissionParent['kind']): string[] =>
    wanted.filter((parent) => parent.kind === kind).map((parent) => parent.ownId);
  const asked: Question[] = [];
  const ask = (
    into: Question['into'],
    ids: readonly string[],
    field: string,
    query: (where: string) => BatchQuery
  ): void => {
    for (const chunk of chunks(ids, NAMES_PER_QUERY)) asked.push({ into, query: query(listed(field, chunk)) });
  };
  ask('objects', holders, 'ParentId', queries.objects);
  ask('fields', holders, 'ParentId', queries.fields);
  ask('tabs', holders, 'ParentId', queries.tabs);
  const types = listed(
    'SetupEntityType',
    ENTITIES.map((entity) => entity.entityType)
  );
  ask('access', holders, 'ParentId', (where) => queries.access(`${where} AND ${types}`));
  for (const part of chunks(columns.userPermissions, COLUMNS_PER_QUERY))
    ask('userPermissions', holders, 'Id', (where) => ({
      soql: `SELECT Id, ${part.join(', ')} FROM PermissionSet WHERE ${where}`,
    }));
  ask('members', idsOf('PermissionSetGroup'), 'PermissionSetGroupId', (where) => ({
    soql: `SELECT Id, PermissionSetGroupId, PermissionSetId FROM PermissionSetGroupComponent WHERE ${where}`,
  }));
  const assigned = 'SELECT Id, PermissionSetId, PermissionSetGroupId, Assignee.Username FROM PermissionSetAssignment';
  ask('assignments', idsOf('PermissionSet'), 'PermissionSetId', (where) => ({ soql: `${assigned} WHERE ${where}` }));
  ask('assignments', idsOf('PermissionSetGroup'), 'PermissionSetGroupId', (where) => ({
    soql: `${assigned} WHERE ${where}`,
  }));
  return asked;
}
