import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthInfo, Connection, Org } from '@salesforce/core';
import { applyPlan, type ApplyRequest } from '../../src/apply/applyPlan.js';
import { openPlan } from '../../src/apply/readyPlan.js';
import type { RunResult } from '../../src/apply/runResult.js';
import { openBaselineToPlan } from '../../src/apply/baselineToPlan.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT, type Chance } from '../../src/model/progress.js';
import { connectOrg } from '../../src/org/connectOrg.js';
import type { OrgPorts } from '../../src/org/ports.js';
import { followedScope } from '../../src/cli/scopeFlags.js';
import { NO_CHOICE, type Choice } from '../../src/plan/choice/choice.js';
import { makePlan, type Asker } from '../../src/plan/makePlan.js';
import type { PlanRequest } from '../../src/plan/planRequest.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { capture } from '../../src/snapshot/capture.js';
import { EMPTY_SCOPE, type Scope } from '../../src/snapshot/scope.js';
import type { Snapshot } from '../../src/snapshot/snapshotFormat.js';
import { FileStore } from '../../src/store/fileStore.js';
import { openRun, validateOrg, type Validation } from '../../src/validate/validateOrg.js';
import type { OpLogEntry, OrgUser, Row } from '../org/engine/contracts.js';
import type { MetadataSide } from '../org/engine/metadata/metadataSide.js';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import { metadataSideOf } from '../org/http/metadataSide.js';
import { startPracticeOrg } from '../org/http/server.js';
import { brightcup } from '../org/seed/brightcup.js';

export type Person = 'Ada Admin' | 'Dov Deployer' | 'Cleo Colleague';

/** Kinds of op log entries that changed something in the org. */
const WRITES = new Set<OpLogEntry['kind']>(['recordWrite', 'componentWrite', 'flowPointer', 'permissionWrite']);

/**
 * A practice org over real HTTP, a store on disk, and the four verbs as the commands call them. Ada takes snapshots and
 * rolls back, Dov deploys, Cleo is the colleague who knows nothing of it.
 */
export class World {
  public readonly org: PracticeOrg;
  public readonly side: MetadataSide;
  public readonly folder: string;
  public readonly store: FileStore;
  public readonly chance: Chance;
  private ports: OrgPorts | undefined;

  private constructor(
    private readonly running: Awaited<ReturnType<typeof startPracticeOrg>>,
    side: MetadataSide
  ) {
    this.org = running.org;
    this.side = side;
    this.folder = mkdtempSync(join(tmpdir(), 'rollback-world-'));
    this.store = new FileStore(join(this.folder, '.rollback'), '.rollback');
    let n = 0;
    // Every id in a world is distinct and in order, whatever the speed of the machine.
    this.chance = {
      now: () => new Date(this.org.clock.millis() + (n += 1) * 10),
      entropy: (bytes) => (n += 1).toString(16).padStart(bytes * 2, '0'),
    };
  }

  public static async start(options: Parameters<typeof brightcup>[0] = {}): Promise<World> {
    const company = brightcup(options);
    company.org.switches.jobPolls = 0;
    company.org.switches.deployFlowsActive = true;
    return new World(await startPracticeOrg({ org: company.org }), company.side);
  }

  /** A world around an org of the test's own. */
  public static async serving(org: PracticeOrg): Promise<World> {
    const side = metadataSideOf(org);
    org.switches.jobPolls = 0;
    return new World(await startPracticeOrg({ org }), side);
  }

