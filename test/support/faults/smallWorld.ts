import type { RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import { parseStoreId, type StoreId } from '../../../src/model/ids.js';
import type { Scope } from '../../../src/snapshot/scope.js';
import type { StoreFolder, StoreKind } from '../../../src/store/ports.js';
import { FaultWorld } from './faultWorld.js';

/** A flow, a class, a permission set and the rows of one object: every kind of file, and little in each. */
const SMALL: Scope = {
  flows: ['Machine_Finder'],
  metadata: [
    { type: 'ApexClass', fullName: 'DiscountLimits' },
    { type: 'PermissionSet', fullName: 'Installation_Planner' },
  ],
  records: [{ object: 'SBQQ__PriceRule__c' }],
};

/** A world whose snapshot and plan are there, and were carried out; and the files of it that are tried. */
export interface SmallWorld {
  readonly world: FaultWorld;
  readonly plan: RollbackPlan;
  readonly folders: readonly StoreFolder[];
  readonly snapshotFile: { readonly id: StoreId; readonly text: string };
  readonly planFile: { readonly id: StoreId; readonly text: string };
  /** Rows of the plan, a line of JSON each. */
  readonly items: readonly string[];
  readonly journal: string;
}

let small: Promise<SmallWorld> | undefined;

/** Files as the commands write them. */
export function smallWorld(): Promise<SmallWorld> {
  small ??= (async () => {
    const world = await FaultWorld.start('in process', SMALL);
    const snapshot = await world.snapshot();
    await world.badRelease();
    const plan = await world.plan(snapshot);
    const planned = world.moment();
    const run = await world.apply(plan);
    const open = (kind: StoreKind, id: string): Promise<StoreFolder> =>
      world.store.open(kind, parseStoreId(id) as StoreId);
    const journal = String(await (await open('runs', run.runId)).read('journal.ndjson'));
    world.backTo(planned);
    const [snapshots, plans] = [await open('snapshots', snapshot.id), await open('plans', plan.id)];
    const steps = (await plans.list('steps')).filter((path) => path.endsWith('.ndjson'));
    const rows = await Promise.all(
      steps.map(async (path) =>
        String(await plans.read(path))
          .split('\n')
          .filter(Boolean)
      )
    );
    return {
      world,
      plan,
      folders: [snapshots, plans],
      snapshotFile: { id: snapshots.id, text: String(await snapshots.read('snapshot.json')) },
      planFile: { id: plans.id, text: String(await plans.read('plan.json')) },
      items: rows.flat(),
      journal,
    };
  })();
  return small;
}
