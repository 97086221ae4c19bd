import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthInfo, Connection, Org } from '@salesforce/core';
import { applyPlan } from '../../src/apply/applyPlan.js';
import { openPlan } from '../../src/apply/readyPlan.js';
import type { RunResult } from '../../src/apply/runResult.js';
import { knownNewIds } from '../../src/apply/knownNewIds.js';
import { addCounts } from '../../src/model/operation.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT, type Chance } from '../../src/model/progress.js';
import { connectOrg } from '../../src/org/connectOrg.js';
import type { OrgPorts } from '../../src/org/ports.js';
import { NO_CHOICE } from '../../src/plan/choice.js';
import { makePlan } from '../../src/plan/makePlan.js';
import { readItems } from '../../src/plan/readPlan.js';
import type { RecordItem, RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { openBaseline } from '../../src/snapshot/baseline.js';
import { capture } from '../../src/snapshot/capture.js';
import { EMPTY_SCOPE } from '../../src/snapshot/scope.js';
import type { Store } from '../../src/store/ports.js';
import type { FieldSchema, OpLogEntry, Row } from '../org/engine/contracts.js';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import { startPracticeOrg } from '../org/http/server.js';
import { InProcessOrg } from './inProcessOrg.js';
import { MemoryStore } from './memoryStore.js';
import { isLookup, RandomWorld, type CaseSpec } from './randomWorld.js';

/** What the figures of the record lane count: how many cases held each. */
export const HARDSHIPS = [
  'cascade undelete',
  'emptied bin',
  'cycle',
  'Custom logic',
  'unique swap',
  'restrict',
  'set-null',
  "a colleague's concurrent edit",
] as const;
export type Hardship = (typeof HARDSHIPS)[number];

export interface CaseReport {
  /** What is not as promised; empty when the case holds. */
  readonly problems: readonly string[];
  readonly hardships: ReadonlySet<Hardship>;
  /** The bad deployment and the way back, a line each, for whoever looks into a failure. */
  readonly story: () => string;
}

/** A way to an org and a place for files. */
export interface Stage {
  readonly ports: OrgPorts;
  readonly store: Store;
  close(): Promise<void>;
}

export async function inProcess(org: PracticeOrg): Promise<Stage> {
  return {
    ports: new InProcessOrg(org, org.user('Ada Admin')),
    store: new MemoryStore(),
    close: () => Promise.resolve(),
  };
}

/** Real requests to a server. Files stay in memory here: those on disk have tests of their own. */
export async function overHttp(org: PracticeOrg): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'rollback-case-'));
  const running = await startPracticeOrg({ org });
  process.env.HOME = folder;
  const { token } = org.user('Ada Admin');
  const authInfo = await AuthInfo.create({
    username: token,
    accessTokenOptions: { accessToken: token, instanceUrl: running.url, loginUrl: running.url },
  });
  const connection = await Connection.create({ authInfo });
  connection.setApiVersion('66.0');
  return {
    ports: await connectOrg(await Org.create({ connection }), connection, 'practice', 20_000),
    store: new MemoryStore(),
    close: async () => {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Living rows by object and Id, as they were at one moment. */
type Picture = ReadonlyMap<string, ReadonlyMap<string, Row>>;
type RecordWrite = Extract<OpLogEntry, { kind: 'recordWrite' }>;

/** Stamps of the org, which a way back never brings back. */
const STAMPS = new Set(['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp', 'Id']);
const DOV = 'dov.deployer@brightcup.example';

/** Plays a case from the snapshot to the second plan, and holds every promise of the record lane against what happened. */
export async function playCase(spec: CaseSpec, stageOf: (org: PracticeOrg) => Promise<Stage>): Promise<CaseReport> {
  const world = new RandomWorld(spec);
  const stage = await stageOf(world.org);
  try {
    return await new Play(world, stage).run();
  } finally {
    await stage.close();
  }
}

class Play {
  private readonly problems: string[] = [];
  private readonly chance: Chance;
  private before: Picture = new Map();
  private bad: Picture = new Map();
  /** Rows as the bad deployment left them, those in the bin too. */
  private leftBehind: ReadonlyMap<string, Row> = new Map();
  private after: Picture = new Map();
  private badLog: readonly RecordWrite[] = [];
  private backLog: readonly RecordWrite[] = [];
  private plan: RollbackPlan | undefined;
  private result: RunResult | undefined;
  private ids: ReadonlyMap<string, string> = new Map();
  private items: ReadonlyMap<string, readonly RecordItem[]> = new Map();
  private readonly emptied = new Set<string>();

  public constructor(
    private readonly world: RandomWorld,
    private readonly stage: Stage
  ) {
    let n = 0;
    this.chance = {
      now: () => new Date(this.world.org.clock.millis() + (n += 1) * 10),
      entropy: (bytes) => (n += 1).toString(16).padStart(bytes * 2, '0'),
    };
  }

  public async run(): Promise<CaseReport> {
    const { org } = this.world;
    try {
      const records = this.world.objects.map((object) => ({ object }));
      const { snapshot } = await capture(
        this.stage.ports,
        this.stage.store,
        { scope: { ...EMPTY_SCOPE, records }, allowInFlight: false },
        this.chance,
        SILENT
      );
      const snapshotId = parseStoreId(snapshot.id) as StoreId;
      this.before = this.picture();
      this.badLog = this.writesDuring(() => this.world.deployBadly());
      this.bad = this.picture();
      this.leftBehind = new Map(
        this.world.objects.flatMap((object) =>
          [...org.store.rows(object)].map((row) => [String(row['Id']), row] as const)
        )
      );
      for (const [id, entry] of org.store.binEntries())
        if (entry.purged || org.switches.binEmptied) this.emptied.add(id);

      this.plan = await this.planned(snapshotId);
      await this.apply(this.plan);
      this.after = this.picture();
      this.compare();
      this.checkConflicts();
      this.checkWrites();
      await this.checkSecondPlan(snapshotId);
    } catch (error) {
      const { stack, message } = error as Error;
      this.problems.push(`threw: ${(stack ?? message).split('\n').slice(0, 6).join('\n    ')}`);
    }
    return { problems: this.problems, hardships: this.hardships(), story: () => this.story() };
  }

  private picture(): Picture {
    return new Map(
      this.world.objects.map((object) => [
        object,
        new Map(this.world.rows(object).map((row) => [String(row['Id']), row])),
      ])
    );
  }

  private writesDuring(work: () => void): RecordWrite[] {
    const from = this.world.org.opLog.entries.length;
    work();
    return this.writesFrom(from);
  }

  private writesFrom(from: number): RecordWrite[] {
    return this.world.org.opLog.entries
      .slice(from)
      .filter((entry): entry is RecordWrite => entry.kind === 'recordWrite');
  }

  // --- the verbs -----------------------------------------------------------------------------------------------------

  private async planned(snapshotId: StoreId): Promise<RollbackPlan> {
    const { ports, store } = this.stage;
    ports.forgetDescribes();
    const known = await knownNewIds(store, snapshotId);
    const baseline = await openBaseline(store, snapshotId, ports.identity.orgId, known);
    const request = { everybody: false, changedBy: [DOV], full: false, acceptGaps: false, choice: NO_CHOICE };
    return (await makePlan(ports, store, baseline, request, this.chance, SILENT)).plan;
  }

  private async applied(plan: RollbackPlan): Promise<RunResult> {
    const { ports, store } = this.stage;
    ports.forgetDescribes();
    const planId = parseStoreId(plan.id) as StoreId;
    const ready = await openPlan(ports, store, planId);
    const request = { planId, tests: [], stopAsked: () => false };
    return applyPlan(ports, store, ready, request, this.chance, SILENT);
  }

  private async apply(plan: RollbackPlan): Promise<void> {
    const folder = await this.stage.store.open('plans', parseStoreId(plan.id) as StoreId);
    this.items = new Map(
      await Promise.all(plan.steps.map(async (step) => [step.id, await readItems(folder, step)] as const))
    );
    for (const manual of plan.manual) this.problems.push(`manual: ${manual.target}: ${manual.what}`);
    for (const finding of plan.findings)
      if (finding.severity === 'error') this.problems.push(`finding: ${finding.code} ${finding.message}`);
    if (plan.steps.length === 0) return;
    const from = this.world.org.opLog.entries.length;
    const result = await this.applied(plan);
    this.backLog = this.writesFrom(from);
    this.result = result;
    this.ids = new Map(Object.entries(result.idMap));
    for (const step of result.steps)
      for (const error of step.errors)
        this.problems.push(`outcome: ${step.operation} ${error.target}: ${error.code} ${error.message}`);
    if (result.status !== 'succeeded') this.problems.push(`status: ${result.status}`);
    this.checkTotals(plan, result);
  }

  private checkTotals(plan: RollbackPlan, result: RunResult): void {
    const sum = (counts: object): number => Object.values(counts).reduce((n: number, count: number) => n + count, 0);
    for (const step of plan.steps) {
      const counts = result.steps.find((entry) => entry.id === step.id)?.counts ?? {};
      if (sum(counts) !== step.count)
        this.problems.push(`totals: ${step.id} has ${step.count} items, ${JSON.stringify(counts)}`);
    }
    const totals = addCounts(result.steps.map((step) => step.counts));
    if (JSON.stringify(totals) !== JSON.stringify(result.totals))
      this.problems.push(`totals: ${JSON.stringify(result.totals)} are not the sum ${JSON.stringify(totals)}`);
  }

  // --- the promises --------------------------------------------------------------------------------------------------

  /** Every row is as in the snapshot up to the new Ids; a kept row is as its last editor left it. */
  private compare(): void {
    const kept = this.kept();
    const old = new Map([...this.ids].map(([from, to]) => [to, from]));
    for (const object of this.world.objects) {
      const before = this.before.get(object) ?? new Map<string, Row>();
      const after = this.after.get(object) ?? new Map<string, Row>();
      for (const [id, row] of before) {
        const now = after.get(this.ids.get(id) ?? id);
        if (now) this.compareRow(object, row, now, kept.has(id));
        else if (!kept.has(id)) this.problems.push(`missing: ${this.name(object, id)}`);
      }
      for (const [id] of after)
        if (!before.has(old.get(id) ?? id) && !kept.has(id)) this.problems.push(`left over: ${this.name(object, id)}`);
    }
  }

  private compareRow(object: string, before: Row, now: Row, isKept: boolean): void {
    const newId = before['Id'] !== now['Id'];
    const bad = this.leftBehind.get(String(before['Id'])) ?? {};
    for (const field of this.world.org.schema.get(object)?.fields ?? []) {
      if (STAMPS.has(field.name) || field.calculated === true || (newId && field.autoNumber === true)) continue;
      const wanted = this.followed(field, before[field.name] ?? null);
      const is = now[field.name] ?? null;
      if (is === wanted) continue;
      if (isKept && is === (bad[field.name] ?? null)) continue;
      // Her own lookup, blanked by the deletion of its target, filled again by the org with that target.
      if (isKept && this.filledAgain(String(before['Id']), field.name)) continue;
      // It came back without what it pointed to, where that stays deleted.
      if (isKept && is === null && isLookup(field) && !this.lives(String(wanted))) continue;
      this.problems.push(
        `differs: ${this.name(object, String(before['Id']))}.${field.name} is ${JSON.stringify(is)}, was ${JSON.stringify(wanted)}${isKept ? ' (kept)' : ''}`
      );
    }
  }

  /** Whether the org restored a lookup on the way back whose value the colleague had set. */
  private filledAgain(id: string, field: string): boolean {
    const cleo = this.world.user('Cleo Colleague').id;
    const setLast = this.badLog.findLast(
      (entry) => entry.id === id && entry.operation === 'update' && entry.fields?.includes(field)
    );
    return (
      setLast?.user === cleo &&
      this.backLog.some(
        (entry) => entry.id === id && entry.operation === 'restoreLookup' && entry.fields?.includes(field)
      )
    );
  }

  private lives(id: string): boolean {
    return [...this.after.values()].some((rows) => rows.has(id));
  }

  /** A value of the snapshot with the Ids that its targets have now. */
  private followed(field: FieldSchema, value: Row[string]): Row[string] {
    if (typeof value !== 'string' || this.ids.size === 0) return value;
    if (field.type === 'reference') return this.ids.get(value) ?? value;
    if (field.type !== 'string' && field.type !== 'textarea') return value;
    const [, to] = [...this.ids].find(([from]) => from === value || from.slice(0, 15) === value) ?? [];
    return to === undefined ? value : to.slice(0, value.length);
  }

  /** Ids of the rows that the plan keeps as a conflict. */
  private kept(plan = this.plan): Set<string> {
    const kept = (plan?.conflicts ?? [])
      .filter((conflict) => conflict.decision === 'keep')
      .map((conflict) => conflict.target.split(':').at(-1) ?? '');
    return new Set(kept.flatMap((id) => [id, this.ids.get(id) ?? id]));
  }

  /** A conflict needs somebody else's work: without a colleague there is none. */
  private checkConflicts(): void {
    const cleo = this.world.user('Cleo Colleague').id;
    const hers = new Set(this.badLog.filter((entry) => entry.user === cleo).map((entry) => entry.id));
    let open = this.plan?.conflicts ?? [];
    // What is kept for her sake keeps others in turn.
    for (let before = -1; before !== open.length;) {
      before = open.length;
      open = open.filter((conflict) => {
        const [, object = '', id = ''] = conflict.target.split(':');
        const found =
          hers.has(id) ||
          [...hers].some((other) => this.pointsTo(other, id, new Set())) ||
          this.needsOneOf(object, id, hers);
        if (found) hers.add(id);
        return !found;
      });
    }
    for (const conflict of open)
      this.problems.push(
        `needless conflict: ${conflict.kind} ${conflict.target} (${conflict.baseline} -> ${conflict.current})`
      );
  }

  /** Whether a row cannot be as it was because of one of `rows`: it pointed to it, or that row has its key now. */
  private needsOneOf(object: string, id: string, rows: ReadonlySet<string>): boolean {
    const before = this.before.get(object)?.get(id);
    if (!before) return false;
    if (Object.entries(before).some(([field, value]) => field !== 'Id' && rows.has(String(value)))) return true;
    return [...(this.bad.get(object) ?? [])].some(
      ([holder, row]) => rows.has(holder) && typeof row['Key__c'] === 'string' && row['Key__c'] === before['Key__c']
    );
  }

  /** Whether a row holds another by its lookups, at any depth, as the bad deployment left it. */
  private pointsTo(from: string, to: string, seen: Set<string>): boolean {
    if (seen.has(from)) return false;
    seen.add(from);
    const row = [...this.bad.values()].map((rows) => rows.get(from)).find((found) => found !== undefined);
    return Object.entries(row ?? {}).some(
      ([field, value]) =>
        typeof value === 'string' &&
        !STAMPS.has(field) &&
        (value === to || (/^[qa]\w{17}$/.test(value) && this.pointsTo(value, to, seen)))
    );
  }

  /** Every write of the run is an item of the plan; what the org does by itself may touch only rows of the plan. */
  private checkWrites(): void {
    const allowed = new Map<string, Set<string>>();
    const writes: Record<string, RecordWrite['operation'][]> = {
      undeleteRecords: ['undelete'],
      // A value that no CSV can carry is set right after the insert.
      insertRecords: ['insert', 'update'],
      updateRecords: ['update'],
      deactivateRecords: ['update'],
      deleteRecords: ['delete'],
    };
    const planned = new Set<string>();
    const allow = (id: string, operation: string): void =>
      void (allowed.get(id) ?? allowed.set(id, new Set()).get(id))?.add(operation);
    const fields = new Map<string, Set<string>>();
    for (const step of this.plan?.steps ?? []) {
      const operations = [step.operation, ...step.fallbacks.map((fallback) => fallback.operation)];
      for (const item of this.items.get(step.id) ?? []) {
        for (const id of [item.id, this.ids.get(item.id) ?? item.id]) {
          planned.add(id);
          for (const operation of operations) for (const write of writes[operation] ?? []) allow(id, write);
          const known = fields.get(id) ?? new Set<string>();
          fields.set(id, known);
          for (const field of Object.keys(item.after ?? {})) known.add(field);
        }
      }
    }
    for (const entry of this.backLog) {
      const name = `${entry.operation} ${this.name(entry.object, entry.id)}`;
      if (['insert', 'update', 'delete', 'undelete'].includes(entry.operation)) {
        if (!allowed.get(entry.id)?.has(entry.operation)) this.problems.push(`outside the plan: ${name}`);
        else
          for (const field of entry.operation === 'update' ? (entry.fields ?? []) : [])
            if (!fields.get(entry.id)?.has(field)) this.problems.push(`outside the plan: ${name} ${field}`);
      } else if (['cascadeDelete', 'setNull'].includes(entry.operation) && !planned.has(entry.id))
        this.problems.push(`outside the plan: ${name}`);
    }
  }

  /** A plan made afterwards has nothing to do, and the first plan applied again does nothing. */
  private async checkSecondPlan(snapshotId: StoreId): Promise<void> {
    const from = this.world.org.opLog.entries.length;
    const second = await this.planned(snapshotId);
    const kept = this.kept();
    for (const step of second.steps)
      this.problems.push(`second plan: ${step.operation} ${step.target} ${step.count} (${step.reason})`);
    for (const conflict of second.conflicts) {
      const id = conflict.target.split(':').at(-1) ?? '';
      if (!kept.has(id)) this.problems.push(`second plan: ${conflict.kind} ${conflict.target} ${conflict.current}`);
    }
    for (const manual of second.manual) this.problems.push(`second plan: manual ${manual.target}`);
    if (this.plan && this.result?.status === 'succeeded') {
      const again = await this.applied(this.plan);
      if (again.status !== 'alreadyApplied') this.problems.push(`applied again: ${again.status}`);
    }
    for (const entry of this.writesFrom(from))
      this.problems.push(`second plan wrote: ${entry.operation} ${this.name(entry.object, entry.id)}`);
  }

  // --- what the case held --------------------------------------------------------------------------------------------

  private hardships(): ReadonlySet<Hardship> {
    const held = new Set<Hardship>();
    const dov = this.world.user('Dov Deployer').id;
    const cleo = this.world.user('Cleo Colleague').id;
    const gone = new Map<string, Row>();
    const fresh = new Map<string, Row>();
    for (const object of this.world.objects) {
      for (const [id, row] of this.before.get(object) ?? []) if (!this.bad.get(object)?.has(id)) gone.set(id, row);
      for (const [id, row] of this.bad.get(object) ?? []) if (!this.before.get(object)?.has(id)) fresh.set(id, row);
    }
    if (this.backLog.some((entry) => entry.operation === 'cascadeUndelete')) held.add('cascade undelete');
    if ([...gone.keys()].some((id) => this.emptied.has(id))) held.add('emptied bin');
    if (hasCycle(gone) || hasCycle(fresh)) held.add('cycle');
    if (this.badLog.some((entry) => entry.operation === 'setNull' && this.alive(entry))) held.add('set-null');
    if (this.badLog.some((entry) => entry.user === cleo && ['insert', 'update', 'delete'].includes(entry.operation)))
      held.add("a colleague's concurrent edit");
    if (this.customLogicTouched(dov)) held.add('Custom logic');
    if (this.keysMoved()) held.add('unique swap');
    if (this.restricted(gone) || this.restricted(fresh)) held.add('restrict');
    return held;
  }

  private alive(entry: RecordWrite): boolean {
    return this.bad.get(entry.object)?.has(entry.id) === true && this.before.get(entry.object)?.has(entry.id) === true;
  }

  private customLogicTouched(dov: string): boolean {
    const { family } = this.world.spec;
    if (!family) return false;
    const custom = (row: Row | undefined): boolean => row?.['SBQQ__ConditionsMet__c'] === 'Custom';
    return this.badLog.some((entry) => {
      if (entry.user !== dov) return false;
      if (entry.object !== family.rule && entry.object !== family.condition) return false;
      const find = (picture: Picture): Row | undefined => {
        const row = picture.get(entry.object)?.get(entry.id);
        return entry.object === family.rule ? row : picture.get(family.rule)?.get(String(row?.[family.link]));
      };
      return custom(find(this.before)) || custom(find(this.bad));
    });
  }

  /** A key of the snapshot that another living row has now. */
  private keysMoved(): boolean {
    return this.world.objects.some((object) => {
      const owners = new Map([...(this.before.get(object) ?? [])].map(([id, row]) => [row['Key__c'] ?? null, id]));
      return [...(this.bad.get(object) ?? [])].some(([id, row]) => {
        const owner = owners.get(row['Key__c'] ?? null);
        return typeof row['Key__c'] === 'string' && owner !== undefined && owner !== id;
      });
    });
  }

  /** Two of these rows, one of which restricts the deletion of the other. */
  private restricted(rows: ReadonlyMap<string, Row>): boolean {
    return [...rows].some(([id, row]) => {
      const object = this.world.org.schema.objectOfId(id);
      return (object?.fields ?? []).some(
        (field) =>
          isLookup(field) &&
          field.cascadeDelete !== true &&
          (field.restrictedDelete === true || field.nillable !== true) &&
          rows.has(String(row[field.name]))
      );
    });
  }

  // --- the story -----------------------------------------------------------------------------------------------------

  private name(object: string, id: string): string {
    const rows = [...this.world.org.store.rows(object)].map((row) => String(row['Id'])).sort();
    const mark = this.before.get(object)?.has(id) ? '' : ' new';
    return `${object}#${rows.indexOf(id)}(${id.slice(-6, -3)}${mark})`;
  }

  private story(): string {
    const who = new Map(this.world.org.users.map((user) => [user.id, user.name.split(' ')[0]]));
    const line = (entry: RecordWrite): string => {
      const row = this.world.org.store.get(entry.object, entry.id);
      const values = (entry.fields ?? []).map((field) => `${field}=${this.short(row?.[field] ?? null)}`).join(' ');
      return `  ${who.get(entry.user) ?? '?'} ${entry.operation} ${this.name(entry.object, entry.id)} ${values}`;
    };
    const lines = ['objects:'];
    for (const object of this.world.spec.objects)
      lines.push(
        `  ${object.name}${object.undeletable ? '' : ' (no undelete)'} ${object.nameField}: ${object.fields.join(' ')}`
      );
    lines.push('snapshot:');
    for (const object of this.world.objects)
      for (const [id, row] of this.before.get(object) ?? [])
        lines.push(
          `  ${this.name(object, id)} ${Object.entries(row)
            .filter(([field, value]) => value !== null && /(__c)$/.test(field))
            .map(([field, value]) => `${field}=${this.short(value)}`)
            .join(' ')}`
        );
    lines.push('bad deployment (values as they are at the end):', ...this.badLog.map(line));
    lines.push(`emptied: ${[...this.emptied].map((id) => this.short(id)).join(' ') || 'nothing'}`);
    lines.push('plan:');
    for (const step of this.plan?.steps ?? []) {
      lines.push(`  ${step.id} ${step.operation} ${step.target} after ${step.waitsFor.join(',') || 'nothing'}`);
      for (const item of this.items.get(step.id) ?? [])
        lines.push(
          `     ${this.short(item.id)} ${
            step.operation === 'updateRecords'
              ? Object.entries(item.after ?? {})
                  .map(
                    ([field, value]) => `${field}: ${this.short(item.before?.[field] ?? null)} -> ${this.short(value)}`
                  )
                  .join(', ')
              : ''
          }`
        );
    }
    for (const conflict of this.plan?.conflicts ?? [])
      lines.push(
        `  conflict ${conflict.kind} ${this.short(conflict.target.split(':').at(-1) ?? '')} ${conflict.current}`
      );
    lines.push('way back:', ...this.backLog.map(line));
    return lines.join('\n');
  }

  private short(value: Row[string]): string {
    if (typeof value !== 'string' || !/^[qa]\w{17}$/.test(value)) return JSON.stringify(value);
    const object = this.world.org.schema.objectOfId(value);
    return object ? this.name(object.name, value) : value;
  }
}

/** Whether rows point to each other in a ring; a row that points to itself is one too. */
function hasCycle(rows: ReadonlyMap<string, Row>): boolean {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string): boolean => {
    if (open.has(id)) return true;
    if (done.has(id)) return false;
    open.add(id);
    const targets = Object.entries(rows.get(id) ?? {}).filter(
      ([field, value]) => /__c$/.test(field) && field !== 'Trace__c' && typeof value === 'string' && rows.has(value)
    );
    const found = targets.some(([, value]) => visit(String(value)));
    open.delete(id);
    done.add(id);
    return found;
  };
  return [...rows.keys()].some(visit);
}
