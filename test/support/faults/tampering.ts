import { parseStoreId, type StoreId } from '../../../src/model/ids.js';
import { Refusal } from '../../../src/model/refusal.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import { FaultWorld } from './faultWorld.js';
import { Counter, type Part, type Tally } from './part.js';

/** A small snapshot and a plan, and each way to change one byte of them or to cut them off. */
interface Target {
  readonly world: FaultWorld;
  readonly files: ReadonlyArray<{ readonly folder: StoreFolder; readonly path: string; readonly bytes: Buffer }>;
  readonly cases: number;
  /** Opens both as `apply` does before it writes. */
  open(): Promise<unknown>;
}

let target: Promise<Target> | undefined;

function theTarget(): Promise<Target> {
  target ??= (async () => {
    const world = await FaultWorld.start('in process');
    const snapshot = await world.snapshot();
    await world.badRelease();
    const plan = await world.plan(snapshot);
    const folders = [
      await world.store.open('snapshots', parseStoreId(snapshot.id) as StoreId),
      await world.store.open('plans', parseStoreId(plan.id) as StoreId),
    ];
    const files = [];
    for (const folder of folders)
      for (const path of await folder.list()) files.push({ folder, path, bytes: await folder.read(path) });
    const cases = files.reduce((n, { bytes }) => n + 2 * bytes.length, 0);
    return { world, files, cases, open: () => world.openItems(plan) };
  })();
  return target;
}

/** Every byte of every file of a snapshot and a plan flipped, and every file cut off at every byte. */
export function tampering(): Part {
  return {
    title: 'each byte of a small snapshot and plan flipped, each file cut at each byte: refused, naming the file',
    total: async () => (await theTarget()).cases,
    async play(first: number, count: number): Promise<Tally> {
      const { world, files, open } = await theTarget();
      const counter = new Counter();
      const writesBefore = world.org.opLog.entries.length;
      let from = 0;
      for (const { folder, path, bytes } of files) {
        const last = from + 2 * bytes.length;
        for (let at = Math.max(first, from); at < Math.min(last, first + count); at += 1) {
          const byte = Math.floor((at - from) / 2);
          const flips = (at - from) % 2 === 0;
          const changed = Buffer.from(flips ? bytes : bytes.subarray(0, byte));
          // Another bit each time, so that every bit has its turn.
          if (flips) changed[byte] = (changed[byte] as number) ^ (1 << (byte % 8));
          await folder.write(path, changed);
          counter.saw(flips ? 'bytes flipped' : 'files cut');
          const problem = await refusedFor(open, path);
          if (problem) counter.failures.push(`${path}, byte ${byte}, ${flips ? 'flipped' : 'cut'}: ${problem}`);
        }
        await folder.write(path, bytes);
        from = last;
      }
      if (world.org.opLog.entries.length > writesBefore) counter.failures.push('something was sent to the org');
      return counter;
    },
  };
}

async function refusedFor(open: () => Promise<unknown>, path: string): Promise<string | undefined> {
  try {
    await open();
    return 'it was opened';
  } catch (error) {
    if (!(error instanceof Refusal)) return `it broke: ${(error as Error).stack ?? String(error)}`;
    const named = error.tokens.some((token) => token.includes(path)) || error.key === 'planDamaged';
    return named ? undefined : `the refusal does not name the file: ${error.message}`;
  }
}
