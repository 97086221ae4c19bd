import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { CHANCE, openOrg, openStore } from '../../cli/compose.js';
import { RollbackCommand, storeFlags } from '../../cli/rollbackCommand.js';
import { width } from '../../cli/terminal.js';
import { Refusal } from '../../model/refusal.js';
import { checkPlans } from '../../inventory/checkPlans.js';
import { canGoOn, ofOrg, type Inventory } from '../../inventory/entry.js';
import { readInventory } from '../../inventory/readInventory.js';
import { inventoryReport } from '../../report/inventoryReport.js';
import { plural } from '../../report/table.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.list');

export type RollbackListResult = Inventory & { readonly store: string; readonly orgId: string | null };

const KINDS = ['snapshot', 'plan', 'run'] as const;

export default class RollbackList extends RollbackCommand<RollbackListResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');

  public static override readonly flags = {
    ...storeFlags,
    kind: Flags.option({
      options: KINDS,
      multiple: true,
      summary: messages.getMessage('flags.kind.summary'),
    })(),
    all: Flags.boolean({ summary: messages.getMessage('flags.all.summary') }),
    'all-orgs': Flags.boolean({ summary: messages.getMessage('flags.all-orgs.summary'), exclusive: ['check'] }),
    check: Flags.boolean({ summary: messages.getMessage('flags.check.summary') }),
  };

  public async run(): Promise<RollbackListResult> {
    const { flags } = await this.parse(RollbackList);
    const store = openStore(flags.store);
    const target = flags['all-orgs'] ? undefined : flags['target-org'];
    if (flags.check && !target) throw new Refusal('orgNeeded', { tokens: ['--check'] });
    const whole = await readInventory(store, CHANCE.now());
    let inventory = target ? ofOrg(whole, target.getOrgId()) : whole;
    if (flags.check && target) {
      const org = await openOrg(target, undefined, this.typedOrg(), 60_000);
      this.stages().stage('Asking the org');
      inventory = await checkPlans(org, store, inventory);
      this.stages().done();
    }
    const report = inventoryReport(inventory, { kinds: flags.kind ?? KINDS, all: flags.all, width: width() });
    const same = this.orgAndStore(target, inventory.runs.at(-1)?.username);
    const label = this.typedOrg() ?? target?.getUsername();
    this.log(
      report ||
        this.inLines(
          messages.getMessage('nothing', [
            store.display,
            target && label ? messages.getMessage('forOrg', [label]) : '',
            same,
          ])
        )
    );
    const cutOff = inventory.runs.filter(canGoOn).at(-1);
    if (cutOff) this.log(`\n${this.inLines(messages.getMessage('goOn', [cutOff.id, same, cutOff.id]))}`);
    await this.warnOfSwitches(store, target?.getOrgId(), same);
    const others = count(whole) - count(inventory);
    if (others > 0) this.log(`\n${messages.getMessage('otherOrgs', [plural(others, 'entry', 'entries')])}`);
    return { store: store.display, orgId: target?.getOrgId() ?? null, ...ofKinds(inventory, flags.kind ?? KINDS) };
  }
}

function count(inventory: Inventory): number {
  return inventory.snapshots.length + inventory.plans.length + inventory.runs.length;
}

function ofKinds(inventory: Inventory, kinds: ReadonlyArray<(typeof KINDS)[number]>): Inventory {
  return {
    snapshots: kinds.includes('snapshot') ? inventory.snapshots : [],
    plans: kinds.includes('plan') ? inventory.plans : [],
    runs: kinds.includes('run') ? inventory.runs : [],
  };
}
