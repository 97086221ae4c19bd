import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { CHANCE, openOrg, openStore } from '../../cli/compose.js';
import { commonFlags, RollbackCommand, waitFlag } from '../../cli/rollbackCommand.js';
import { sameApiVersion } from '../../cli/sameApiVersion.js';
import { chooseRun, chooseSnapshot } from '../../cli/storeIds.js';
import { width } from '../../cli/terminal.js';
import { parseStoreId, type StoreId } from '../../model/ids.js';
import { EXIT } from '../../model/refusal.js';
import { validationReport } from '../../report/validationReport.js';
import { readSnapshot } from '../../snapshot/baseline.js';
import { openRun, validateOrg, type Validation } from '../../validate/validateOrg.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.validate');

export type RollbackValidateResult = Validation;

export default class RollbackValidate extends RollbackCommand<RollbackValidateResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');

  public static override readonly flags = {
    ...commonFlags,
    run: Flags.string({ summary: messages.getMessage('flags.run.summary'), helpValue: 'ID', exclusive: ['snapshot'] }),
    snapshot: Flags.string({ summary: messages.getMessage('flags.snapshot.summary'), helpValue: 'ID' }),
    wait: waitFlag,
  };

  public async run(): Promise<RollbackValidateResult> {
    const { flags } = await this.parse(RollbackValidate);
    const store = openStore(flags.store);
    const orgId = flags['target-org'].getOrgId();
    const run = flags.snapshot ? undefined : await openRun(store, await chooseRun(store, flags.run, orgId));
    const snapshotId = run
      ? (parseStoreId(run.plan.snapshotId) as StoreId)
      : await chooseSnapshot(store, flags.snapshot, orgId);
    const { apiVersion } = await readSnapshot(await store.open('snapshots', snapshotId));
    sameApiVersion(flags['api-version'], apiVersion);
    const org = await openOrg(flags['target-org'], apiVersion, this.typedOrg(), flags.wait.milliseconds);
    await this.warnOfSwitches(store, orgId, this.sameFlags(org.identity.label));
    const validation = await validateOrg(org, store, { snapshotId, ...(run ? { run } : {}) }, CHANCE, this.stages());
    this.stages().done();
    this.log(validationReport(validation, snapshotId, width()));
    process.exitCode =
      validation.verdict === 'restored'
        ? EXIT.done
        : validation.verdict === 'restoredExceptKept'
          ? EXIT.partial
          : EXIT.failed;
    return validation;
  }
}
