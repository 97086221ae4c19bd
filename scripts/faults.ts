/**
 * All figures about crashes, faults and changed files, each played on all processors, and a table of them at the end.
 * Names of groups or parts choose some: `npm run test:faults -- crashes grid`; `--list` names them all. `singles:137` plays
 * one case again. FAULTS_SEED asks for other dice, FAULTS_SHARE=0.1 for a tenth of everything. `--write` puts what was
 * reached into docs/faults.md, part by part. Ends with 0 when all there is was played, or the share of it, as promised.
 */
import { availableParallelism } from 'node:os';
import process from 'node:process';
import pLimit from 'p-limit';
import { hasCommands } from '../test/e2e/support/stockCli.js';
import { Counter, SEED, type Part } from '../test/support/faults/part.js';
import { GROUPS, ORDER, PARTS } from '../test/support/faults/parts.js';
import { cellsOf, HEADS, table, type Figure } from './faults/figure.js';
import { writeFigures } from './faults/figuresPage.js';
import { Pool } from './faults/pool.js';

/** Slices for each process, so that one that is slow does not keep the others waiting at the end. */
const SLICES = 40;
/** Failures of one part that are shown whole. */
const SHOWN = 5;
const SHARE = Number(process.env.FAULTS_SHARE ?? 1);

/** After Ctrl-C or SIGTERM what is being played is played to its end, and the table says how far it came. */
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void (stopped = true));

/** A part, or one case of it. */
interface Choice {
  readonly name: string;
  readonly only?: number;
}

function chosen(names: readonly string[]): Choice[] {
  const parsed = names.map((text) => {
    const [name = '', only] = text.split(':');
    if (!(name in GROUPS || name in PARTS) || (only !== undefined && !(name in PARTS && /^\d+$/.test(only))))
      throw new Error(`there is no ${text}: ask with --list`);
    return { name, ...(only === undefined ? {} : { only: Number(only) }) };
  });
  const all = parsed.length === 0 ? Object.keys(GROUPS).map((name): Choice => ({ name })) : parsed;
  const parts = all.flatMap((choice): Choice[] => {
    const group = GROUPS[choice.name];
    return group === undefined ? [choice] : Object.keys(group).map((name) => ({ name }));
  });
  return parts.sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
}

async function playPart(pool: Pool, processes: number, { name, only }: Choice): Promise<Figure> {
  const part = PARTS[name] as Part;
  const started = performance.now();
  const spent = await pool.cpuSeconds();
  console.log(`\n${name}: ${part.title}`);
  const { total = 0, broke } = await pool.ask({ what: 'total', part: name });
  const sum = new Counter();
  if (broke !== undefined) sum.failed(0, 'before the first', [broke]);
  const atOnce = processes * (part.atOnce ?? 1);
  const size = only === undefined ? Math.max(1, Math.ceil(total / (atOnce * SLICES))) : 1;
  // A share is the beginning of each slice, so that it is spread over all of them.
  const share = Math.ceil(size * SHARE);
  const limit = pLimit(atOnce);
  const slices = Array.from({ length: Math.ceil(total / size) }, (_unused, at) => at * size);
  const firsts = only === undefined ? slices : [only];
  let cases = 0;
  let bad = 0;
  await Promise.all(
    firsts.map((first) =>
      limit(async () => {
        if (stopped) return;
        const count = Math.min(share, total - first);
        const answer = await pool.ask({ what: 'play', part: name, first, count });
        cases += count;
        const lost = { counts: {}, failures: [`cases ${first} to ${first + count - 1}: ${answer.broke}`] };
        const tally = answer.tally ?? lost;
        for (const failure of tally.failures.slice(0, Math.max(0, SHOWN - bad)))
          console.log(`\n${name}, seed ${SEED}, ${failure}\n`);
        bad += answer.tally === undefined ? count : tally.failures.length;
        sum.add(tally);
      })
    )
  );
  for (const [what, times] of Object.entries(sum.counts).sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${String(times).padStart(9)}  ${what}`);
  if (bad > 0) console.log(`  to play one of them again: npm run test:faults -- ${name}:<case>`);
  const seconds = (performance.now() - started) / 1000;
  const cpuSeconds = (await pool.cpuSeconds()) - spent;
  return { name, asked: part.asked, total, played: cases, bad: broke === undefined ? bad : 1, cpuSeconds, seconds };
}

/** All there is was played, or the share that was asked for, and all of it was as promised. */
function isReached({ total, played, bad }: Figure): boolean {
  return bad === 0 && played > 0 && (SHARE < 1 || played === total);
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--list')) {
    for (const [group, parts] of Object.entries(GROUPS)) console.log(`${group}: ${Object.keys(parts).join(', ')}`);
    return 0;
  }
  const write = args.includes('--write');
  const choices = chosen(args.filter((arg) => arg !== '--write'));
  const single = choices.some(({ only }) => only !== undefined);
  if (write && (SHARE < 1 || single)) throw new Error('--write wants parts played whole');
  if (choices.some(({ name }) => name === 'kills') && !hasCommands())
    throw new Error('kills plays the built command: npm run build');
  const processes = availableParallelism();
  const pool = new Pool(processes);
  const started = performance.now();
  const figures: Figure[] = [];
  for (const choice of choices) {
    if (stopped) break;
    const figure = await playPart(pool, processes, choice);
    figures.push(figure);
    console.log(
      `  ${HEADS.map((head, at) => `${head} ${cellsOf(figure)[at]}`)
        .slice(2)
        .join(', ')}`
    );
    if (write && !stopped) writeFigures([figure], ORDER, SEED);
  }
  pool.close();
  const minutes = (performance.now() - started) / 60_000;
  const cpu = figures.reduce((all, { cpuSeconds }) => all + cpuSeconds, 0);
  console.log(`\n${table(figures)}\n`);
  console.log(
    `${minutes.toFixed(1)} minutes and ${Math.round(cpu)} CPU seconds on ${processes} processors; seed ${SEED}`
  );
  const missing = figures.filter((figure) => !isReached(figure) && !single).map(({ name }) => name);
  if (missing.length > 0) console.log(`Not as promised, or not all of it: ${missing.join(', ')}`);
  if (stopped) console.log('Stopped before all was played.');
  return !stopped && figures.every(({ bad }) => bad === 0) && missing.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
