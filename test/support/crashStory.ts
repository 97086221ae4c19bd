import canonicalize from 'canonicalize';
import { openBaselineToPlan } from '../../src/apply/baselineToPlan.js';
import { applyPlan, type ApplyRequest } from '../../src/apply/applyPlan.js';
import type { Dice } from './dice.js';
import { deployZip } from '../../src/apply/components/deployZip.js';
import { makeUndoPlan } from '../../src/apply/undo/makeUndoPlan.js';
import { resumeRun } from '../../src/apply/resumeRun.js';
import { openPlan } from '../../src/apply/readyPlan.js';
import type { RunResult } from '../../src/apply/runResult.js';
import type { ComponentKey } from '../../src/metadata/component.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT, type Chance } from '../../src/model/progress.js';
import type { OrgPorts } from '../../src/org/ports.js';
import { NO_CHOICE } from '../../src/plan/choice/choice.js';
import { makePlan } from '../../src/plan/makePlan.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { openBaseline } from '../../src/snapshot/baseline.js';
import { capture } from '../../src/snapshot/capture.js';
import { EMPTY_SCOPE, type Scope } from '../../src/snapshot/scope.js';
import { FileStore } from '../../src/store/fileStore.js';
import type { Locker } from '../../src/store/lock.js';
import type { OpLogEntry } from '../org/engine/contracts.js';
import { activeVersion } from '../org/engine/flows/flowStore.js';
import type { StoredComponent } from '../org/engine/metadata/componentStore.js';
import { writeXml, type XmlElement } from '../org/engine/metadata/xmlTree.js';
import type { MetadataSide } from '../org/engine/metadata/metadataSide.js';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import { brightcup } from '../org/seed/brightcup.js';
import type { CrashingDisk } from './crashingDisk.js';
import { CrashingDisk as Disk, PowerLoss } from './crashingDisk.js';
import { apexClass, flow, layout, permissionSet, textField } from './deploys.js';
import { InProcessOrg } from './inProcessOrg.js';
import { Memento } from './memento.js';
import { fieldGrant, objectGrant, permissionsOf } from './permissions.js';

export const ROOT = '/project/.rollback';
const OBJECTS = [
  'Product2',
  'PricebookEntry',
  'SBQQ__PriceRule__c',
  'SBQQ__PriceCondition__c',
  'SBQQ__PriceAction__c',
  'SBQQ__ProductFeature__c',
  'SBQQ__ProductOption__c',
  'SBQQ__OptionConstraint__c',
  'SBQQ__ProductRule__c',
  'SBQQ__ErrorCondition__c',
];
const SCOPE: Scope = {
  ...EMPTY_SCOPE,
  flows: 'all' as const,
  metadata: [
    { type: 'ApexClass', fullName: 'DiscountLimits' },
    { type: 'CustomField', fullName: 'Product2.Promo__c' },
    { type: 'CustomField', fullName: 'Product2.Cups_Per_Day__c' },
    { type: 'PermissionSet', fullName: 'Spring_Promotion' },
    { type: 'PermissionSet', fullName: 'Installation_Planner' },
    { type: 'CustomLabel', fullName: 'Trade_In_Notice' },
  ],
  records: OBJECTS.map((object) => ({ object })),
};

type Values = Record<string, string | number | boolean | null>;

/** An org with its bad release, and the disk on which the plan back lies. */
export interface Scene {
  readonly org: PracticeOrg;
  readonly side: MetadataSide;
  readonly disk: CrashingDisk;
  readonly calls: Calls;
}

/** What the lives of a scene ask of its org, until the scene is over. */
export class Calls {
  public over = false;
  private readonly underWay = new Set<Promise<unknown>>();

  public async watched(call: Promise<unknown>): Promise<unknown> {
    this.underWay.add(call);
    return call.finally(() => this.underWay.delete(call));
  }

  /** Nobody asks anything from now on; resolves when the org is done with what it was asked. */
  public async end(): Promise<void> {
    this.over = true;
    await Promise.allSettled(this.underWay);
  }
}

/** What is cut off: a rollback, or the run that takes a rollback back. */
export type Way = 'apply' | 'undo';

