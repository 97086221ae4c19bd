import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { applyPlan, CPQ_TRIGGERS, type RunOptions } from '../../apply/applyPlan.js';
import { dryRun, type DryRun } from '../../apply/dryRun.js';
import { refuseBehindEarlierRuns } from '../../apply/runsInTheWay.js';
import { isUnfinished, type RunState } from '../../apply/journal/journal.js';
import { makeUndoPlan } from '../../apply/undo/makeUndoPlan.js';
import { openPlan, type ReadyPlan } from '../../apply/readyPlan.js';
import { openUnfinishedRun, resumeRun } from '../../apply/resumeRun.js';
import type { RunResult } from '../../apply/runResult.js';
import { isApplied } from '../../apply/succeededRun.js';
import { acknowledgeSwitches } from '../../apply/openSwitches.js';
import { confirmedOrg } from '../../cli/confirm.js';
import { CHANCE, openOrg, openStore } from '../../cli/compose.js';
import { cpqGate } from '../../cli/cpqGate.js';
import { asSfError } from '../../cli/errors.js';
import { withOptionalValue } from '../../cli/optionalValue.js';
import { commonFlags, RollbackCommand, waitFlag } from '../../cli/rollbackCommand.js';
import { exitCodeOf } from '../../cli/runExitCode.js';
import { sameApiVersion } from '../../cli/sameApiVersion.js';
import { StopSignal } from '../../cli/stopSignal.js';
import { choosePlan, chooseRun, chooseUnfinishedRun } from '../../cli/storeIds.js';
import { canAsk, width } from '../../cli/terminal.js';
import { TEST_LEVELS, testChoice } from '../../cli/testFlags.js';
import { dryRunReport } from '../../report/dryRunReport.js';
import { planReport } from '../../report/planReport.js';
import { runReport } from '../../report/runReport.js';
import { validationReport } from '../../report/validationReport.js';
import { parseStoreId, type StoreId } from '../../model/ids.js';
import { EXIT, Refusal } from '../../model/refusal.js';
import type { OrgPorts } from '../../org/ports.js';
import type { Store } from '../../store/ports.js';
import { openRun, validateOrg, type Validation } from '../../validate/validateOrg.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.apply');

export type RollbackApplyResult = RunResult & {
  readonly validation: Pick<Validation, 'id' | 'verdict' | 'valid'> | null;
};

/** The result of `--dry-run`: nothing was written, so there is no run. */
export type RollbackDryRunResult = DryRun & { readonly dryRun: true };

