import { readJournal } from '../../../src/apply/journal/journal.js';
import { Refusal } from '../../../src/model/refusal.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import type { FaultWorld } from './faultWorld.js';
import { Counter, type Part, type Tally } from './part.js';
import { smallWorld } from './smallWorld.js';

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
    const { world, plan, folders } = await smallWorld();
    const files = [];
    for (const folder of folders)
      for (const path of await folder.list()) files.push({ folder, path, bytes: await folder.read(path) });
    const cases = files.reduce((n, { bytes }) => n + 2 * bytes.length, 0);
    const open = (): Promise<unknown> => world.openItems(plan);
    // As they were written they can be opened: what is refused later is refused for its change.
    await open();
    return { world, files, cases, open };
  })();
  return target;
}

/** Every byte of every file of a snapshot and a plan flipped, and every file cut off at every byte. */
export function tampering(): Part {
  return {
    title: 'each byte of a small snapshot and plan flipped, each file cut at each byte: refused, naming the file',
    asked: 'every byte and cut',
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
          if (problem) counter.failed(at, `${path}, byte ${byte}, ${flips ? 'flipped' : 'cut'}`, [problem]);
        }
        await folder.write(path, bytes);
        from = last;
      }
      if (world.org.opLog.entries.length > writesBefore)
        counter.failed(first, 'this one or one of the next', ['something was sent to the org']);
      return counter;
    },
  };
}

let journal: Promise<readonly string[]> | undefined;

/** The lines of a journal of a run that wrote in every lane of the world. */
function theJournal(): Promise<readonly string[]> {
  journal ??= smallWorld().then((small) => small.journal.split('\n').slice(0, -1));
  return journal;
}

/** Every byte of a journal flipped, the journal cut off at every byte, and every line left out, doubled or moved up. */
export function journalBytes(): Part {
  return {
    title:
      'each byte of a journal flipped, cut at each byte, each line left out, doubled, moved: refused, or a torn tail',
    asked: 'every byte and line',
    async total() {
      const lines = await theJournal();
      return 2 * Buffer.byteLength(lines.map((line) => `${line}\n`).join('')) + 3 * lines.length;
    },
    async play(first: number, count: number): Promise<Tally> {
      const lines = await theJournal();
      const counter = new Counter();
      const whole = lines.map((line) => `${line}\n`).join('');
      const was = readJournal(whole);
      const known = was.kind === 'whole' ? was.entries.map((entry) => JSON.stringify(entry)) : [];
      for (let at = first; at < first + count; at += 1) {
        const { what, text } = changedJournal(Buffer.from(whole), lines, at);
        const reading = readJournal(text);
        counter.saw(reading.kind === 'edited' ? `${what}: refused` : `${what}: a tail was dropped`);
        // What is taken for whole is the beginning of what was written, entry by entry.
        if (reading.kind === 'whole' && !reading.entries.every((entry, n) => JSON.stringify(entry) === known[n]))
          counter.failed(at, what, ['it was read as whole']);
        if (reading.kind === 'whole' && reading.entries.length < known.length - 1 && what !== 'cut off')
          counter.failed(at, what, ['more than the last line was dropped']);
      }
      return counter;
    },
  };
}

function changedJournal(bytes: Buffer, lines: readonly string[], at: number): { what: string; text: string } {
  const byte = Math.floor(at / 2);
  if (byte < bytes.length) {
    if (at % 2 === 1) return { what: 'cut off', text: bytes.subarray(0, byte).toString('utf8') };
    const changed = Buffer.from(bytes);
    changed[byte] = (changed[byte] as number) ^ (1 << (byte % 8));
    return { what: 'byte flipped', text: changed.toString('utf8') };
  }
  const line = Math.floor((at - 2 * bytes.length) / 3);
  const own = lines[line] as string;
  const rest = lines.filter((_unused, n) => n !== line);
  const text = (each: readonly string[]): string => each.map((one) => `${one}\n`).join('');
  const way = (at - 2 * bytes.length) % 3;
  if (way === 0) return { what: 'line left out', text: text(rest) };
  if (way === 1) return { what: 'line doubled', text: text([...lines.slice(0, line), own, ...lines.slice(line)]) };
  const above = Math.max(0, line - 1);
  return { what: 'line moved up', text: text([...rest.slice(0, above), own, ...rest.slice(above)]) };
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
