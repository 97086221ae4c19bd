import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { Counter, type Part, type Tally } from './part.js';

/** Slices for each process, so that one that is slow does not keep the others waiting at the end. */
const SLICES = 4;

/**
 * What a script of `npm run test:faults` does: plays its parts one after the other, each in slices over all processors, and
 * prints what came of it. FAULTS_SHARE (0 to 1) plays a part of everything; FAULTS_PARTS names some, with commas.
 */
export async function playParts(script: string, parts: Readonly<Record<string, Part>>): Promise<void> {
  // Time-outs and pauses are settings, so that this takes minutes.
  process.env.SF_ROLLBACK_RETRY_MS ??= '1';
  process.env.SF_ROLLBACK_TIMEOUT_MS ??= '3000';
  const [mode, name = '', first, count] = process.argv.slice(2);
  if (mode === 'slice' && process.send) {
    const tally = await (parts[name] as Part).play(Number(first), Number(count));
    process.send(tally, () => process.exit(0));
    return;
  }
  const chosen = process.env.FAULTS_PARTS?.split(',');
  let good = true;
  for (const [part, question] of Object.entries(parts))
    if (chosen?.includes(part) ?? true) good = (await playPart(script, part, question)) && good;
  process.exit(good ? 0 : 1);
}

function elsewhere(script: string, name: string, first: number, count: number): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(script), ['slice', name, String(first), String(count)]);
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the process for ${name} from ${first} on ended with code ${code}`)));
  });
}

async function playPart(script: string, name: string, part: Part): Promise<boolean> {
  const started = performance.now();
  const total = Math.ceil((await part.total()) * Number(process.env.FAULTS_SHARE ?? 1));
  const processes = availableParallelism();
  const size = Math.max(1, Math.ceil(total / (processes * SLICES)));
  const limit = pLimit(processes);
  const firsts = Array.from({ length: Math.ceil(total / size) }, (_, at) => at * size);
  const tallies = await Promise.all(
    firsts.map((first) => limit(() => elsewhere(script, name, first, Math.min(size, total - first))))
  );
  const { counts, failures } = tallies.reduce<Counter>((sum, tally) => sum.add(tally), new Counter());
  console.log(`${name}: ${part.title}`);
  for (const [what, times] of Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${String(times).padStart(9)}  ${what}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`  ${String(failures.length).padStart(9)}  not as promised (${seconds} s)`);
  for (const failure of failures.slice(0, 5)) console.log(`\n${failure}\n`);
  return failures.length === 0;
}
