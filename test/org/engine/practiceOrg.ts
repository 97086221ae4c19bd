import { OrgError, type OrgCore, type OrgUser, type Row, type Switchboard } from './contracts.js';
import { SteppingClock } from './clock.js';
import { installEntityDefinition } from './entityDefinition.js';
import { IdSource, to18 } from './ids.js';
import { installPackageTables } from './installedPackages.js';
import { Jobs } from './jobs/jobs.js';
import { MemoryOpLog } from './opLog.js';
import { RecordDoor, type SeedRow } from './records/recordDoor.js';
import { DuplicateRules } from './records/duplicateRules.js';
import { GeneratedTable, type GeneratedRowsRequest } from './records/generatedTable.js';
import { LookupFilters } from './records/lookupFilters.js';
import { RollUps } from './records/rollUps.js';
import { RowStore } from './records/rowStore.js';
import { SaveHooks, type SaveHook } from './records/saveHooks.js';
import type { TableWriter } from './records/tableWriter.js';
import { cpqObjects, cpqProductFields } from './schema/cpq.js';
import { SchemaStore } from './schema/schemaStore.js';
import { standardObjects } from './schema/standardObjects.js';
import { hashText } from './shuffle.js';
import { QueryCursors } from './soql/queryCursors.js';
import { defaultSwitches } from './switchboard.js';
import { TableRegister } from './tables.js';
import { installPermissionAccess } from './userPermissionAccess.js';
import { makeUser, practicePeople, type UserSeed } from './users.js';

export interface PracticeOrgOptions {
  /** 15 or 18 characters, `00D…`. */
  readonly orgId?: string;
  readonly name?: string;
  readonly isSandbox?: boolean;
  readonly users?: readonly UserSeed[];
  /** Date-time at which the org's clock starts. */
  readonly startAt?: string;
  /** Newest last, e.g. `['65.0', '66.0']`. */
  readonly apiVersions?: readonly string[];
  /** Whether the CPQ package is installed: its objects, fields and licence rows. Default true. */
  readonly cpq?: boolean;
}

const defaultVersions = [...Array(36).keys()].map((index) => `${31 + index}.0`);

/**
 * One org in memory: schema, records, jobs, people, clock and log. Reads and writes obey the org's rules;
 * only `seed` goes past them. Speaks no HTTP.
 */
export class PracticeOrg implements OrgCore {
  public readonly orgId: string;
  public readonly name: string;
  public readonly isSandbox: boolean;
  public readonly apiVersions: readonly string[];
  public readonly clock: SteppingClock;
  public readonly users: readonly OrgUser[];
  public readonly schema = new SchemaStore(() => this.clock.millis());
  public readonly tables = new TableRegister();
  public readonly opLog = new MemoryOpLog();
  public readonly switches: Switchboard = defaultSwitches();
  public readonly store = new RowStore();
  public readonly hooks = new SaveHooks();
  public readonly lookupFilters = new LookupFilters();
  public readonly duplicateRules = new DuplicateRules();
  public readonly rollUps = new RollUps();
  public readonly writers = new Map<string, TableWriter>();
  public readonly records: RecordDoor;
  public readonly jobs: Jobs;
  public readonly cursors: QueryCursors;
  private readonly ids: IdSource;
  private readonly parts: object[] = [];

  public constructor(options: PracticeOrgOptions = {}) {
    this.orgId = to18(options.orgId ?? '00D5g00000Cup01') ?? '';
    if (this.orgId === '') throw new Error(`not an org id: ${String(options.orgId)}`);
    this.name = options.name ?? 'Brightcup Office Coffee';
    this.isSandbox = options.isSandbox ?? false;
    this.apiVersions = options.apiVersions ?? defaultVersions;
    this.clock = new SteppingClock(options.startAt ?? '2026-03-02T08:00:00Z');
    this.ids = new IdSource(instanceCode(this.orgId));
    this.users = (options.users ?? practicePeople).map((seed) => makeUser(this.orgId, seed, this.newId('005')));
    for (const object of standardObjects()) this.schema.addObject(object);
    if (options.cpq !== false) this.installCpq();
    // Every org has the tables of packages, also one without any.
    installPackageTables(this, options.cpq === false ? [] : undefined);
    this.schema.listen(this.store);
    this.records = new RecordDoor(
      {
        schema: this.schema,
        store: this.store,
        hooks: this.hooks,
        writers: this.writers,
        newId: (prefix) => this.newId(prefix),
        lookupFilters: this.lookupFilters,
        duplicateRules: this.duplicateRules,
        rollUps: this.rollUps,
        binEmptied: () => this.switches.binEmptied,
        firstTryLocks: () => this.switches.firstTryLocks,
        facts: () => this.switches,
        undeleteDuplicateText: () => this.switches.undeleteDuplicateText,
      },
      this.clock,
      this.opLog,
      this.firstUser.id
    );
    this.cursors = new QueryCursors(() => this.newId('01g'));
    this.jobs = new Jobs(this);
    installPermissionAccess(this);
    installEntityDefinition(this);
    this.seedSetup();
  }