export default class RollbackApply extends RollbackCommand<RollbackApplyResult | RollbackDryRunResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');

  public static override readonly flags = {
    ...commonFlags,
    plan: Flags.string({ summary: messages.getMessage('flags.plan.summary'), helpValue: 'ID' }),
    resume: Flags.string({
      summary: messages.getMessage('flags.resume.summary'),
      description: messages.getMessage('flags.resume.description'),
      helpValue: '[RUN]',
      exclusive: ['plan', 'max-changes', 'reason'],
    }),
    undo: Flags.string({
      summary: messages.getMessage('flags.undo.summary'),
      description: messages.getMessage('flags.undo.description'),
      helpValue: 'RUN',
      exclusive: ['plan', 'resume'],
    }),
    'dry-run': Flags.boolean({
      summary: messages.getMessage('flags.dry-run.summary'),
      description: messages.getMessage('flags.dry-run.description'),
      exclusive: ['resume', 'undo'],
    }),
    'break-lock': Flags.string({
      summary: messages.getMessage('flags.break-lock.summary'),
      description: messages.getMessage('flags.break-lock.description'),
      helpValue: 'ID',
    }),
    confirm: Flags.string({ summary: messages.getMessage('flags.confirm.summary'), helpValue: 'ORG_ID_OR_ALIAS' }),
    'no-prompt': Flags.boolean({ summary: messages.getMessage('flags.no-prompt.summary') }),
    'test-level': Flags.option({
      options: TEST_LEVELS,
      char: 'l',
      summary: messages.getMessage('flags.test-level.summary'),
    })(),
    tests: Flags.string({
      multiple: true,
      char: 't',
      summary: messages.getMessage('flags.tests.summary'),
      helpValue: 'CLASS',
    }),
    'cpq-triggers': Flags.option({
      options: ['attested-off', 'leave-on'] as const,
      summary: messages.getMessage('flags.cpq-triggers.summary'),
      description: messages.getMessage('flags.cpq-triggers.description'),
    })(),
    'max-changes': Flags.integer({ min: 1, summary: messages.getMessage('flags.max-changes.summary'), helpValue: 'N' }),
    reason: Flags.string({ summary: messages.getMessage('flags.reason.summary'), helpValue: 'TEXT' }),
    'no-validate': Flags.boolean({ summary: messages.getMessage('flags.no-validate.summary') }),
    wait: waitFlag,
  };

  public async run(): Promise<RollbackApplyResult | RollbackDryRunResult> {
    const { flags } = await this.parse(RollbackApply, withOptionalValue(this.argv, 'resume', 'latest'));
    const tests = testChoice(flags);
    const asks = canAsk(this.jsonEnabled(), flags['no-prompt']);
    const store = openStore(flags.store);
    const orgId = flags['target-org'].getOrgId();
    if (!asks && flags.undo === undefined)
      confirmedOrg.needsFlags(
        asks,
        {
          plan: flags.plan,
          resume: flags.resume && (await chooseUnfinishedRun(store, flags.resume, orgId).catch(() => flags.resume)),
          confirm: flags['dry-run'] ? 'nothing is written' : flags.confirm,
        },
        await choosePlan(store, undefined, orgId).catch(() => 'ID')
      );
    const runId = flags.resume === undefined ? undefined : await chooseUnfinishedRun(store, flags.resume, orgId);
    const chosen = (runId ?? flags.undo) ? undefined : await choosePlan(store, flags.plan, orgId);
    const org = await openOrg(flags['target-org'], flags['api-version'], this.typedOrg(), flags.wait.milliseconds);
    // Before anything is shown or asked: what is under way now would look like a run that was cut off.
    if (!flags['dry-run']) await store.refuseWhileHeld(orgId, flags['break-lock']);
    // Who says in this very command that they are on need not be told.
    if (flags['cpq-triggers'] !== 'leave-on')
      await this.warnOfSwitches(store, orgId, this.sameFlags(org.identity.label), runId);
    const planId = flags.undo === undefined ? chosen : await this.planUndo(org, store, flags.undo);
    const earlier = runId ? await openUnfinishedRun(org, store, runId) : undefined;
    const ready = earlier?.ready ?? (await openPlan(org, store, planId as StoreId));
    sameApiVersion(flags['api-version'], ready.plan.apiVersion);
    const done = earlier ? !isUnfinished(earlier.run.state) : await isApplied(store, ready.plan);
    if (!earlier && !done) await refuseBehindEarlierRuns(store, ready.plan);
    const more = `sf rollback show ${ready.plan.id}${this.typedStore()}`;
    if (asks) this.log(`${planReport(ready.plan, { width: width(), more })}\n`);
    if (flags['dry-run'])
      return this.runDry(org, store, ready, {
        tests: { names: flags.tests ?? [], ...(flags['test-level'] ? { level: flags['test-level'] } : {}) },
        ...(flags['max-changes'] ? { maxChanges: flags['max-changes'] } : {}),
      });
    if (flags.undo !== undefined && !asks && flags.confirm === undefined) this.leaveUnapplied(ready, more);
    if (earlier && !done) this.sayHowFar(earlier.run.state, ready.plan.steps.length);
    await confirmedOrg.ask(
      this,
      asks,
      flags.confirm,
      org.identity,
      earlier ? 'go on with this run in it' : 'apply this plan to it'
    );
    if (flags['cpq-triggers'] === 'leave-on') await acknowledgeSwitches(store, ready.plan.orgId, CHANCE.now());
    const saidBefore = earlier?.run.state.switchesOff.includes(CPQ_TRIGGERS) ? 'attested-off' : undefined;
    const cpqTriggers = done
      ? flags['cpq-triggers']
      : await cpqGate((text) => this.warnInLines(text), ready.plan, flags['cpq-triggers'] ?? saidBefore, asks);

    let reminds = cpqTriggers === 'attested-off';
    const remind = (): void => {
      if (reminds) this.warnInLines(messages.getMessage('switchTriggersBack'));
      reminds = false;
    };
    const stop = new StopSignal(
      () => this.stages().warn(messages.getMessage('stopping')),
      () => {
        // What the journal does not hold yet is unknown, so no run is named: --resume finds it.
        this.stages().warn(messages.getMessage('stoppedAtOnce', [this.sameFlags(org.identity.label)]));
        this.stages().done();
        remind();
      }
    );
    const options: RunOptions = {
      tests: tests.names,
      stopAsked: stop.stopAsked,
      onStopped: (error) =>
        this.stages().warn(messages.getMessage('stoppedBecause', [asSfError(error, org.identity.label).message])),
      ...(tests.level ? { testLevel: tests.level } : {}),
      ...(flags['break-lock'] ? { breakLock: flags['break-lock'] } : {}),
      ...(cpqTriggers ? { cpqTriggers } : {}),
    };
    try {
      const result = runId
        ? await resumeRun(org, store, runId, options, CHANCE, this.stages())
        : await applyPlan(
            org,
            store,
            ready,
            {
              ...options,
              planId: planId as StoreId,
              ...(flags['max-changes'] ? { maxChanges: flags['max-changes'] } : {}),
              ...(flags.reason ? { reason: flags.reason } : {}),
            },
            CHANCE,
            this.stages()
          );
      this.stages().done();
      // What follows only reads: Ctrl-C ends it at once.
      stop.end();
      this.log(runReport(result, width()));
      remind();
      const ended = parseStoreId(result.runId);
      const validates = !flags['no-validate'] && result.status !== 'interrupted' && ended !== undefined;
      const validation = validates
        ? await validateOrg(
            org,
            store,
            { run: await openRun(store, ended), snapshotId: ready.baseline.snapshot.id as never },
            CHANCE,
            this.stages()
          )
        : undefined;
      this.stages().done();
      if (validation) this.log(`\n${validationReport(validation, ready.plan.snapshotId, width())}`);
      if (result.status === 'interrupted')
        this.log(`\n${messages.getMessage('resume', [this.sameFlags(org.identity.label), result.runId])}`);
      else if (!validation)
        this.log(`\n${messages.getMessage('prove', [this.sameFlags(org.identity.label), result.runId])}`);
      if (result.status !== 'interrupted' && (result.totals.inDoubt ?? 0) > 0)
        this.log(`\n${messages.getMessage('inDoubt', [this.sameFlags(org.identity.label), result.planId])}`);
      else if ((result.totals.failed ?? 0) > 0)
        this.log(`\n${messages.getMessage('again', [this.sameFlags(org.identity.label), result.planId])}`);
      process.exitCode = exitCodeOf(result, validation?.verdict);
      return {
        ...result,
        validation: validation ? { id: validation.id, verdict: validation.verdict, valid: validation.valid } : null,
      };
    } finally {
      stop.end();
      // Also when the plan was refused or the run failed: they are off all the same.
      remind();
    }
  }

  /** Everything that comes before the first write. */
  private async runDry(
    org: OrgPorts,
    store: Store,
    ready: ReadyPlan,
    request: Parameters<typeof dryRun>[3]
  ): Promise<RollbackDryRunResult> {
    const result = await dryRun(org, store, ready, request, CHANCE, this.stages());
    this.stages().done();
    const changes = ready.plan.steps.reduce((n, step) => n + step.count, 0);
    this.log(dryRunReport(result, changes, width()));
    if (!result.passes) process.exitCode = EXIT.failed;
    return { dryRun: true, ...result };
  }

  /** A plan back to the undo point of a run. */
  private async planUndo(org: OrgPorts, store: Store, typed: string): Promise<StoreId> {
    const runId = await chooseRun(store, typed, org.identity.orgId);
    const plan = await makeUndoPlan(org, store, runId, CHANCE, this.stages());
    this.stages().done();
    if (plan.steps.length === 0 && plan.conflicts.length === 0)
      throw new Refusal('undoNothing', { tokens: [runId], actionTokens: [runId] });
    return parseStoreId(plan.id) as StoreId;
  }

  /** Where nobody can be asked and nobody has confirmed, the plan is shown and left. */
  private leaveUnapplied({ plan, baseline }: ReadyPlan, more: string): never {
    this.log(planReport(plan, { width: width(), more }));
    throw new Refusal('undoNotConfirmed', {
      tokens: [plan.id, baseline.snapshot.undoOf ?? ''],
      actionTokens: [plan.id, plan.id],
      data: { planId: plan.id, summary: plan.summary },
    });
  }

  private sayHowFar(state: RunState, steps: number): void {
    const settled = [...state.steps.values()].filter((step) => step.settled).length;
    const open = state.open.length;
    const underWay = open === 0 ? '' : `, ${open} ${open === 1 ? 'was' : 'were'} under way`;
    this.log(this.inLines(messages.getMessage('resuming', [state.runId, settled, steps, underWay])));
  }
}
