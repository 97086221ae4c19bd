/**
 * All figures about crashes, faults and changed files, each played on all processors, and a table of them at the end.
 * Names of groups or parts choose some: `npm run test:faults -- crashes grid`; `--list` names them all. FAULTS_SEED asks for
 * other dice, FAULTS_SHARE=0.1 for a tenth of everything.
 */
import { availableParallelism } from 'node:os';
import process from 'node:process';
import pLimit from 'p-limit';
import { Counter, SEED, type Part } from '../test/support/faults/part.js';
import { GROUPS, PARTS } from '../test/support/faults/parts.js';
import { Pool } from './faults/pool.js';

/** Slices for each process, so that one that is slow does not keep the others waiting at the end. */
const SLICES = 40;
/** Failures of one part that are shown whole. */
const SHOWN = 5;

/** After Ctrl-C or SIGTERM what is being played is played to its end, and the table says how far it came. */
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void (stopped = true));

interface Figure {
  readonly name: string;
  readonly part: Part;
  readonly played: number;
  readonly bad: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

function chosen(names: readonly string[]): string[] {
  const unknown = names.find((name) => !(name in GROUPS) && !(name in PARTS));
  if (unknown !== undefined) throw new Error(`there is no ${unknown}: ask with --list`);
  return Object.entries(GROUPS).flatMap(([group, parts]) =>
    Object.keys(parts).filter((name) => names.length === 0 || names.includes(group) || names.includes(name))
  );
}

async function playPart(pool: Pool, processes: number, name: string): Promise<Figure> {
  const part = PARTS[name] as Part;
  const started = performance.now();
  const { total = 0, broke } = await pool.ask({ what: 'total', part: name });
  if (broke !== undefined) throw new Error(`${name}: ${broke}`);
  const atOnce = processes * (part.atOnce ?? 1);
  const size = Math.max(1, Math.ceil(total / (atOnce * SLICES)));
  // A share is the beginning of each slice, so that it is spread over all of them.
  const share = Math.ceil(size * Number(process.env.FAULTS_SHARE ?? 1));
  const limit = pLimit(atOnce);
  const sum = new Counter();
  let cpuSeconds = 0;
  const firsts = Array.from({ length: Math.ceil(total / size) }, (_unused, at) => at * size);
  let cases = 0;
  console.log(`\n${name}: ${part.title}`);
  await Promise.all(
    firsts.map((first) =>
      limit(async () => {
        if (stopped) return;
        const count = Math.min(share, total - first);
        const answer = await pool.ask({ what: 'play', part: name, first, count });
        cases += count;
        cpuSeconds += answer.cpuSeconds ?? 0;
        const tally = answer.tally ?? { counts: {}, failures: [`cases from ${first} on: ${answer.broke}`] };
        for (const failure of tally.failures.slice(0, Math.max(0, SHOWN - sum.failures.length)))
          console.log(`\n${failure}\n`);
        sum.add(tally);
      })
    )
  );
  for (const [what, times] of Object.entries(sum.counts).sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${String(times).padStart(9)}  ${what}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`  ${String(sum.failures.length).padStart(9)}  not as promised (${seconds} s)`);
  // Slices that are played at once in one process share its time.
  const own = Math.round(cpuSeconds / (part.atOnce ?? 1));
  return { name, part, played: cases, bad: sum.failures.length, seconds, cpuSeconds: own };
}

function table(figures: readonly Figure[]): string {
  const n = (value: number): string => value.toLocaleString('en-US');
  const rows = figures.map(({ name, part, played, bad, seconds, cpuSeconds }) => [
    name,
    part.asked,
    n(played),
    n(played - bad),
    n(seconds),
    n(cpuSeconds),
  ]);
  const all = [['part', 'asked', 'played', 'as promised', 'seconds', 'CPU s'], ...rows];
  const widths = (all[0] as string[]).map((_unused, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length))
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
    )
    .join('\n');
}

const names = process.argv.slice(2);
if (names.includes('--list')) {
  for (const [group, parts] of Object.entries(GROUPS)) console.log(`${group}: ${Object.keys(parts).join(', ')}`);
} else {
  const processes = availableParallelism();
  const pool = new Pool(processes);
  const started = performance.now();
  const figures: Figure[] = [];
  for (const name of chosen(names)) if (!stopped) figures.push(await playPart(pool, processes, name));
  pool.close();
  const minutes = (performance.now() - started) / 60_000;
  console.log(`\n${table(figures)}\n`);
  console.log(
    `${minutes.toFixed(1)} minutes on ${processes} processors; seed ${SEED}${stopped ? '; stopped before all was played' : ''}`
  );
  process.exitCode = !stopped && figures.length > 0 && figures.every(({ bad }) => bad === 0) ? 0 : 1;
}