  /** The administrator: the user whose token the command line logs in with. */
  public get firstUser(): OrgUser {
    const [user] = this.users;
    if (user === undefined) throw new Error('an org needs a user');
    return user;
  }

  public get newestVersion(): string {
    return this.apiVersions.at(-1) ?? '66.0';
  }

  public newId(keyPrefix: string): string {
    return this.ids.issue(keyPrefix);
  }

  public userById(id: string): OrgUser {
    const wanted = to18(id);
    const user = this.users.find((candidate) => candidate.id === wanted);
    if (user === undefined) throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    return user;
  }

  /** The user by name or user name, for tests: `org.user('Cleo Colleague')`. */
  public user(name: string): OrgUser {
    const user = this.users.find((candidate) => candidate.name === name || candidate.username === name);
    if (user === undefined) throw new Error(`no such user: ${name}`);
    return user;
  }

  public userByToken(token: string): OrgUser | undefined {
    // A session may be sent with the org id in 15 or 18 characters.
    const [orgPart = '', rest = ''] = token.split('!');
    return this.users.find((user) => user.active && user.token.split('!')[1] === rest && to18(orgPart) === this.orgId);
  }

  public fieldHoldsData(objectName: string, fieldName: string): boolean {
    const object = this.schema.get(objectName);
    const field = this.schema.field(objectName, fieldName);
    if (object === undefined || field === undefined) return false;
    for (const row of this.store.rows(object.name)) {
      if (row['IsDeleted'] !== true && (row[field.name] ?? null) !== null && row[field.name] !== false) return true;
    }
    return false;
  }

  public recordTypesOf(objectName: string): readonly Row[] {
    return [...this.store.rows('RecordType')].filter((row) => row['SobjectType'] === objectName);
  }

  /** Lays rows into the org as they are, with their ids and stamps. Goes past all rules and is not logged. */
  public seed(objectName: string, rows: readonly SeedRow[]): void {
    this.records.seed(objectName, rows);
  }

  /**
   * Fills a declared object with rows made from a seed. They take no memory: each is made up when somebody looks, and what
   * is written to one later lies over it. Goes past all rules and is not logged.
   */
  public generate(objectName: string, request: GeneratedRowsRequest): void {
    const object = this.schema.get(objectName);
    if (object === undefined) throw new Error(`no such object: ${objectName}`);
    const userIds = this.users.map((user) => user.id);
    this.store.putGenerated(object.name, new GeneratedTable(object, request, { newest: this.clock.millis(), userIds }));
  }

  /** The living row, by any form of its id; for tests. */
  public row(objectName: string, id: string): Row | undefined {
    const row = this.store.get(this.schema.get(objectName)?.name ?? objectName, to18(id) ?? id);
    return row?.['IsDeleted'] === true ? undefined : row;
  }

  /** Stands in for a trigger or validation rule. Returns how to take it off. */
  public beforeSave(objectName: string, hook: SaveHook): () => void {
    return this.hooks.add(objectName, hook);
  }

  /** Takes over the writes to an object whose rows are kept elsewhere (permission sets and the like). */
  public registerWriter(writer: TableWriter): void {
    this.writers.set(writer.objectName.toLowerCase(), writer);
  }

  /** Adds a part that was built outside, such as the metadata side. */
  public attach(part: object): void {
    if (!this.parts.includes(part)) this.parts.push(part);
  }

  public get attached(): readonly object[] {
    return this.parts;
  }

  private installCpq(): void {
    for (const object of cpqObjects()) this.schema.addObject(object);
    for (const field of cpqProductFields()) this.schema.putField('Product2', field);
  }

  private seedSetup(): void {
    this.seed('Organization', [
      {
        Id: this.orgId,
        Name: this.name,
        InstanceName: 'PRAC1',
        IsSandbox: this.isSandbox,
        OrganizationType: 'Enterprise Edition',
        Country: 'DE',
        TimeZoneSidKey: 'Europe/Berlin',
        DefaultLocaleSidKey: 'en_US',
        LanguageLocaleKey: 'en_US',
      },
    ]);
    for (const user of this.users) {
      const [firstName = '', ...lastName] = user.name.split(' ');
      this.seed('User', [
        {
          Id: user.id,
          Username: user.username,
          FirstName: firstName,
          LastName: lastName.join(' '),
          Name: user.name,
          Alias: firstName.slice(0, 8).toLowerCase(),
          Email: user.email,
          IsActive: user.active,
          UserType: 'Standard',
        },
      ]);
      this.seed('UserLogin', [{ Id: this.newId('0Yw'), UserId: user.id, IsFrozen: false, IsPasswordLocked: false }]);
    }
  }
}

/** Three characters that differ between orgs, so that two orgs never issue the same id. */
function instanceCode(orgId: string): string {
  const letters = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz';
  const hash = hashText(orgId);
  return `${letters.charAt(hash % 57)}${letters.charAt(Math.floor(hash / 57) % 57)}${letters.charAt(Math.floor(hash / 3249) % 57)}`;
}