  public async close(): Promise<void> {
    await this.running.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  public get url(): string {
    return this.running.url;
  }

  public user(name: Person): OrgUser {
    return this.org.user(name);
  }

  /** The ports of the org as `person` sees it. Ada's are kept. */
  public async as(person: Person): Promise<OrgPorts> {
    if (person === 'Ada Admin' && this.ports) return this.ports;
    process.env.HOME = this.folder;
    process.env.SF_ROLLBACK_RETRY_MS ??= '5';
    const token = this.user(person).token;
    const authInfo = await AuthInfo.create({
      username: token,
      accessTokenOptions: { accessToken: token, instanceUrl: this.running.url, loginUrl: this.running.url },
    });
    const connection = await Connection.create({ authInfo });
    connection.setApiVersion('66.0');
    const ports = await connectOrg(await Org.create({ connection }), connection, 'practice', 20_000);
    if (person === 'Ada Admin') this.ports = ports;
    return ports;
  }

  /** A snapshot right after a deployment: of the same scope as the one it follows. */
  public async following(before: Snapshot): Promise<Snapshot> {
    return this.snapshot(followedScope(before), before.id);
  }

  public async snapshot(scope: Partial<Scope>, follows?: string, noPermissions = false): Promise<Snapshot> {
    const org = await this.as('Ada Admin');
    org.forgetDescribes();
    const { snapshot } = await capture(
      org,
      this.store,
      { scope: { ...EMPTY_SCOPE, ...scope }, allowInFlight: false, noPermissions, ...(follows ? { follows } : {}) },
      this.chance,
      SILENT
    );
    return snapshot;
  }

  public async plan(
    snapshot: Snapshot,
    request: Partial<Omit<PlanRequest, 'choice'>> & { choice?: Partial<Choice> } = {},
    ask?: Asker
  ): Promise<RollbackPlan> {
    const org = await this.as('Ada Admin');
    org.forgetDescribes();
    const snapshotId = parseStoreId(snapshot.id) as StoreId;
    const baseline = await openBaselineToPlan(this.store, snapshotId, org.identity.orgId);
    const { choice, ...rest } = request;
    const { plan } = await makePlan(
      org,
      this.store,
      baseline,
      { everybody: false, changedBy: [], full: false, acceptGaps: false, ...rest, choice: { ...NO_CHOICE, ...choice } },
      this.chance,
      SILENT,
      ask
    );
    return plan;
  }

  public async apply(plan: RollbackPlan, request: Partial<ApplyRequest> = {}): Promise<RunResult> {
    const org = await this.as('Ada Admin');
    org.forgetDescribes();
    const planId = parseStoreId(plan.id) as StoreId;
    return applyPlan(
      org,
      this.store,
      await openPlan(org, this.store, planId),
      { planId, tests: [], stopAsked: () => false, ...request },
      this.chance,
      SILENT
    );
  }

  public async validate(snapshot: Snapshot, run?: RunResult): Promise<Validation> {
    const org = await this.as('Ada Admin');
    org.forgetDescribes();
    const known = run ? await openRun(this.store, parseStoreId(run.runId) as StoreId) : undefined;
    return validateOrg(
      org,
      this.store,
      { snapshotId: parseStoreId(snapshot.id) as StoreId, ...(known ? { run: known } : {}) },
      this.chance,
      SILENT
    );
  }

  /** Snapshot, bad change, plan, apply: the run, for tests that look at what comes after. */
  public async rolledBack(
    scope: Partial<Scope>,
    badChange: () => Promise<void> | void,
    request: Parameters<World['plan']>[1] = {}
  ): Promise<{ snapshot: Snapshot; plan: RollbackPlan; run: RunResult }> {
    const snapshot = await this.snapshot(scope);
    await badChange();
    const plan = await this.plan(snapshot, request);
    return { snapshot, plan, run: await this.apply(plan) };
  }

  public insert(
    person: Person,
    object: string,
    values: Row | Record<string, never> | Record<string, string | number | boolean | null>
  ): string {
    return this.org.records.writeOne(this.user(person), { operation: 'insert', object, values }).id;
  }

  public update(
    person: Person,
    object: string,
    id: string,
    values: Record<string, string | number | boolean | null>
  ): void {
    this.org.records.writeOne(this.user(person), { operation: 'update', object, id, values });
  }

  public delete(person: Person, id: string): void {
    this.org.records.writeOne(this.user(person), { operation: 'delete', id });
  }

  public purge(person: Person, id: string): void {
    this.org.records.writeOne(this.user(person), { operation: 'purge', id });
  }

  /** A live row, or undefined. */
  public row(object: string, id: string): Row | undefined {
    const row = this.org.row(object, id);
    return row && row.IsDeleted !== true ? row : undefined;
  }

  /** What changed in the org while `work` ran, by the org's own log. */
  public async writesDuring(work: () => Promise<unknown>): Promise<readonly OpLogEntry[]> {
    const from = this.org.opLog.entries.length;
    await work();
    return this.org.opLog.entries.slice(from).filter((entry) => WRITES.has(entry.kind));
  }
}