/** What the snapshot covers, and what went wrong then. */
export interface Incident {
  readonly scope: Scope;
  /** Whether another snapshot of the same scope was taken just before. */
  readonly twice?: true;
  /** What the org has before the snapshot, besides its seed. */
  readonly before?: (org: PracticeOrg) => void;
  readonly release: (org: PracticeOrg, side: MetadataSide) => Promise<void>;
  /** Steps are under way at the same time: which of them is ahead is not the same twice. */
  readonly sideBySide?: true;
}

/** Everything that counts of an org, as text: two orgs are alike when their pictures are. */
export type Picture = Readonly<Record<string, string>>;

/**
 * One rollback with flows, metadata, permissions and more than 60 records, of every operation, on an org in process; or the
 * run that takes it back. `scene` sets it up again and again, always the same, right before the plan is applied.
 */
export class CrashStory {
  /** The scene that is played on the org that is set back, and the org at its beginning. */
  private stage: { scene: Scene; readonly start: Memento } | undefined;

  private constructor(
    private readonly disk: CrashingDisk,
    public readonly plan: RollbackPlan,
    private readonly incident: Incident,
    private readonly marks: { readonly bad: Mark; readonly planned: Mark },
    /** The rollback that was carried out before. */
    private readonly taken?: { readonly story: CrashStory; readonly planned: Mark }
  ) {}

  public static async begin(way: Way = 'apply', incident: Incident = EVERYTHING): Promise<CrashStory> {
    const story = await CrashStory.beginRollback(incident);
    return way === 'apply' ? story : CrashStory.beginUndo(story);
  }

  private static async beginUndo(story: CrashStory): Promise<CrashStory> {
    const scene = await story.scene();
    const life = new Life(scene, 0);
    const run = await life.apply(story.plan);
    const plan = await life.undo(parseStoreId(run.runId) as StoreId);
    return new CrashStory(scene.disk, plan, story.incident, story.marks, { story, planned: markOf(scene.org) });
  }

  private static async beginRollback(incident: Incident): Promise<CrashStory> {
    const { org, side } = newOrg();
    incident.before?.(org);
    const disk = new Disk();
    const store = new FileStore(
      ROOT,
      '.rollback',
      disk,
      locker(1, () => true)
    );
    const chance = chanceOf(org, 0);
    const ports = new InProcessOrg(org, org.user('Ada Admin'), 'practice', side);
    const request = { scope: incident.scope, allowInFlight: false };
    if (incident.twice) await capture(ports, store, request, chance, SILENT);
    const { snapshot } = await capture(ports, store, request, chance, SILENT);
    const bad = markOf(org);
    await incident.release(org, side);
    const id = parseStoreId(snapshot.id) as StoreId;
    ports.forgetDescribes();
    const asked = {
      everybody: false,
      changedBy: [],
      full: false,
      acceptGaps: false,
      choice: { ...NO_CHOICE, deleteFlows: true },
    };
    const { plan } = await makePlan(ports, store, await openBaseline(store, id, org.orgId), asked, chance, SILENT);
    return new CrashStory(disk, plan, incident, { bad, planned: markOf(org) });
  }

  /** The org and the disk as they are when the plan is about to be applied. */
  public async scene(): Promise<Scene> {
    if (this.taken) {
      const scene = await this.taken.story.scene();
      await new Life(scene, 0).apply(this.taken.story.plan);
      setMark(scene.org, this.taken.planned);
      return { ...scene, disk: this.disk.copy(), calls: new Calls() };
    }
    const { org, side } = newOrg();
    // Ids that the org issues when it is first looked at.
    side.catalogue();
    this.incident.before?.(org);
    setMark(org, this.marks.bad);
    await this.incident.release(org, side);
    setMark(org, this.marks.planned);
    return { org, side, disk: this.disk.copy(), calls: new Calls() };
  }

  /** The same on one org that is set back each time, which is much faster: the scene that was given before is over. */
  public async sceneAgain(): Promise<Scene> {
    if (this.stage === undefined) {
      const scene = await this.scene();
      this.stage = { scene, start: Memento.of(scene.org, scene.side) };
      return scene;
    }
    const { scene, start } = this.stage;
    await scene.calls.end();
    start.setBack();
    this.stage.scene = { ...scene, disk: this.disk.copy(), calls: new Calls() };
    return this.stage.scene;
  }
}

/** One life of the tool on a scene: a process with its own connection and its own hold on the disk. */
export class Life {
  public readonly store: FileStore;
  public readonly ports: OrgPorts;
  private readonly chance: Chance;
  private requests = 0;
  private dead = false;
  private diesAt = Number.POSITIVE_INFINITY;

