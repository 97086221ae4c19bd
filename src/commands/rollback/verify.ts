import { Args } from '@oclif/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { CHANCE, openOrg, openStore } from '../../cli/compose.js';
import { RollbackCommand, storeFlags, waitFlag } from '../../cli/rollbackCommand.js';
import { chooseEntry } from '../../cli/storeIds.js';
import { width } from '../../cli/terminal.js';
import { readInventory } from '../../inventory/readInventory.js';
import { parseStoreId, type StoreId } from '../../model/ids.js';
import { EXIT, Refusal } from '../../model/refusal.js';
import { verifyReport } from '../../report/verifyReport.js';
import { readSnapshot } from '../../snapshot/baseline.js';
import { verifySnapshot, type DeepRequest, type Verification } from '../../validate/verifySnapshot.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.verify');

export type RollbackVerifyResult = Verification & { readonly durationMs: number };

export default class RollbackVerify extends RollbackCommand<RollbackVerifyResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');

  public static override readonly args = {
    snapshot: Args.string({ description: messages.getMessage('args.snapshot.description'), required: true }),
  };

  public static override readonly flags = {
    ...storeFlags,
    deep: Flags.boolean({ summary: messages.getMessage('flags.deep.summary') }),
    'test-level': Flags.option({
      options: ['NoTestRun', 'RunSpecifiedTests', 'RunLocalTests', 'RunAllTestsInOrg'] as const,
      char: 'l',
      summary: messages.getMessage('flags.test-level.summary'),
      dependsOn: ['deep'],
    })(),
    tests: Flags.string({
      multiple: true,
      char: 't',
      summary: messages.getMessage('flags.tests.summary'),
      helpValue: 'CLASS',
      dependsOn: ['deep'],
    }),
    wait: waitFlag,
  };

  public async run(): Promise<RollbackVerifyResult> {
    const { args, flags } = await this.parse(RollbackVerify);
    const started = performance.now();
    const target = flags['target-org'];
    if (flags.deep && !target) throw new Refusal('orgNeeded', { tokens: ['--deep'] });
    const store = openStore(flags.store);
    const inventory = await readInventory(store, CHANCE.now());
    const entry = chooseEntry(inventory, args.snapshot, ['snapshot'], target?.getOrgId(), store.display);
    const user = entry.kind === 'snapshot' ? entry.username : null;
    await this.warnOfSwitches(store, entry.orgId ?? undefined, this.orgAndStore(target, user));
    const snapshotId = parseStoreId(entry.id) as StoreId;
    let deep: DeepRequest | undefined;
    if (flags.deep && target) {
      const { apiVersion } = await readSnapshot(await store.open('snapshots', snapshotId));
      const org = await openOrg(target, apiVersion, this.typedOrg(), flags.wait.milliseconds);
      deep = {
        org,
        tests: { names: flags.tests ?? [], ...(flags['test-level'] ? { level: flags['test-level'] } : {}) },
      };
    }
    const verification = await verifySnapshot(store, snapshotId, deep, this.stages());
    this.stages().done();
    this.log(verifyReport(verification, width()));
    if (verification.state === 'damaged')
      this.log(`\n${this.inLines(messages.getMessage('next', [this.orgAndStore(target, user)]))}`);
    process.exitCode = exitCodeOf(verification);
    return { ...verification, durationMs: Math.round(performance.now() - started) };
  }
}

function exitCodeOf(verification: Verification): number {
  if (verification.state === 'damaged') return EXIT.refused;
  if (verification.deep?.deployment?.success === false) return EXIT.failed;
  return verification.state === 'incomplete' ? EXIT.partial : EXIT.done;
}
