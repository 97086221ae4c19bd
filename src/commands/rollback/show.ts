import { Args } from '@oclif/core';
import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { CHANCE, openStore } from '../../cli/compose.js';
import { RollbackCommand, storeFlags } from '../../cli/rollbackCommand.js';
import { chooseEntry } from '../../cli/storeIds.js';
import { width } from '../../cli/terminal.js';
import type { PlanEntry, RunEntry, SnapshotEntry } from '../../inventory/entry.js';
import { readInventory } from '../../inventory/readInventory.js';
import { readPlanItem, readRunItem, readSnapshotItem, type RunStep } from '../../inventory/readItem.js';
import type { ItemOutcome } from '../../apply/outcome.js';
import type { FlowsPart } from '../../flow/flowVersion.js';
import type { ComponentsPart } from '../../metadata/component.js';
import type { RecordItem, RollbackPlan } from '../../plan/rollbackPlan.js';
import { planShown, runShown, snapshotShown } from '../../report/showReport.js';
import type { Snapshot } from '../../snapshot/snapshotFormat.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.show');

/** Record values are only in `rows` and `outcomes`, and these only with `--detail`. */
export type RollbackShowResult =
  | (SnapshotEntry & {
      readonly snapshot: Snapshot;
      readonly flows?: FlowsPart;
      readonly components?: ComponentsPart;
    })
  | (PlanEntry & { readonly plan: RollbackPlan; readonly rows?: Readonly<Record<string, readonly RecordItem[]>> })
  | (RunEntry & { readonly steps: readonly RunStep[]; readonly outcomes?: readonly ItemOutcome[] });

const KINDS = ['snapshot', 'plan', 'run'] as const;

export default class RollbackShow extends RollbackCommand<RollbackShowResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');

  public static override readonly args = {
    id: Args.string({ description: messages.getMessage('args.id.description'), required: true, name: 'ID' }),
  };

  public static override readonly flags = {
    ...storeFlags,
    kind: Flags.option({ options: KINDS, summary: messages.getMessage('flags.kind.summary') })(),
    detail: Flags.boolean({ summary: messages.getMessage('flags.detail.summary') }),
  };

  public async run(): Promise<RollbackShowResult> {
    const { args, flags } = await this.parse(RollbackShow);
    const store = openStore(flags.store);
    const inventory = await readInventory(store, CHANCE.now());
    const orgId = flags['target-org']?.getOrgId();
    const entry = chooseEntry(inventory, args.id, flags.kind ? [flags.kind] : KINDS, orgId, store.display);
    await this.warnOfSwitches(store, entry.orgId ?? orgId, this.orgAndStore(flags['target-org']));
    switch (entry.kind) {
      case 'snapshot': {
        const item = await readSnapshotItem(store, entry, flags.detail);
        this.log(snapshotShown(item, width()));
        const { entry: dropped, ...content } = item;
        void dropped;
        return { ...entry, ...content };
      }
      case 'plan': {
        const { plan, items } = await readPlanItem(store, entry, flags.detail);
        this.log(planShown({ entry, plan, ...(items ? { items } : {}) }, width()));
        if (!items && plan.steps.some((step) => step.lane === 'records'))
          this.log(`\n${this.inLines(messages.getMessage('detail', [plan.id, this.typedStore()]))}`);
        if (entry.state === 'open' || entry.state === 'begun')
          this.log(
            `\n${messages.getMessage('apply', [this.orgAndStore(flags['target-org'], entry.createdBy), plan.id])}`
          );
        return { ...entry, plan, ...(items ? { rows: Object.fromEntries(items) } : {}) };
      }
      case 'run': {
        const { steps, outcomes } = await readRunItem(store, entry, inventory, flags.detail);
        this.log(runShown({ entry, steps, ...(outcomes ? { outcomes } : {}) }, width()));
        return { ...entry, steps, ...(outcomes ? { outcomes } : {}) };
      }
    }
  }
}