  public constructor(
    private readonly scene: Scene,
    number: number,
    {
      alone = true,
      jumps,
      pace,
      answers = () => ({}),
    }: {
      /** Whether the processes of other lives are gone; in a race they are not. */
      readonly alone?: boolean;
      /** Sets the clock of this machine forth and back, by up to a month, each time it is read. */
      readonly jumps?: Dice;
      /** Each answer takes its time, so that what is under way side by side overtakes in many ways. */
      readonly pace?: Dice;
      /** Requests that this life has answered otherwise, given the ports of the org as they are. */
      readonly answers?: (org: OrgPorts) => Partial<OrgPorts>;
    } = {}
  ) {
    const { org, side, disk } = scene;
    this.store = new FileStore(
      ROOT,
      '.rollback',
      disk,
      locker(number, (pid) => !alone || (pid === number && !disk.crashed))
    );
    const ports = new InProcessOrg(org, org.user('Ada Admin'), 'practice', side);
    this.ports = this.mortal(ports, answers(ports), pace);
    this.chance = chanceOf(org, number, jumps);
  }

  /** Kills the tool right before (`n`) or right after (`n` + 0.5) its n-th request. */
  public dieAtRequest(n: number): void {
    this.diesAt = n;
  }

  /** It is dead for good, whatever of it was still under way. */
  public bury(): void {
    this.dead = true;
  }

  /** True once the power went in this life. */
  public isDead(): boolean {
    return this.dead || this.scene.disk.crashed;
  }

  public get requestsSent(): number {
    return this.requests;
  }

  public async apply(plan: RollbackPlan, request: Partial<ApplyRequest> = {}): Promise<RunResult> {
    const planId = parseStoreId(plan.id) as StoreId;
    const ready = await openPlan(this.ports, this.store, planId);
    const options = { planId, tests: [], stopAsked: () => false, ...request };
    return applyPlan(this.ports, this.store, ready, options, this.chance, SILENT);
  }

  public resume(id: StoreId): Promise<RunResult> {
    const options = { tests: [], stopAsked: () => false };
    return resumeRun(this.ports, this.store, id, options, this.chance, SILENT);
  }

  /** A plan for whatever differs from a snapshot, whoever changed it. */
  public async planAll(id: StoreId, only: readonly string[], restore: readonly string[] = []): Promise<RollbackPlan> {
    this.ports.forgetDescribes();
    const baseline = await openBaselineToPlan(this.store, id, this.scene.org.orgId);
    const resolve = restore.map((selector) => ({ selector, decision: 'restore' as const }));
    const choice = { ...NO_CHOICE, only: [...only], resolve };
    const request = { everybody: true, changedBy: [], full: false, acceptGaps: false, choice };
    return (await makePlan(this.ports, this.store, baseline, request, this.chance, SILENT)).plan;
  }

  /** A plan back to the undo point of a run. */
  public undo(id: StoreId): Promise<RollbackPlan> {
    this.ports.forgetDescribes();
    return makeUndoPlan(this.ports, this.store, id, this.chance, SILENT);
  }

  /** The ports of a process that may die: dead, it neither asks nor hears anything any more. */
  private mortal(org: OrgPorts, others: Partial<OrgPorts>, pace?: Dice): OrgPorts {
    const { disk, calls } = this.scene;
    const gone = (): boolean => this.dead || disk.crashed || calls.over;
    return new Proxy(org, {
      get: (target, name) => {
        const value: unknown = Reflect.get(name in others ? others : target, name);
        if (typeof value !== 'function' || SAYS_ONLY.has(String(name))) return value;
        return async (...args: unknown[]): Promise<unknown> => {
          if (gone()) throw new PowerLoss();
          const mine = (this.requests += 1);
          if (this.diesAt === mine) this.die();
          // Mostly quick; now and then as long as several steps take.
          const turns = pace?.below(pace.chance(0.1) ? 500 : 20) ?? 0;
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
          if (gone()) throw new PowerLoss();
          const answer = await calls.watched((value as (...given: unknown[]) => Promise<unknown>).apply(target, args));
          if (this.diesAt === mine + 0.5) this.die();
          if (gone()) throw new PowerLoss();
          return answer;
        };
      },
    });
  }

  private die(): void {
    this.dead = true;
    this.scene.disk.powerOff();
    throw new PowerLoss();
  }
}

