import { applyPlan } from '../../../src/apply/applyPlan.js';
import { earlierRuns } from '../../../src/apply/earlierRuns.js';
import { isUnfinished } from '../../../src/apply/journal/journal.js';
import { knownNewIds } from '../../../src/apply/records/knownNewIds.js';
import { openPlan } from '../../../src/apply/readyPlan.js';
import { resumeRun } from '../../../src/apply/resumeRun.js';
import type { RunResult } from '../../../src/apply/runResult.js';
import {
  parseOrgId,
  parseRecordId,
  parseStoreId,
  type OrgId,
  type RecordId,
  type StoreId,
} from '../../../src/model/ids.js';
import { SILENT, type Chance } from '../../../src/model/progress.js';
import { orgPorts } from '../../../src/org/connectOrg.js';
import { OrgHttp } from '../../../src/org/orgHttp.js';
import type { OrgPorts } from '../../../src/org/ports.js';
import { NO_CHOICE } from '../../../src/plan/choice/choice.js';
import { makePlan } from '../../../src/plan/makePlan.js';
import { readItems } from '../../../src/plan/readPlan.js';
import type { RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import { openBaseline } from '../../../src/snapshot/baseline.js';
import { capture } from '../../../src/snapshot/capture.js';
import type { Scope } from '../../../src/snapshot/scope.js';
import type { Snapshot } from '../../../src/snapshot/snapshotFormat.js';
import { openRun, validateOrg, type Validation } from '../../../src/validate/validateOrg.js';
import type { FaultRule, OpLogEntry } from '../../org/engine/contracts.js';
import type { MetadataSide } from '../../org/engine/metadata/metadataSide.js';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';
import type { Door } from '../../org/http/door.js';
import { doorOf, startPracticeOrg } from '../../org/http/server.js';
import { brightcup } from '../../org/seed/brightcup.js';
import { apexClass, deployTo, flow, permissionSet } from '../deploys.js';
import { inProcessWire } from '../inProcessWire.js';
import { Memento } from '../memento.js';
import { MemoryStore } from '../memoryStore.js';
import { stateOf, type OrgState } from './orgState.js';

export type Way = 'in process' | 'over HTTP';
export type Fault = FaultRule['fault'];
export const COMMANDS = ['snapshot', 'plan', 'apply', 'validate'] as const;
export type Command = (typeof COMMANDS)[number];

const RULE = 'SBQQ__PriceRule__c';
const CONDITION = 'SBQQ__PriceCondition__c';
const OBJECTS = [RULE, CONDITION, 'SBQQ__PriceAction__c'];
/** Little of everything: what a command asks for is what can go wrong, and each is played thousands of times. */
export const SCOPE: Scope = {
  flows: ['Machine_Finder', 'Opportunity_Request_Installation'],
  metadata: [
    { type: 'ApexClass', fullName: 'DiscountLimits' },
    { type: 'PermissionSet', fullName: 'Installation_Planner' },
  ],
  records: OBJECTS.map((object) => ({ object })),
};

const WRITES = new Set<OpLogEntry['kind']>(['recordWrite', 'componentWrite', 'flowPointer', 'permissionWrite']);

/** Where the org is: at the other end of sockets, or in this very process. */
type Place =
  | { readonly way: 'over HTTP'; readonly url: string; readonly close: () => Promise<void> }
  | { readonly way: 'in process'; readonly door: Door };

/** A world at one moment, to come back to. */
export interface Moment {
  readonly org: Memento;
  readonly store: MemoryStore;
  readonly told: number;
}

/**
 * A small company, a bad release that touches a flow, a class, a permission set and records of every kind of way back (update, undelete,
 * insert, delete), and the four commands, through the adapters of the product: over sockets, or with the org in this very
 * process at their other end. Each command has a connection of its own, as the process it is.
 */
export class FaultWorld {
  public store = new MemoryStore();
  public readonly before: OrgState;
  private readonly chance: Chance;
  /** Times and ids that chance has told so far. */
  private told = 0;

  private constructor(
    public readonly org: PracticeOrg,
    public readonly side: MetadataSide,
    private readonly place: Place,
    private readonly scope: Scope
  ) {
    this.chance = {
      now: () => new Date(org.clock.millis() + (this.told += 1) * 10),
      entropy: (bytes) => (this.told += 1).toString(16).padStart(bytes * 2, '0'),
    };
    this.before = this.state();
  }

  public static async start(way: Way, scope: Scope = SCOPE): Promise<FaultWorld> {
    const { org, side } = brightcup();
    org.switches.jobPolls = 0;
    org.switches.deployFlowsActive = true;
    if (way === 'in process') return new FaultWorld(org, side, { way, door: doorOf(org) }, scope);
    const { url, close } = await startPracticeOrg({ org });
    return new FaultWorld(org, side, { way, url, close }, scope);
  }

  public async close(): Promise<void> {
    if (this.place.way === 'over HTTP') await this.place.close();
  }

  /** This moment of a world in process. */
  public moment(): Moment {
    if (this.place.way !== 'in process') throw new Error('only a world in process can be set back');
    const org = Memento.of(this.org, this.side, this.place.door);
    return { org, store: this.store.copy(), told: this.told };
  }

  public backTo({ org, store, told }: Moment): void {
    org.setBack();
    this.store = store.copy();
    this.told = told;
  }

  public async badRelease(): Promise<void> {
    const dov = this.org.user('Dov Deployer');
    await deployTo(
      this.side,
      dov,
      {
        ...flow('Machine_Finder', 'bad'),
        ...apexClass('DiscountLimits', 'public class DiscountLimits { }'),
        ...permissionSet('Installation_Planner', 'Installation Planner', ['Product2.Cups_Per_Day__c']),
      },
      ['Flow:Machine_Finder', 'ApexClass:DiscountLimits', 'PermissionSet:Installation_Planner']
    );
    const write = (request: Parameters<PracticeOrg['records']['writeOne']>[1]): unknown =>
      this.org.records.writeOne(dov, request);
    write({ operation: 'update', object: RULE, id: 'a0V5g00000Br006EAB', values: { SBQQ__EvaluationOrder__c: 999 } });
    const condition = { SBQQ__Rule__c: 'a0V5g00000Br006EAB', SBQQ__Value__c: 'Bad' };
    write({ operation: 'insert', object: CONDITION, values: condition });
    write({ operation: 'delete', id: 'a0V5g00000Br005EAB' });
    write({ operation: 'delete', id: 'a0V5g00000Br004EAB' });
    write({ operation: 'purge', id: 'a0V5g00000Br004EAB' });
  }

  public snapshot(): Promise<Snapshot> {
    const request = { scope: this.scope, allowInFlight: false };
    return this.command(async (ports) => (await capture(ports, this.store, request, this.chance, SILENT)).snapshot);
  }

  public async plan(snapshot: Snapshot): Promise<RollbackPlan> {
    const id = parseStoreId(snapshot.id) as StoreId;
    const request = { everybody: true, changedBy: [], full: false, acceptGaps: false, choice: NO_CHOICE };
    return this.command(async (ports) => {
      const baseline = await openBaseline(this.store, id, ports.identity.orgId, await knownNewIds(this.store, id));
      return (await makePlan(ports, this.store, baseline, request, this.chance, SILENT)).plan;
    });
  }

  /** What a plan says, its rows included; rows that the release made are named alike, whatever Ids they got. */
  public async planText(plan: RollbackPlan): Promise<string> {
    const folder = await this.store.open('plans', parseStoreId(plan.id) as StoreId);
    const rows = await Promise.all((await folder.list('steps')).map(async (path) => String(await folder.read(path))));
    const { steps, conflicts, manual, leftOut, findings, applicable, complete, empty, summary, deployers } = plan;
    const said = { steps, conflicts, manual, leftOut, findings, applicable, complete, empty, summary, deployers };
    const known = new Set(this.before.rows.map(({ id }) => id));
    let text = `${JSON.stringify(said, null, 1)}\n${rows.join('')}`.replace(/"sha256": "\w+"/g, '');
    for (const { id } of this.state().rows) if (!known.has(id)) text = text.replaceAll(id, 'a new row');
    return text;
  }

  /** Opens a plan with its snapshot and its rows, as `apply` does before it sends anything. */
  public openItems(plan: RollbackPlan): Promise<void> {
    return this.command(async (ports) => {
      const ready = await openPlan(ports, this.store, parseStoreId(plan.id) as StoreId);
      for (const step of ready.plan.steps) await readItems(ready.folder, step);
    });
  }

  public apply(plan: RollbackPlan): Promise<RunResult> {
    const planId = parseStoreId(plan.id) as StoreId;
    return this.command(async (ports) => {
      const ready = await openPlan(ports, this.store, planId);
      const request = { planId, tests: [], stopAsked: () => false };
      return applyPlan(ports, this.store, ready, request, this.chance, SILENT);
    });
  }

  /** Goes on with the run that was stopped or cut off last; undefined where there is none. */
  public async resume(): Promise<RunResult | undefined> {
    let last: StoreId | undefined;
    for await (const { id, state } of earlierRuns(this.store)) if (isUnfinished(state)) last = id;
    if (last === undefined) return undefined;
    const run = last;
    const options = { tests: [], stopAsked: () => false };
    return this.command((ports) => resumeRun(ports, this.store, run, options, this.chance, SILENT));
  }

  public async validate(snapshot: Snapshot, run?: RunResult): Promise<Validation> {
    const known = run ? await openRun(this.store, parseStoreId(run.runId) as StoreId) : undefined;
    const request = { snapshotId: parseStoreId(snapshot.id) as StoreId, ...(known ? { run: known } : {}) };
    return this.command((ports) => validateOrg(ports, this.store, request, this.chance, SILENT));
  }

  /** Faults at these requests from now on, counted from 1. */
  public faultsFromHere(faults: ReadonlyMap<number, Fault>): {
    readonly requests: () => number;
    readonly hit: () => number;
  } {
    let requests = 0;
    let hit = 0;
    const kinds = new Set(faults.values());
    // One rule counts and remembers; a rule for each kind fires.
    let now: Fault | undefined;
    this.org.switches.faults = [
      {
        when: () => {
          requests += 1;
          now = faults.get(requests);
          if (now) hit += 1;
          return false;
        },
        fault: 'stall',
      },
      ...[...kinds].map((fault) => ({ when: () => now === fault, fault })),
    ];
    return { requests: () => requests, hit: () => hit };
  }

  public insertsSince(entry: number): number {
    return this.org.opLog.entries
      .slice(entry)
      .filter((line) => line.kind === 'recordWrite' && line.operation === 'insert').length;
  }

  /** The org finishes the jobs it has. */
  public timePasses(): void {
    for (const { id } of this.org.jobs.ingest.list()) this.org.jobs.ingest.poll(String(id));
  }

  public noFaults(): void {
    this.org.switches.faults = [];
  }

  /** What changed in the org while `work` ran, by the org's own log. */
  public async writesDuring(work: () => Promise<unknown>): Promise<readonly OpLogEntry[]> {
    const from = this.org.opLog.entries.length;
    await work();
    return this.org.opLog.entries.slice(from).filter((entry) => WRITES.has(entry.kind));
  }

  public state(): OrgState {
    return stateOf(this.org, this.side, OBJECTS);
  }

  /** A command as a process of its own: when it ends, nothing of it reaches the org any more. */
  private async command<T>(work: (ports: OrgPorts) => Promise<T>): Promise<T> {
    const { org, place } = this;
    const user = org.user('Ada Admin');
    const session = {
      instanceUrl: place.way === 'over HTTP' ? place.url : 'http://practice.invalid',
      accessToken: () => user.token,
      refresh: () => Promise.resolve(),
    };
    const wire = place.way === 'in process' ? inProcessWire(place.door) : undefined;
    const identity = {
      orgId: parseOrgId(org.orgId) as OrgId,
      username: user.username,
      userId: parseRecordId(user.id) as RecordId,
      label: 'practice',
      apiVersion: '66.0',
    };
    try {
      return await work(orgPorts(new OrgHttp(session, '66.0', wire), identity, 20_000));
    } finally {
      await wire?.cut();
    }
  }
}
