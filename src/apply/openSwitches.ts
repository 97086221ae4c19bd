import type { Store } from '../store/ports.js';
import { earlierRuns } from './earlierRuns.js';

/** What somebody switched off by hand for a run that never came to remind of it: it may still be off. */
export interface OpenSwitch {
  readonly runId: string;
  readonly planId: string;
  readonly name: string;
}

/** Written into the folder of a run once somebody says that what it left switched off is on again. */
const ACKNOWLEDGED = 'switchedBack.json';

/**
 * The switches that runs of this org left off, by their journals. A later run that reminded of the same switch has reminded
 * for the earlier ones, too.
 */
export async function openSwitches(store: Store, orgId: string): Promise<OpenSwitch[]> {
  let open: OpenSwitch[] = [];
  for await (const { id, folder, state, entries } of earlierRuns(store)) {
    if (state.orgId !== orgId) continue;
    const back = new Set(entries.flatMap((entry) => (entry.kind === 'switchBack' ? [entry.name] : [])));
    open = open.filter(({ name }) => !back.has(name));
    if (await folder.exists(ACKNOWLEDGED)) continue;
    open.push(...state.switchesOff.map((name) => ({ runId: id, planId: state.planId, name })));
  }
  return open;
}

/** Somebody says that everything is switched on again. */
export async function acknowledgeSwitches(store: Store, orgId: string, at: Date): Promise<void> {
  const runs = new Set((await openSwitches(store, orgId)).map(({ runId }) => runId));
  for await (const { id, folder } of earlierRuns(store))
    if (runs.has(id)) await folder.write(ACKNOWLEDGED, `${JSON.stringify({ at: at.toISOString() })}\n`);
}
