import { Bench, figuresOf, type Figures } from './benchProcesses.js';
import { markdownTable, medianOf, rounded, withSpread } from './figures.js';
import type { Part } from './part.js';

interface StartFigures {
  readonly ours: readonly Figures[];
  readonly stock: readonly Figures[];
}

/** How long it takes until the help is there, for this plugin and for one that comes with the CLI, in turn. */
export const startBench: Part<StartFigures> = {
  title: 'Starting',
  async measure({ quick, say }) {
    say('start');
    const bench = await Bench.open({ profile: 'P0', tables: [] });
    try {
      const folder = bench.folder();
      const help = async (topic: string): Promise<Figures> =>
        figuresOf(await bench.measure(folder, [[topic, '--help']]));
      // The first start of each fills caches.
      await help('rollback');
      await help('data');
      const [ours, stock]: [Figures[], Figures[]] = [[], []];
      for (let round = 0; round < (quick ? 3 : 15); round += 1) {
        stock.push(await help('data'));
        ours.push(await help('rollback'));
      }
      return { ours, stock };
    } finally {
      await bench.close();
    }
  },
  tables: ({ ours, stock }) => [
    markdownTable(
      ['Command', 'Wall s', 'CPU s', 'Peak MiB'],
      [['`sf rollback --help`', ours] as const, ['`sf data --help`', stock] as const].map(([name, runs]) => [
        name,
        withSpread(runs.map((run) => run.wallMs / 1000)),
        rounded(medianOf(runs, (run) => run.cpuMs) / 1000),
        rounded(
          medianOf(runs, (run) => run.rssMib),
          0
        ),
      ])
    ),
  ],
  goals: ({ ours, stock }) => [
    {
      what: '`sf rollback --help` over `sf data --help`',
      measured: medianOf(
        ours.map((run, round) => run.wallMs / (stock[round]?.wallMs ?? Number.NaN)),
        (ratio) => ratio
      ),
      most: 1.15,
    },
  ],
};
