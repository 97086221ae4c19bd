import type { PermissionKey, PermissionParent } from '../permissions/permissionRow.js';
import { parentKeyText } from '../permissions/permissionRow.js';
import { coversRow, type PermissionScope } from '../permissions/permissionScope.js';
import type { OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import { bookOf, type Columns, type Found, type PermissionBook } from './permissionBook.js';
import { ENTITIES, fullNameOf, knownParents } from './permissionNames.js';
import {
  entityKey,
  idQuestions,
  nameQuestions,
  PARENT_QUERIES,
  rowQuestions,
  type Knowledge,
  type NameQuestion,
  type Question,
} from './permissionQuestions.js';
import type { PermissionReader, PermissionReading } from './ports/permissions.js';
import type { RawRow } from './ports/queries.js';
import { askTogether } from './requestBatch.js';
import type { Soap } from './soap.js';

const ROW_OBJECTS = ['ObjectPermissions', 'FieldPermissions', 'SetupEntityAccess', 'PermissionSetTabSetting'] as const;
const DESCRIBED = [...ROW_OBJECTS, 'PermissionSet'] as const;
const DESCRIBES = DESCRIBED.map((object) => `/sobjects/${object}/describe`);

/** What earlier readings found out; used to ask for rows right away, and never believed without asking again. */
interface Learnt extends Knowledge {
  readonly columns: Columns;
  /** Names of setup things by the first 15 characters of their Ids. */
  readonly names: ReadonlyMap<string, string>;
}

interface Read {
  readonly scope: PermissionScope;
  readonly among: readonly PermissionParent[] | undefined;
  readonly book: PermissionBook;
}

/**
 * Permission rows over REST, as many questions in one call as it takes. A row is in the answer once, whatever asked for it.
 * The first reading asks for what things are called and then for their rows; later ones ask both at once, with the Ids of
 * the last time, and again only where these no longer hold. Object Reference: PermissionSet, ObjectPermissions,
 * FieldPermissions, SetupEntityAccess, PermissionSetTabSetting, PermissionSetGroupComponent, PermissionSetAssignment.
 */
export class PermissionRows implements PermissionReader {
  private learnt: Learnt | undefined;
  private profileNames: ReadonlyMap<string, string> = new Map();
  private last: Read | undefined;

  public constructor(
    private readonly http: OrgHttp,
    private readonly soap: Soap
  ) {}

  public async readPermissions(
    scope: PermissionScope,
    among?: readonly PermissionParent[]
  ): Promise<PermissionReading> {
    return (await this.read(scope, among)).reading;
  }

  /** The rows that were read just before, where these are among them; read now otherwise. A reading serves once. */
  public async justRead(keys: readonly PermissionKey[], scope: PermissionScope): Promise<PermissionBook> {
    const { last } = this;
    const among = last?.among && new Set(last.among.map(parentKeyText));
    const covers = (key: PermissionKey): boolean =>
      last !== undefined && coversRow(last.scope, key) && (among === undefined || among.has(parentKeyText(key.parent)));
    const book = last && keys.every(covers) ? last.book : await this.read(scope);
    this.last = undefined;
    return book;
  }

  /** The Id of a setup thing that a reading since has asked for by name. */
  public entityId(kind: string, name: string): string | undefined {
    return this.learnt?.entities.get(entityKey(kind, name));
  }

  public async read(scope: PermissionScope, among?: readonly PermissionParent[]): Promise<PermissionBook> {
    const named = nameQuestions(scope);
    const { learnt } = this;
    const guess = learnt ? rowQuestions(scope, among, learnt.columns, learnt) : [];
    const [{ gets, rows }] = await Promise.all([
      askTogether(this.http, learnt ? [] : DESCRIBES, [
        ...PARENT_QUERIES,
        ...named.map(({ query }) => query),
        ...guess.map(({ query }) => query),
      ]),
      learnt ? undefined : this.readProfileNames(),
    ]);
    const columns = learnt?.columns ?? columnsOf(gets);
    const known = await this.knowledge(rows, named, learnt);
    const questions = rowQuestions(scope, among, columns, known);
    const guessed =
      questions.length === guess.length && questions.every((one, at) => soqlOf(one) === soqlOf(guess[at]));
    const answers = guessed
      ? rows.slice(PARENT_QUERIES.length + named.length)
      : (
          await askTogether(
            this.http,
            [],
            questions.map(({ query }) => query)
          )
        ).rows;
    const found = foundBy(questions, answers);
    const names = await this.namesOf(found.access, known.names);
    this.learnt = { ...known, columns, names };
    const book = bookOf(known.parents, columns, { ...found, names });
    this.last = { scope, among, book };
    return book;
  }

  /** Parents and named things as the org has just told them; of other setup things what was known before. */
  private async knowledge(
    rows: readonly RawRow[][],
    named: readonly NameQuestion[],
    learnt: Learnt | undefined
  ): Promise<Omit<Learnt, 'columns'>> {
    const [sets = [], groups = [], ...answers] = rows;
    if (sets.some((set) => set.IsOwnedByProfile === true && !this.profileNames.has(String(set.ProfileId).slice(0, 15))))
      await this.readProfileNames();
    const names = new Map(learnt?.names);
    const entities = new Map<string, string>();
    for (const [at, { entity }] of named.entries())
      for (const row of answers[at] ?? []) {
        const name = fullNameOf(row, entity.nameField);
        names.set(String(row.Id).slice(0, 15), name);
        entities.set(entityKey(entity.kind, name), String(row.Id));
      }
    return { parents: knownParents(sets, groups, this.profileNames), entities, names };
  }

  /** Profiles go by the names of their files: what `Profile.Name` says depends on the language of whoever asks. */
  private async readProfileNames(): Promise<void> {
    const files = await this.soap.call(
      'metadata',
      'listMetadata',
      { queries: [{ type: 'Profile' }], asOfVersion: this.http.apiVersion },
      { readsOnly: true }
    );
    this.profileNames = new Map(
      files.map((file) => [String(file.id).slice(0, 15), decodeURIComponent(String(file.fullName))])
    );
  }

  /** Names of the setup things that access rows name by Id, by the first 15 characters of it. */
  private async namesOf(access: readonly RawRow[], known: ReadonlyMap<string, string>): Promise<Map<string, string>> {
    const names = new Map(known);
    const questions = ENTITIES.flatMap((entity) =>
      idQuestions(
        entity,
        access
          .filter((row) => row.SetupEntityType === entity.entityType)
          .map((row) => String(row.SetupEntityId))
          .filter((id) => !names.has(id.slice(0, 15)))
      )
    );
    const { rows } = await askTogether(
      this.http,
      [],
      questions.map(({ query }) => query)
    );
    for (const [at, { entity }] of questions.entries())
      for (const row of rows[at] ?? []) names.set(String(row.Id).slice(0, 15), fullNameOf(row, entity.nameField));
    return names;
  }
}

function soqlOf(question: Question | undefined): string | undefined {
  return question?.query.soql;
}

function columnsOf(gets: readonly unknown[]): Columns {
  const describes = gets as ReadonlyArray<{ fields?: Array<{ name: string; type: string }> } | undefined>;
  const fieldsOf = (object: string): Array<{ name: string; type: string }> => {
    const fields = describes[DESCRIBED.findIndex((one) => one === object)]?.fields;
    // Without its columns every right of the object would be taken for revoked.
    if (!Array.isArray(fields) || fields.length === 0)
      throw badAnswer(`the describe of ${object} was answered with something else`);
    return fields;
  };
  const rights = (object: string): string[] =>
    fieldsOf(object)
      .filter((field) => field.type === 'boolean' && /^Permissions[A-Z]/.test(field.name))
      .map((field) => field.name);
  return {
    objectRights: rights('ObjectPermissions'),
    userPermissions: rights('PermissionSet'),
    stamped: new Set(ROW_OBJECTS.filter((object) => fieldsOf(object).some((field) => field.name === 'SystemModstamp'))),
  };
}

function foundBy(questions: readonly Question[], answers: readonly RawRow[][]): Omit<Found, 'names'> {
  const of = (into: Question['into']): RawRow[] =>
    questions.flatMap((question, at) => (question.into === into ? (answers[at] ?? []) : []));
  return {
    objects: of('objects'),
    fields: of('fields'),
    tabs: of('tabs'),
    access: of('access'),
    userPermissions: of('userPermissions'),
    members: of('members'),
    assignments: of('assignments'),
  };
}
