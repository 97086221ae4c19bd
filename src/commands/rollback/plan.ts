import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { knownNewIds } from '../../apply/knownNewIds.js';
import { checkPlan } from '../../apply/checkPlan.js';
import { CHANCE, homeFolder, openOrg, openStore } from '../../cli/compose.js';
import { conflictPolicy } from '../../cli/config/conflictPolicy.js';
import { readConfig } from '../../cli/config/readConfig.js';
import { refuseContradictions, resolveFlag, selectorFlag } from '../../cli/resolveFlag.js';
import { commonFlags, configFlag, RollbackCommand, waitFlag } from '../../cli/rollbackCommand.js';
import { sameApiVersion } from '../../cli/sameApiVersion.js';
import { chooseFollower, chooseSnapshot } from '../../cli/storeIds.js';
import { TEST_LEVELS, testChoice } from '../../cli/testFlags.js';
import { width } from '../../cli/terminal.js';
import { whoseFlags, whoseRequest } from '../../cli/whoseFlags.js';
import { writeOut } from '../../cli/writeOut.js';
import { EXIT } from '../../model/refusal.js';
import { makePlan } from '../../plan/makePlan.js';
import type { RollbackPlan, Step } from '../../plan/rollbackPlan.js';
import { checkReport } from '../../report/checkReport.js';
import { planReport } from '../../report/planReport.js';
import { openBaseline } from '../../snapshot/baseline.js';

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
> & { readonly path: string; readonly steps: ReadonlyArray<Omit<Step, 'detail'>> };

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
    full: Flags.boolean({ summary: messages.getMessage('flags.full.summary') }),
    check: Flags.boolean({ summary: messages.getMessage('flags.check.summary') }),
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
    const config = readConfig(flags.config, homeFolder());
    const typed = resolveFlag(flags.resolve);
    const { onConflict, resolve } = conflictPolicy(flags['on-conflict'], typed, config?.config);
    const only = selectorFlag('--only', flags.only);
    const exclude = selectorFlag('--exclude', flags.exclude);
    refuseContradictions(only, exclude, typed);
    const whose = whoseRequest(flags);
    const store = openStore(flags.store);
    const orgId = flags['target-org'].getOrgId();
    const snapshotId = await chooseSnapshot(store, flags.snapshot, orgId);
    const after = flags.after && (await chooseFollower(store, flags.after, snapshotId));
    const baseline = await openBaseline(store, snapshotId, orgId, await knownNewIds(store, snapshotId));
    sameApiVersion(flags['api-version'], baseline.snapshot.apiVersion);
    const org = await openOrg(
      flags['target-org'],
      baseline.snapshot.apiVersion,
      this.typedOrg(),
      flags.wait.milliseconds
    );
    await this.warnOfSwitches(store, orgId, org.identity.label);
    const { plan, folder } = await makePlan(
      org,
      store,
      baseline,
      {
        choice: {
          only,
          exclude,
          onConflict,
          resolve,
          deleteFlows: flags['delete-flows'],
        },
        ...whose,
        ...(after ? { after } : {}),
        ...(flags['drift-only'] ? { driftOnly: true } : {}),
        full: flags.full,
        acceptGaps: flags['accept-gaps'],
      },
      CHANCE,
      this.stages()
    );
    const checked = flags.check ? await checkPlan(org, baseline, plan, folder, tests, CHANCE, this.stages()) : [];
    this.stages().done();
    if (config?.config.conflicts) this.log(messages.getMessage('configUsed', [config.shown]));
    this.log(planReport(plan, { width: width(), more: `sf rollback show ${plan.id}${this.typedStore()}` }));
    if (checked.length > 0) this.log(`\n${checkReport(checked, width())}`);
    if (plan.applicable) this.log(`\n${messages.getMessage('next', [this.sameFlags(org.identity.label), plan.id])}`);
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
    };
  }
}