/** Members of the ports that send nothing. */
const SAYS_ONLY = new Set(['requests', 'lastAnswerAt', 'apiUsage', 'forgetDescribes']);

function newOrg(): { org: PracticeOrg; side: MetadataSide } {
  const company = brightcup();
  company.org.switches.jobPolls = 0;
  company.org.switches.deployFlowsActive = true;
  return company;
}

function locker(pid: number, isAlive: (pid: number) => boolean): Locker {
  return { host: 'laptop', pid, isAlive };
}

const MONTH_MS = 30 * 24 * 3_600_000;

function chanceOf(org: PracticeOrg, life: number, jumps?: Dice): Chance {
  let n = 0;
  const off = (): number => (jumps ? jumps.between(-MONTH_MS, MONTH_MS) : 0);
  return {
    now: () => new Date(org.clock.millis() + life * 1_000 + (n += 1) + off()),
    entropy: (bytes) => (life * 4_096 + (n += 1)).toString(16).padStart(bytes * 2, '0'),
  };
}

/** Clock and Ids of an org at one moment: set again, the org goes on exactly as it did. */
interface Mark {
  readonly millis: number;
  readonly next: number;
}

function idsOf(org: PracticeOrg): { next: number } {
  return (org as unknown as { ids: { next: number } }).ids;
}

function markOf(org: PracticeOrg): Mark {
  return { millis: org.clock.millis(), next: idsOf(org).next };
}

function setMark(org: PracticeOrg, mark: Mark): void {
  org.clock.advance(mark.millis - org.clock.millis());
  idsOf(org).next = mark.next;
}

/** What Dov's release does: something of everything the way back has an operation for. */
async function badRelease(org: PracticeOrg, side: MetadataSide): Promise<void> {
  const dov = org.user('Dov Deployer');
  org.clock.advance(3_600_000);
  await deploy(
    org,
    side,
    {
      ...flow('Machine_Finder', 'bad'),
      ...flow('Spring_Offer', 'new'),
      ...apexClass('DiscountLimits', 'public class DiscountLimits { }'),
      ...textField('Product2', 'Promo__c', 'Promo'),
      ...permissionSet('Spring_Promotion', 'Spring Promotion', ['Product2.Promo__c']),
      // What the set grants now is to be revoked, and what it granted is to be granted again.
      ...permissionSet('Installation_Planner', 'Installation Planner', ['Product2.Cups_Per_Day__c']),
    },
    [
      'Flow:Machine_Finder',
      'Flow:Spring_Offer',
      'ApexClass:DiscountLimits',
      'CustomField:Product2.Promo__c',
      'PermissionSet:Spring_Promotion',
      'PermissionSet:Installation_Planner',
    ]
  );
  // The version that ran is gone: its body has to come back as a new one.
  await deploy(org, side, flow('Approve_Quote_Discount', 'bad'), ['Flow:Approve_Quote_Discount']);
  const approve = side.flows.all().find((each) => each.name === 'Approve_Quote_Discount');
  const ran = approve?.versions.filter((version) => version !== activeVersion(approve)).at(-1);
  if (ran) side.tooling.deleteVersion(dov, ran.id);

  badRows(org, { Promo__c: 'SPRING' });
}

