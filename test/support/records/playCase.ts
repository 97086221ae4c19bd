import { applyPlan } from '../../../src/apply/applyPlan.js';
import { knownNewIds } from '../../../src/apply/records/knownNewIds.js';
import { openPlan } from '../../../src/apply/readyPlan.js';
import type { RunResult } from '../../../src/apply/runResult.js';
import { parseStoreId, type StoreId } from '../../../src/model/ids.js';
import { addCounts } from '../../../src/model/operation.js';
import { SILENT, type Chance } from '../../../src/model/progress.js';
import { NO_CHOICE } from '../../../src/plan/choice/choice.js';
import { makePlan } from '../../../src/plan/makePlan.js';
import { readItems } from '../../../src/plan/readPlan.js';
import type { RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import { openBaseline } from '../../../src/snapshot/baseline.js';
import { capture } from '../../../src/snapshot/capture.js';
import { EMPTY_SCOPE } from '../../../src/snapshot/scope.js';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { CaseOrg } from './caseOrg.js';
import type { CaseSpec } from './caseSpec.js';
import { checkConflicts } from './checkConflicts.js';
import { checkWrites } from './checkWrites.js';
import { compareRows } from './compareRows.js';
import { deployBadly } from './deployBadly.js';
import { Evidence } from './evidence.js';
import { hardshipsOf, type Hardship } from './hardships.js';
import { layState } from './layState.js';
import type { Stage } from './stages.js';
import { storyOf } from './story.js';

export interface CaseReport {
  /** What is not as promised; empty when the case holds. */
  readonly problems: readonly string[];
  readonly hardships: ReadonlySet<Hardship>;
  /** The bad deployment and the way back, a line each, for whoever looks into a failure. */
  readonly story: () => string;
}

const DOV = 'dov.deployer@brightcup.example';

/** Plays a case from the snapshot to the second plan, and holds every promise of the record lane against what happened. */
export async function playCase(spec: CaseSpec, stageOf: (org: PracticeOrg) => Promise<Stage>): Promise<CaseReport> {
  const world = new CaseOrg(spec);
  layState(world);
  const stage = await stageOf(world.org);
  try {
    return await new Play(new Evidence(world), stage).run();
  } finally {
    await stage.close();
  }
}

class Play {
  private readonly chance: Chance;

  public constructor(
    private readonly evidence: Evidence,
    private readonly stage: Stage
  ) {
    let n = 0;
    this.chance = {
      now: () => new Date(this.evidence.world.org.clock.millis() + (n += 1) * 10),
      entropy: (bytes) => (n += 1).toString(16).padStart(bytes * 2, '0'),
    };
  }

  public async run(): Promise<CaseReport> {
    const { org } = this.evidence.world;
    try {
      const records = this.evidence.world.objects.map((object) => ({ object }));
      const { snapshot } = await capture(
        this.stage.ports,
        this.stage.store,
        { scope: { ...EMPTY_SCOPE, records }, allowInFlight: false },
        this.chance,
        SILENT
      );
      const snapshotId = parseStoreId(snapshot.id) as StoreId;
      this.evidence.before = this.evidence.picture();
      this.evidence.badLog = this.evidence.writesDuring(() => deployBadly(this.evidence.world));
      this.evidence.bad = this.evidence.picture();
      this.evidence.leftBehind = new Map(
        this.evidence.world.objects.flatMap((object) =>
          [...org.store.rows(object)].map((row) => [String(row['Id']), row] as const)
        )
      );
      for (const [id, entry] of org.store.binEntries())
        if (entry.purged || org.switches.binEmptied) this.evidence.emptied.add(id);

      this.evidence.plan = await this.planned(snapshotId);
      await this.apply(this.evidence.plan);
      this.evidence.after = this.evidence.picture();
      compareRows(this.evidence);
      checkConflicts(this.evidence);
      checkWrites(this.evidence);
      await this.checkSecondPlan(snapshotId);
    } catch (error) {
      const { stack, message } = error as Error;
      this.evidence.problems.push(`threw: ${(stack ?? message).split('\n').slice(0, 6).join('\n    ')}`);
    }
    return {
      problems: this.evidence.problems,
      hardships: hardshipsOf(this.evidence),
      story: () => storyOf(this.evidence),
    };
  }

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
    this.evidence.items = new Map(
      await Promise.all(plan.steps.map(async (step) => [step.id, await readItems(folder, step)] as const))
    );
    for (const manual of plan.manual) this.evidence.problems.push(`manual: ${manual.target}: ${manual.what}`);
    for (const finding of plan.findings)
      if (finding.severity === 'error') this.evidence.problems.push(`finding: ${finding.code} ${finding.message}`);
    if (plan.steps.length === 0) return;
    const from = this.evidence.world.org.opLog.entries.length;
    const result = await this.applied(plan);
    this.evidence.backLog = this.evidence.writesFrom(from);
    this.evidence.result = result;
    this.evidence.ids = new Map(Object.entries(result.idMap));
    for (const step of result.steps)
      for (const error of step.errors)
        this.evidence.problems.push(`outcome: ${step.operation} ${error.target}: ${error.code} ${error.message}`);
    if (result.status !== 'succeeded') this.evidence.problems.push(`status: ${result.status}`);
    this.checkTotals(plan, result);
  }

  private checkTotals(plan: RollbackPlan, result: RunResult): void {
    const sum = (counts: object): number => Object.values(counts).reduce((n: number, count: number) => n + count, 0);
    for (const step of plan.steps) {
      const counts = result.steps.find((entry) => entry.id === step.id)?.counts ?? {};
      if (sum(counts) !== step.count)
        this.evidence.problems.push(`totals: ${step.id} has ${step.count} items, ${JSON.stringify(counts)}`);
    }
    const totals = addCounts(result.steps.map((step) => step.counts));
    if (JSON.stringify(totals) !== JSON.stringify(result.totals))
      this.evidence.problems.push(`totals: ${JSON.stringify(result.totals)} are not the sum ${JSON.stringify(totals)}`);
  }

  /** A plan made afterwards has nothing to do, and the first plan applied again does nothing. */
  private async checkSecondPlan(snapshotId: StoreId): Promise<void> {
    const from = this.evidence.world.org.opLog.entries.length;
    const second = await this.planned(snapshotId);
    const kept = this.evidence.kept();
    for (const step of second.steps)
      this.evidence.problems.push(`second plan: ${step.operation} ${step.target} ${step.count} (${step.reason})`);
    for (const conflict of second.conflicts) {
      const id = conflict.target.split(':').at(-1) ?? '';
      if (!kept.has(id))
        this.evidence.problems.push(`second plan: ${conflict.kind} ${conflict.target} ${conflict.current}`);
    }
    for (const manual of second.manual) this.evidence.problems.push(`second plan: manual ${manual.target}`);
    if (this.evidence.plan && this.evidence.result?.status === 'succeeded') {
      const again = await this.applied(this.evidence.plan);
      if (again.status !== 'alreadyApplied') this.evidence.problems.push(`applied again: ${again.status}`);
    }
    for (const entry of this.evidence.writesFrom(from))
      this.evidence.problems.push(
        `second plan wrote: ${entry.operation} ${this.evidence.name(entry.object, entry.id)}`
      );
  }
}
