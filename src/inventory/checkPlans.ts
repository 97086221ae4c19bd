import { checkTargets } from '../apply/preconditions.js';
import { openPlan } from '../apply/readyPlan.js';
import { parseStoreId, type StoreId } from '../model/ids.js';
import { plural } from '../model/plural.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import type { Store } from '../store/ports.js';
import type { Inventory, PlanEntry } from './entry.js';

/** Plans that may still be applied; of all others the org need not be asked. */
const WAITING: ReadonlyArray<PlanEntry['state']> = ['open', 'begun', 'superseded'];

/**
 * The same inventory, with what the org says of each plan that may still be applied: `stale` where it holds values that the
 * plan does not know, `alreadyRestored` where nothing is left to write. Reads only.
 */
export async function checkPlans(org: OrgPorts, store: Store, inventory: Inventory): Promise<Inventory> {
  const plans: PlanEntry[] = [];
  for (const entry of inventory.plans)
    plans.push(
      WAITING.includes(entry.state) && entry.orgId === org.identity.orgId ? await checked(org, store, entry) : entry
    );
  return { ...inventory, plans };
}

async function checked(org: OrgPorts, store: Store, entry: PlanEntry): Promise<PlanEntry> {
  try {
    const { plan, folder, baseline } = await openPlan(org, store, parseStoreId(entry.id) as StoreId);
    const { moved, nothingToDo } = await checkTargets(org, plan, folder, baseline);
    const [first, ...more] = moved;
    if (first) {
      const rest = more.length > 0 ? ` and ${plural(more.length, 'more item')}` : '';
      return { ...entry, state: 'stale', problem: `${first.target}: ${first.what}${rest}` };
    }
    return nothingToDo ? { ...entry, state: 'alreadyRestored' } : entry;
  } catch (error) {
    // A plan without its snapshot can no more be applied than one that was edited.
    if (error instanceof Refusal && ['planDamaged', 'snapshotDamaged', 'notInStore'].includes(error.key))
      return { ...entry, state: 'damaged', problem: error.tokens.join(': ') };
    throw error;
  }
}