/** Rows updated, deleted, purged and inserted, and an hour in which nothing happens. */
function badRows(org: PracticeOrg, more: Values = {}): void {
  const dov = org.user('Dov Deployer');
  const ids = (object: string): string[] =>
    [...org.store.rows(object)].filter((row) => row['IsDeleted'] !== true).map((row) => String(row['Id']));
  const update = (object: string, id: string, values: Values): void =>
    void org.records.writeOne(dov, { operation: 'update', object, id, values });
  const insert = (object: string, values: Values): string =>
    org.records.writeOne(dov, { operation: 'insert', object, values }).id;
  const remove = (id: string, purge: boolean): void => {
    org.records.writeOne(dov, { operation: 'delete', id });
    if (purge) org.records.writeOne(dov, { operation: 'purge', id });
  };
  ids('Product2').forEach((id, n) => update('Product2', id, { Description: `Spring ${n}`, ...more }));
  const rules = ids('SBQQ__PriceRule__c');
  for (const [n, id] of rules.entries())
    if (n % 3 !== 2) update('SBQQ__PriceRule__c', id, { SBQQ__EvaluationOrder__c: 900 + n });
  for (const [n, id] of ids('SBQQ__PriceCondition__c').entries())
    if (n % 3 === 0) update('SBQQ__PriceCondition__c', id, { SBQQ__Value__c: 'Spring' });
  for (const [n, id] of ids('SBQQ__PriceAction__c').entries())
    if (n % 2 === 0) update('SBQQ__PriceAction__c', id, { SBQQ__Value__c: String(n) });
  ids('SBQQ__ProductOption__c').forEach((id, n) => (n < 6 ? remove(id, n < 4) : undefined));
  remove(rules[2] as string, false);
  remove(rules[5] as string, true);
  const book = String([...org.store.rows('Pricebook2')].find((row) => row['IsStandard'] === true)?.['Id']);
  for (let n = 0; n < 8; n += 1) {
    const product = insert('Product2', { Name: `Spring ${n}`, IsActive: true });
    if (n < 4) insert('PricebookEntry', { Product2Id: product, Pricebook2Id: book, UnitPrice: n, IsActive: true });
  }
  for (let n = 0; n < 3; n += 1) {
    const rule = insert('SBQQ__PriceRule__c', { Name: `Spring ${n}` });
    insert('SBQQ__PriceAction__c', { SBQQ__Rule__c: rule, SBQQ__Value__c: '1' });
  }
  org.clock.advance(3_600_000);
}

const EVERYTHING: Incident = { scope: SCOPE, release: badRelease };

const LAYOUT = 'Installation_Visit__c-Installation Visit Layout';

/** A deployment that rows do not wait for, and the same rows: both are under way at the same time. */
export const SIDE_BY_SIDE: Incident = {
  scope: {
    ...EMPTY_SCOPE,
    metadata: [
      { type: 'Layout', fullName: LAYOUT },
      { type: 'ListView', fullName: 'Installation_Visit__c.Spring' },
    ],
    records: SCOPE.records,
  },
  sideBySide: true,
  release: async (org, side) => {
    org.clock.advance(3_600_000);
    await deploy(org, side, { ...layout(LAYOUT, 'Spring') }, [`Layout:${LAYOUT}`]);
    badRows(org);
  },
};

/** Rows of every kind that one deployment gives and takes: in a permission set that it replaces, and in a profile. */
export const ONLY_PERMISSIONS: Incident = {
  scope: {
    ...EMPTY_SCOPE,
    metadata: [
      { type: 'PermissionSet', fullName: 'Installation_Planner' },
      { type: 'ApexClass', fullName: 'MachineSizing' },
      { type: 'ApexClass', fullName: 'DiscountLimits' },
    ],
  },
  release: async (org, side) => {
    org.clock.advance(3_600_000);
    await deploy(
      org,
      side,
      {
        'permissionsets/Installation_Planner.permissionset': `<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata"><classAccesses><apexClass>MachineSizing</apexClass><enabled>true</enabled></classAccesses><description>Plans installation visits.</description>${fieldGrant('Product2.Cups_Per_Day__c', true)}${fieldGrant('Installation_Visit__c.Visit_Date__c', false)}<label>Installation Planner</label>${objectGrant('Installation_Visit__c', 'allowRead')}<userPermissions><enabled>true</enabled><name>ViewSetup</name></userPermissions></PermissionSet>`,
        'profiles/Admin.profile':
          '<Profile xmlns="http://soap.sforce.com/2006/04/metadata"><classAccesses><apexClass>DiscountLimits</apexClass><enabled>false</enabled></classAccesses><classAccesses><apexClass>MachineSizing</apexClass><enabled>true</enabled></classAccesses></Profile>',
      },
      ['PermissionSet:Installation_Planner', 'Profile:Admin']
    );
    org.clock.advance(3_600_000);
  },
};

async function deploy(
  org: PracticeOrg,
  side: MetadataSide,
  files: Readonly<Record<string, string>>,
  members: readonly string[]
): Promise<void> {
  const key = (text: string): ComponentKey => {
    const [type = '', fullName = ''] = text.split(':');
    return { type, fullName };
  };
  const contents = Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }));
  const zip = await deployZip(contents, members.map(key), [], '66.0');
  const options = { rollbackOnError: true, singlePackage: true, ignoreWarnings: true };
  const result = await side.deployZip(zip, options, org.user('Dov Deployer'));
  if (result.status !== 'Succeeded') throw new Error(`the org refused the release: ${JSON.stringify(result)}`);
}

const STAMPS = new Set(['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp', 'Id']);

