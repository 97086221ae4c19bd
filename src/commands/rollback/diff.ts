import { Args } from '@oclif/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { makeUndoState } from '../../apply/undo/makeUndoPlan.js';
import { CHANCE, openOrg, openStore } from '../../cli/compose.js';
import { flowVersionsFlag } from '../../cli/flowVersionsFlag.js';
import { selectorFlag } from '../../cli/resolveFlag.js';
import { RollbackCommand, storeFlags, waitFlag } from '../../cli/rollbackCommand.js';
import { chooseEntry } from '../../cli/storeIds.js';
import { shellWord, width } from '../../cli/terminal.js';
import { compareFlowVersions } from '../../compare/compareFlowVersions.js';
import type { Comparison } from '../../compare/comparison.js';
import { compareSnapshots, compareWithOrg } from '../../compare/compareStates.js';
import { readInventory } from '../../inventory/readInventory.js';
import { parseStoreId, type StoreId } from '../../model/ids.js';
import { Refusal } from '../../model/refusal.js';
import type { OrgPorts } from '../../org/ports.js';
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
    'flow-versions': Flags.string({
      summary: messages.getMessage('flags.flow-versions.summary'),
      description: messages.getMessage('flags.flow-versions.description'),
      helpValue: 'NAME:N,M',
      exclusive: ['only'],
    }),
    detail: Flags.boolean({ summary: messages.getMessage('flags.detail.summary') }),
    wait: waitFlag,
  };

  public async run(): Promise<RollbackDiffResult> {
    const { args, flags } = await this.parse(RollbackDiff);
    const only = selectorFlag('--only', flags.only);
    const target = flags['target-org'];
    const store = openStore(flags.store);
    const inventory = await readInventory(store, CHANCE.now());
    const snapshot = async (typed: string): Promise<StoreId> => {
      const kinds = typed === 'latest' ? (['snapshot'] as const) : (['snapshot', 'run'] as const);
      const entry = chooseEntry(inventory, typed, kinds, target?.getOrgId(), store.display);
      if (entry.kind === 'snapshot') return parseStoreId(entry.id) as StoreId;
      // A run stands for its undo point: the org just before it.
      const made = inventory.snapshots.find(({ undoOf, state }) => undoOf === entry.id && state === 'complete');
      if (made) return parseStoreId(made.id) as StoreId;
      if (!target) throw new Refusal('orgNeeded', { tokens: [`The undo point of run ${entry.id}`] });
      const org = await openOrg(target, undefined, this.typedOrg(), flags.wait.milliseconds);
      const state = await makeUndoState(org, store, parseStoreId(entry.id) as StoreId, CHANCE);
      return parseStoreId(state.id) as StoreId;
    };
    const side = async (typed: string): Promise<StoreId | 'org'> => (typed === 'org' ? 'org' : snapshot(typed));
    const versions = flags['flow-versions'] === undefined ? undefined : flowVersionsFlag(flags['flow-versions']);
    const a = versions ? await side(args.a) : await snapshot(args.a);
    const b = await side(args.b);
    if (a === b && (!versions || versions.before === versions.after))
      throw new Refusal('sameState', { tokens: [a === 'org' ? 'the org' : `snapshot ${a}`], actionTokens: [a] });
    await this.warnOfSwitches(store, target?.getOrgId(), this.orgAndStore(target));
    const view = { only, values: flags.detail };
    const openTarget = async (): Promise<OrgPorts> => {
      if (!target) throw new Refusal('orgNeeded', { tokens: ['"org"'] });
      const saved = a === 'org' ? (b === 'org' ? undefined : b) : a;
      const version =
        saved === undefined ? undefined : (await readSnapshot(await store.open('snapshots', saved))).apiVersion;
      return openOrg(target, version, this.typedOrg(), flags.wait.milliseconds);
    };
    let comparison: Comparison;
    if (versions) {
      const org = a === 'org' || b === 'org' ? await openTarget() : undefined;
      comparison = await compareFlowVersions(org, store, { a, b }, versions, this.stages());
    } else if (b === 'org')
      comparison = await compareWithOrg(await openTarget(), store, a as StoreId, view, this.stages());
    else comparison = await compareSnapshots(store, a as StoreId, b, view, this.stages());
    this.stages().done();
    const typed = [
      a,
      b === 'org' && !versions ? '' : b,
      target && (a === 'org' || b === 'org') ? `-o ${shellWord(this.typedOrg() ?? target.getUsername() ?? '')}` : '',
    ];
    const selectors = only.map((selector) => `--only ${shellWord(selector)}`);
    if (versions) selectors.push(`--flow-versions ${shellWord(flags['flow-versions'] ?? '')}`);
    const more = `sf rollback diff ${[...typed, ...selectors, '--detail'].filter(Boolean).join(' ')}${this.typedStore()}`;
    this.log(compareReport(comparison, { width: width(), detail: flags.detail, more }));
    return comparison;
  }
}
