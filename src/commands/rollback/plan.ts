import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { openBaselineToPlan } from '../../apply/baselineToPlan.js';
import { checkPlan } from '../../apply/checkPlan.js';
import { askChoice } from '../../cli/askChoice.js';
import { CHANCE, homeFolder, openOrg, openStore } from '../../cli/compose.js';
import { readConfig } from '../../cli/config/readConfig.js';
import { commonFlags, configFlag, RollbackCommand, waitFlag } from '../../cli/rollbackCommand.js';
import { planRequest, snapshotAsked } from '../../cli/planRequest.js';
import { openOldPlan, refreshedFrom, requestAgain, type Refreshed } from '../../cli/refreshPlan.js';
import { sameApiVersion } from '../../cli/sameApiVersion.js';
import { chooseFollower, chooseSnapshot } from '../../cli/storeIds.js';
import { TEST_LEVELS, testChoice } from '../../cli/testFlags.js';
import { canAsk, width } from '../../cli/terminal.js';
import { whoseFlags } from '../../cli/whoseFlags.js';
import { writeOut } from '../../cli/writeOut.js';
import { EXIT, Refusal } from '../../model/refusal.js';
import type { Choice } from '../../plan/choice/choice.js';
import { makePlan } from '../../plan/makePlan.js';
import type { RollbackPlan, Step } from '../../plan/rollbackPlan.js';
import { checkReport } from '../../report/checkReport.js';
import { planReport } from '../../report/planReport.js';
import { whatComesNext } from '../../report/nextStep.js';
import { refreshReport } from '../../report/refreshReport.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.plan');

export type RollbackPlanResult = Pick<
  RollbackPlan,
  | 'id'
  | 'snapshotId'
  | 'orgId'
  | 'apiVersion'
  | 'createdAt'
  | 'digest'
  | 'applicable'
  | 'complete'
  | 'empty'
  | 'deployers'
  | 'summary'
  | 'conflicts'
  | 'manual'
  | 'findings'
  | 'estimate'
  | 'advice'
> & {
  readonly path: string;
  readonly steps: ReadonlyArray<Omit<Step, 'detail'>>;
  /** With `--refresh`: in what it differs from that plan, and the run that applied that one. */
  readonly refreshed?: Refreshed;
};

