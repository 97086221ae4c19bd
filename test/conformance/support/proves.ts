import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BehaviourId } from '../../org/behaviours.js';
import { PLUGIN_ROOT } from '../../e2e/support/stockCli.js';

/** Clients that are not ours. */
export type Client = 'sf' | 'jsforce';

export interface Proof {
  readonly client: Client;
  readonly behaviour: BehaviourId;
}

/** Where a run leaves what it has proven. */
export const RECORD = join(PLUGIN_ROOT, 'node_modules', '.cache', 'sf-plugin-rollback', 'conformance.json');

const proven: Proof[] = [];

/**
 * The body of a test that shows these behaviours to hold for a client. They are recorded once the body has ended well;
 * the declaration itself is read from the source by `scripts/conformanceTable.ts`, so write the ids out.
 */
export function proves(
  client: Client,
  behaviours: readonly BehaviourId[],
  body: () => Promise<void>
): () => Promise<void> {
  return async () => {
    await body();
    proven.push(...behaviours.map((behaviour) => ({ client, behaviour })));
  };
}

process.once('exit', () => {
  if (proven.length === 0) return;
  mkdirSync(dirname(RECORD), { recursive: true });
  writeFileSync(RECORD, JSON.stringify(proven));
});
