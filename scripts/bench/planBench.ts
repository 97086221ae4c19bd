import { Bench, figuresOf, inShort, type Figures } from './benchProcesses.js';
import type { TouchedRow } from './benchTalk.js';
import { exponent, markdownTable, medianOf, rounded, withSpread, type Goal } from './figures.js';
import type { Effort, Part } from './part.js';
import { tablesOf } from './tables.js';

interface Table {
  readonly rows: number;
  /** Rows that the bad deployment updated; each of these numbers is planned for in turn, smaller ones first. */
  readonly changed: readonly number[];
  /** For this number everything is read again, too. */
  readonly fullAt: number;
  readonly rounds: number;
}

interface PlanFigures {
  readonly rows: number;
  readonly changed: number;
  readonly delta: readonly Figures[];
  readonly full: readonly Figures[];
}

const MILLION = 1_000_000;

const QUICK: readonly Table[] = [{ rows: 10_000, changed: [100], fullAt: 100, rounds: 1 }];
const GRID: readonly Table[] = [
  { rows: 10_000, changed: [0, 1_000], fullAt: 1_000, rounds: 3 },
  { rows: 100_000, changed: [0, 1_000], fullAt: 1_000, rounds: 3 },
  { rows: MILLION, changed: [0, 1_000, 10_000, 100_000], fullAt: 1_000, rounds: 3 },
];

/** A plan after a deployment that updated some rows of one table: by delta, and by reading everything again, in turn. */
export const planBench: Part<readonly PlanFigures[]> = {
  title: 'Planning',
  async measure({ quick, say }) {
    const results: PlanFigures[] = [];
    for (const table of quick ? QUICK : GRID) results.push(...(await measureTable(table, say)));
    return results;
  },
  tables: (results) => [
    markdownTable(
      [
        'Rows',
        'Changed',
        'How',
        'Wall s',
        'From the first request, s',
        'CPU s',
        'Peak MiB',
        'Requests',
        'About the table',
        'MB',
      ],
      results.flatMap((one) =>
        [['delta', one.delta] as const, ['`--full`', one.full] as const]
          .filter(([, runs]) => runs.length > 0)
          .map(([how, runs]) => [
            String(one.rows),
            String(one.changed),
            how,
            withSpread(runs.map((run) => run.wallMs / 1000)),
            withSpread(runs.map((run) => run.onlineMs / 1000)),
            rounded(medianOf(runs, (run) => run.cpuMs) / 1000),
            rounded(
              medianOf(runs, (run) => run.rssMib),
              0
            ),
            String(medianOf(runs, (run) => run.requests)),
            String(medianOf(runs, (run) => run.ofTables)),
            rounded(medianOf(runs, (run) => run.bytes) / 1e6),
          ])
      )
    ),
  ],
  goals,
};

async function measureTable({ rows, changed, fullAt, rounds }: Table, say: Effort['say']): Promise<PlanFigures[]> {
  say(`plan on ${rows} rows, P1`);
  const [table] = tablesOf(1, rows);
  if (!table) throw new Error('no table');
  const bench = await Bench.open({ profile: 'P1', tables: [table] });
  try {
    const folder = bench.folder();
    await bench.measure(folder, [['rollback', 'snapshot', '-o', 'bench', '--json', '--records', table.object]]);
    const results: PlanFigures[] = [];
    for (const update of changed) {
      if (update > 0)
        await bench.ask<readonly TouchedRow[]>({ do: 'change', object: table.object, update, remove: 0, insert: 0 });
      const plan = async (how: string, ...more: string[]): Promise<Figures> => {
        const measured = await bench.measure(folder, [['rollback', 'plan', '-o', 'bench', '--json', ...more]]);
        const { summary } = (measured.json as { result: { summary: Record<string, number> } }).result;
        if ((summary['updateRecords'] ?? 0) !== update)
          throw new Error(`the plan has ${JSON.stringify(summary)}, not ${update} updates`);
        say(inShort(`${update} changed, ${how}`, figuresOf(measured)));
        return figuresOf(measured);
      };
      const [delta, full]: [Figures[], Figures[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        delta.push(await plan('delta'));
        if (update === fullAt) full.push(await plan('--full', '--full'));
      }
      results.push({ rows, changed: update, delta, full });
    }
    return results;
  } finally {
    await bench.close();
  }
}

function goals(results: readonly PlanFigures[]): Goal[] {
  const found: Goal[] = [];
  const online = (one: PlanFigures | undefined): number => medianOf(one?.delta, (run) => run.onlineMs);
  const at = (rows: number, changed: number): PlanFigures | undefined =>
    results.find((one) => one.rows === rows && one.changed === changed);
  for (const one of results.filter(({ rows, full }) => full.length > 0 && (rows === MILLION || results.length < 3))) {
    const share = (pick: (run: Figures) => number): number => medianOf(one.delta, pick) / medianOf(one.full, pick);
    const name = `${one.changed} of ${one.rows} rows changed, P1`;
    found.push(
      { what: `bytes of a plan over those of \`--full\`, ${name}`, measured: share((run) => run.bytes), most: 0.05 },
      { what: `requests about an object, ${name}`, measured: medianOf(one.delta, (run) => run.ofTables), most: 6 }
    );
    // A small table is read again within the time of a few requests.
    if (one.rows === MILLION)
      found.push({
        what: `time of a plan over that of \`--full\`, ${name}`,
        measured: share((run) => run.onlineMs),
        most: 0.15,
      });
  }
  const nothing = at(MILLION, 0);
  const moved = results.filter(({ rows, changed }) => rows === MILLION && changed > 0);
  if (nothing && moved.length > 1)
    found.push({
      what: 'exponent of a plan’s time in changed rows, less the time of a plan without any',
      measured: exponent(moved.map((one) => [one.changed, Math.max(online(one) - online(nothing), 1)])),
      least: 0.9,
      most: 1.1,
    });
  const [small, large] = [at(100_000, 1_000), at(MILLION, 1_000)];
  if (small && large)
    found.push({
      what: 'time of a plan for 1000 changed rows, of 1M over that of 100k',
      measured: online(large) / online(small),
      most: 1.1,
    });
  return found;
}