export default class RollbackPlanCommand extends RollbackCommand<RollbackPlanResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');

  public static override readonly flags = {
    ...commonFlags,
    snapshot: Flags.string({ summary: messages.getMessage('flags.snapshot.summary'), helpValue: 'ID' }),
    ...whoseFlags,
    only: Flags.string({ multiple: true, summary: messages.getMessage('flags.only.summary'), helpValue: 'SELECTOR' }),
    exclude: Flags.string({
      multiple: true,
      summary: messages.getMessage('flags.exclude.summary'),
      helpValue: 'SELECTOR',
    }),
    'on-conflict': Flags.option({
      options: ['keep', 'restore'] as const,
      summary: messages.getMessage('flags.on-conflict.summary'),
    })(),
    resolve: Flags.string({
      multiple: true,
      summary: messages.getMessage('flags.resolve.summary'),
      helpValue: 'SELECTOR=keep|restore',
    }),
    config: configFlag,
    'delete-flows': Flags.boolean({ summary: messages.getMessage('flags.delete-flows.summary') }),
    'drift-only': Flags.boolean({
      summary: messages.getMessage('flags.drift-only.summary'),
      exclusive: ['changed-by', 'all-changes', 'deploy-id', 'bulk-job', 'after', 'resolve', 'delete-flows'],
    }),
    interactive: Flags.boolean({
      summary: messages.getMessage('flags.interactive.summary'),
      exclusive: ['drift-only', 'refresh', 'json'],
    }),
    refresh: Flags.string({
      summary: messages.getMessage('flags.refresh.summary'),
      helpValue: 'PLAN',
      exclusive: [
        ...['snapshot', 'after', 'deploy-id', 'bulk-job', 'changed-by', 'since', 'until', 'all-changes', 'only'],
        ...['exclude', 'resolve', 'delete-flows', 'drift-only', 'full', 'accept-gaps'],
      ],
    }),
    full: Flags.boolean({ summary: messages.getMessage('flags.full.summary') }),
    check: Flags.boolean({ summary: messages.getMessage('flags.check.summary'), exclusive: ['drift-only'] }),
    'test-level': Flags.option({
      options: TEST_LEVELS,
      char: 'l',
      dependsOn: ['check'],
      summary: messages.getMessage('flags.test-level.summary'),
    })(),
    tests: Flags.string({
      multiple: true,
      char: 't',
      dependsOn: ['check'],
      summary: messages.getMessage('flags.tests.summary'),
      helpValue: 'CLASS',
    }),
    'accept-gaps': Flags.boolean({ summary: messages.getMessage('flags.accept-gaps.summary') }),
    'exit-code': Flags.boolean({ summary: messages.getMessage('flags.exit-code.summary') }),
    out: Flags.string({ summary: messages.getMessage('flags.out.summary'), helpValue: 'FILE' }),
    wait: waitFlag,
  };

  public async run(): Promise<RollbackPlanResult> {
    const { flags } = await this.parse(RollbackPlanCommand);
    const tests = testChoice(flags);
    const config = flags.refresh ? undefined : await readConfig(flags.config, homeFolder());
    const asked = planRequest(flags, config?.config);
    if (flags.interactive && !canAsk(this.jsonEnabled(), false))
      throw new Refusal('interactiveNeedsTerminal', { exitCode: EXIT.badFlags });
    const store = openStore(flags.store);
    const orgId = flags['target-org'].getOrgId();
    const old = flags.refresh && (await openOldPlan(store, flags.refresh, orgId));
    const snapshotId = await chooseSnapshot(store, old ? old.plan.snapshotId : snapshotAsked(flags, asked), orgId);
    const after = flags.after && (await chooseFollower(store, flags.after, snapshotId));
    const baseline = await openBaselineToPlan(store, snapshotId, orgId);
    sameApiVersion(flags['api-version'], baseline.snapshot.apiVersion);
    const org = await openOrg(
      flags['target-org'],
      baseline.snapshot.apiVersion,
      this.typedOrg(),
      flags.wait.milliseconds
    );
    await this.warnOfSwitches(store, orgId, this.sameFlags(org.identity.label));
    const { plan, folder } = await makePlan(
      org,
      store,
      baseline,
      old ? await requestAgain(org, store, old, baseline) : { ...asked, ...(after ? { after } : {}) },
      CHANCE,
      this.stages(),
      flags.interactive
        ? (choice, draft, names): Promise<Choice> => (this.stages().done(), askChoice(choice, draft, names))
        : undefined
    );
    const checked = flags.check ? await checkPlan(org, baseline, plan, folder, tests, CHANCE, this.stages()) : [];
    const refreshed = old && (await refreshedFrom(store, old, { plan, folder }));
    this.stages().done();
    if (config?.config.conflicts) this.log(messages.getMessage('configUsed', [config.shown]));
    const compare = `sf rollback diff ${snapshotId} org ${this.sameFlags(org.identity.label)} --detail`;
    this.log(planReport(plan, { width: width(), more: `sf rollback show ${plan.id}${this.typedStore()}`, compare }));
    if (refreshed) this.log(`\n${refreshReport(refreshed, width())}`);
    if (checked.length > 0) this.log(`\n${checkReport(checked, width())}`);
    if (plan.applicable)
      this.log(`\n${messages.getMessage(whatComesNext(plan.manual), [this.sameFlags(org.identity.label), plan.id])}`);
    if (flags.out) await writeOut(flags.out, plan);
    if (flags['exit-code'] && !plan.empty) process.exitCode = EXIT.somethingToDo;
    const steps = plan.steps.map(({ detail: dropped, ...step }) => (void dropped, step));
    return {
      id: plan.id,
      snapshotId: plan.snapshotId,
      orgId: plan.orgId,
      apiVersion: plan.apiVersion,
      createdAt: plan.createdAt,
      path: folder.display,
      digest: plan.digest,
      applicable: plan.applicable,
      complete: plan.complete,
      empty: plan.empty,
      deployers: plan.deployers,
      summary: plan.summary,
      steps,
      conflicts: plan.conflicts,
      manual: plan.manual,
      findings: [...plan.findings, ...checked],
      estimate: plan.estimate,
      advice: plan.advice,
      ...(refreshed ? { refreshed } : {}),
    };
  }
}
