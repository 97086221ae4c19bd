import { Args } from '@oclif/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { CHANCE, openOrg, openStore } from '../../cli/compose.js';
import { selectorFlag } from '../../cli/resolveFlag.js';
import { RollbackCommand, storeFlags, waitFlag } from '../../cli/rollbackCommand.js';
import { chooseEntry } from '../../cli/storeIds.js';
import { shellWord, width } from '../../cli/terminal.js';
import type { Comparison } from '../../compare/comparison.js';
import { compareSnapshots, compareWithOrg } from '../../compare/compareStates.js';
import { readInventory } from '../../inventory/readInventory.js';
import { parseStoreId, type StoreId } from '../../model/ids.js';
import { Refusal } from '../../model/refusal.js';
import { compareReport } from '../../report/compareReport.js';
import { readSnapshot } from '../../snapshot/baseline.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.diff');

export type RollbackDiffResult = Comparison;

export default class RollbackDiff extends RollbackCommand<RollbackDiffResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');

  public static override readonly args = {
    a: Args.string({ description: messages.getMessage('args.a.description'), required: true }),
    b: Args.string({ description: messages.getMessage('args.b.description'), default: 'org' }),
  };

  public static override readonly flags = {
    ...storeFlags,
    only: Flags.string({ multiple: true, summary: messages.getMessage('flags.only.summary'), helpValue: 'SELECTOR' }),
    detail: Flags.boolean({ summary: messages.getMessage('flags.detail.summary') }),
    wait: waitFlag,
  };

  public async run(): Promise<RollbackDiffResult> {
    const { args, flags } = await this.parse(RollbackDiff);
    const only = selectorFlag('--only', flags.only);
    const target = flags['target-org'];
    const store = openStore(flags.store);
    const inventory = await readInventory(store, CHANCE.now());
    const snapshot = (typed: string): StoreId =>
      parseStoreId(chooseEntry(inventory, typed, ['snapshot'], target?.getOrgId(), store.display).id) as StoreId;
    const a = snapshot(args.a);
    const b = args.b === 'org' ? undefined : snapshot(args.b);
    if (a === b) throw new Refusal('sameState', { tokens: [a] });
    await this.warnOfSwitches(store, target?.getOrgId(), this.orgAndStore(target));
    const view = { only, values: flags.detail };
    let comparison: Comparison;
    if (b) comparison = await compareSnapshots(store, a, b, view, this.stages());
    else {
      if (!target) throw new Refusal('orgNeeded', { tokens: ['"org"'] });
      const { apiVersion } = await readSnapshot(await store.open('snapshots', a));
      const org = await openOrg(target, apiVersion, this.typedOrg(), flags.wait.milliseconds);
      comparison = await compareWithOrg(org, store, a, view, this.stages());
    }
    this.stages().done();
    const typed = [a, b ?? '', target && !b ? `-o ${shellWord(this.typedOrg() ?? target.getUsername() ?? '')}` : ''];
    const selectors = only.map((selector) => `--only ${shellWord(selector)}`);
    const more = `sf rollback diff ${[...typed, ...selectors, '--detail'].filter(Boolean).join(' ')}${this.typedStore()}`;
    this.log(compareReport(comparison, { width: width(), detail: flags.detail, more }));
    return comparison;
  }
}
