import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pinnedStockVersion } from '../../test/e2e/support/stockCli.js';
import { goalTable, isMet, rounded, type Goal } from './figures.js';
import { besideBench } from './besideBench.js';
import { flowBench } from './flowBench.js';
import type { Part } from './part.js';
import { planBench } from './planBench.js';
import { snapshotBench } from './snapshotBench.js';
import { startBench } from './startBench.js';
import { undoBench } from './undoBench.js';
import { verifyBench } from './verifyBench.js';

/**
 * `npm run bench`: this plugin beside what people use today, on the practice org. Arms take turns, rows are compared
 * first, medians are quoted. `docs/performance.md` says more.
 */
const PARTS: Readonly<Record<string, Part<unknown>>> = {
  start: startBench,
  flow: flowBench,
  verify: verifyBench,
  plan: planBench,
  snapshot: snapshotBench,
  undo: undoBench,
  beside: besideBench,
};
/** No figure is asked of it, and it takes most of a minute. */
const NOT_QUICK = new Set(['beside']);
const HELP = `npm run bench -- [--quick] [--only PART,…] [--write]

  --quick   small sizes and one round, without ${[...NOT_QUICK].join(', ')}: a few minutes
  --only    only these parts: ${Object.keys(PARTS).join(', ')}
  --write   write the tables into docs/performance.md; parts that were not run now keep what
            their last full run measured
`;
const DOCS = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
const KEPT = fileURLToPath(new URL('../../node_modules/.cache/bench/', import.meta.url));
const [START, END] = ['<!-- bench: start -->', '<!-- bench: end -->'];

/** What a full run of a part measured, and where. */
interface Kept {
  readonly measured: string;
  readonly result: unknown;
}

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const chosen = options.only?.split(',') ?? Object.keys(PARTS).filter((name) => !(options.quick && NOT_QUICK.has(name)));
const unknown = chosen.filter((name) => !(name in PARTS));
if (options.help || unknown.length > 0 || (options.quick && options.write)) {
  process.stdout.write(unknown.length > 0 ? `Unknown: ${unknown.join(', ')}\n${HELP}` : HELP);
  process.exit(options.help ? 0 : 2);
}

const from = performance.now();
const say = (line: string): void => {
  const seconds = rounded((performance.now() - from) / 1000, 0);
  process.stderr.write(`${line.startsWith(' ') ? line : `${seconds} s: ${line}`}\n`);
};
const failed: string[] = [];
const results = new Map<string, Kept>();
for (const name of chosen) {
  try {
    const result = await (PARTS[name] as Part<unknown>).measure({ quick: options.quick, say });
    const kept = { measured: `${new Date().toISOString().slice(0, 16)}Z, ${machine()}`, result };
    results.set(name, kept);
    if (!options.quick) keep(name, kept);
  } catch (error) {
    // The other parts can still be measured.
    failed.push(name);
    process.stderr.write(`${name} failed: ${(error as Error).stack ?? String(error)}\n`);
  }
}
const goals = chosen.flatMap((name) => goalsOf(name, results.get(name)));
process.stdout.write(`${report(results)}\n`);
if (options.write) writeDocs();
const missed = goals.filter((goal) => !isMet(goal));
if (missed.length > 0) process.stdout.write(`\nNot met: ${missed.map((goal) => goal.what).join('; ')}.\n`);
if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.join(', ')}.\n`);
if (goals.length > 0) process.stdout.write(`\n${goals.length - missed.length} of ${goals.length} figures are met.\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

function goalsOf(name: string, kept: Kept | undefined): Goal[] {
  return kept ? (PARTS[name] as Part<unknown>).goals(kept.result) : [];
}

function report(parts: ReadonlyMap<string, Kept>): string {
  const tables = [...parts].flatMap(([name, kept]) => {
    const part = PARTS[name] as Part<unknown>;
    return [`### ${part.title}`, '', `${kept.measured}.`, '', ...part.tables(kept.result), ''];
  });
  const asked = [...parts].flatMap(([name, kept]) => goalsOf(name, kept));
  return [...tables, ...(asked.length > 0 ? ['### Figures asked for', '', goalTable(asked)] : [])].join('\n');
}

/** All parts, those not run now as their last full run measured them. */
function writeDocs(): void {
  const all = new Map(
    Object.keys(PARTS).flatMap((name) => {
      const kept = results.get(name) ?? lastKept(name);
      return kept ? [[name, kept] as const] : [];
    })
  );
  const text = existsSync(DOCS) ? readFileSync(DOCS, 'utf8') : `${START}\n${END}\n`;
  const [head] = text.split(START);
  const [, tail] = text.split(END);
  writeFileSync(DOCS, `${head}${START}\n\n${report(all)}\n\n${END}${tail}`);
}

function keep(name: string, kept: Kept): void {
  mkdirSync(KEPT, { recursive: true });
  writeFileSync(`${KEPT}${name}.json`, JSON.stringify(kept));
}

function lastKept(name: string): Kept | undefined {
  const file = `${KEPT}${name}.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : undefined;
}

function machine(): string {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${processor}, ${cpus().length} cores, ${rounded(totalmem() / 2 ** 30, 0)} GiB, ${process.platform} ${process.arch}, Node ${process.version}, @salesforce/cli ${pinnedStockVersion()}`;
}