/**
 * What the org is. Stamps do not count, and rows that had to be inserted again go by what they hold: their new Ids depend
 * on how many jobs there were.
 */
export function pictureOf(scene: Scene): Picture {
  const { org, side } = scene;
  const picture: Record<string, string> = {};
  const nameOf = new Map<string, string>();
  const living = OBJECTS.map((object) => ({
    object,
    rows: [...org.store.rows(object)].filter((row) => row['IsDeleted'] !== true),
  }));
  const known = new Set(knownIds());
  for (const { object, rows } of living)
    for (const row of rows) {
      const id = String(row['Id']);
      if (!known.has(id)) nameOf.set(id, `new ${object} ${String(row['Name'] ?? '')}`);
    }
  for (const { object, rows } of living) {
    const lines = rows.map((row) => {
      const cells = Object.entries(row)
        .filter(([field]) => !STAMPS.has(field))
        .map(([field, value]) => `${field}=${nameOf.get(String(value)) ?? String(value)}`);
      return `${nameOf.get(String(row['Id'])) ?? String(row['Id'])}: ${cells.sort().join(' ')}`;
    });
    picture[object] = lines.sort().join('\n');
  }
  for (const each of side.flows.all())
    picture[`Flow:${each.name}`] = [
      `runs ${activeVersion(each)?.number ?? 'nothing'}`,
      ...each.versions.map((version) => `${version.number} ${version.status} ${JSON.stringify(version.body)}`),
    ].join('\n');
  for (const component of side.components.all())
    picture[`${component.type}:${component.fullName}`] = contentOf(component);
  picture['permissions'] = permissionsOf(org, org.user('Ada Admin')).join('\n');
  return picture;
}

/** Components never change in place. */
const contents = new WeakMap<StoredComponent, string>();

function contentOf(component: StoredComponent): string {
  const text = contents.get(component) ?? writtenContent(component);
  contents.set(component, text);
  return text;
}

function writtenContent({ type, content }: StoredComponent): string {
  // Files of access are made anew from their rows; an entry that says no is the same as none.
  if (content.kind === 'xml' && (type === 'Profile' || type === 'PermissionSet'))
    return content.root.children
      .filter((entry) => !grantsNothing(entry))
      .map(writeXml)
      .sort()
      .join('\n');
  if (content.kind === 'xml') return canonicalize(content.root) ?? '';
  return JSON.stringify([[...content.files].map(([path, bytes]) => [path, bytes.toString('latin1')]), content.meta]);
}

function grantsNothing({ children }: XmlElement): boolean {
  const answers = children.map(({ text }) => text).filter((text) => text === 'true' || text === 'false');
  return answers.length > 0 && answers.every((answer) => answer === 'false');
}

let seedIds: string[] | undefined;

/** Ids of the company as it was seeded. */
function knownIds(): readonly string[] {
  if (seedIds === undefined) {
    const { org } = newOrg();
    seedIds = OBJECTS.flatMap((object) => [...org.store.rows(object)].map((row) => String(row['Id'])));
  }
  return seedIds;
}

/** What differs between two pictures, a line each. */
export function differences(expected: Picture, found: Picture): string[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((key) => {
    if (expected[key] === found[key]) return [];
    const before = new Set((expected[key] ?? '').split('\n'));
    const after = new Set((found[key] ?? '').split('\n'));
    const missing = [...before]
      .filter((line) => !after.has(line))
      .map((line) => `${key}: missing ${line.slice(0, 300)}`);
    const extra = [...after].filter((line) => !before.has(line)).map((line) => `${key}: extra ${line.slice(0, 300)}`);
    return [...missing, ...extra];
  });
}

/** Rows, and permission rows, that were inserted, undeleted or deleted more than once by the one who rolls back. */
export function writtenTwice(scene: Scene, from: number): string[] {
  const ada = scene.org.user('Ada Admin').id;
  const seen = new Map<string, number>();
  for (const entry of scene.org.opLog.entries.slice(from) as readonly OpLogEntry[]) {
    if ((entry.kind !== 'recordWrite' && entry.kind !== 'permissionWrite') || entry.user !== ada) continue;
    if (!['insert', 'delete', 'undelete'].includes(entry.operation)) continue;
    const key = `${entry.operation} ${entry.object} ${entry.id}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return [...seen].filter(([, times]) => times > 1).map(([key, times]) => `${key}: ${times} times`);
}
