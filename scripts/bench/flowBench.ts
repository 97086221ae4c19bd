import { Bench, figuresOf, inShort, type Figures } from './benchProcesses.js';
import { markdownTable, medianOf, rounded, withSpread } from './figures.js';
import type { Part } from './part.js';

/** One flow goes back to the version that was active: from Enter to the prompt, the start of the program included. */
export const flowBench: Part<readonly Figures[]> = {
  title: 'Taking one flow back',
  async measure({ quick, say }) {
    say('one flow goes back, P1');
    const measured: Figures[] = [];
    const bench = await Bench.open({ profile: 'P1', brightcup: true, tables: [] });
    try {
      for (let round = 0; round < (quick ? 1 : 7); round += 1) {
        const folder = bench.folder();
        const before = await bench.ask<number>({ do: 'flowVersion' });
        await bench.measure(folder, [['rollback', 'snapshot', '-o', 'bench', '--flows', 'all', '--json']]);
        await bench.ask({ do: 'breakFlow' });
        const plan = await bench.measure(folder, [['rollback', 'plan', '-o', 'bench', '--json']]);
        const { id } = (plan.json as { result: { id: string } }).result;
        const one = figuresOf(
          await bench.measure(folder, [
            ['rollback', 'apply', '-o', 'bench', '--plan', id, '--confirm', 'bench', '--no-validate', '--json'],
          ])
        );
        if ((await bench.ask<number>({ do: 'flowVersion' })) !== before) throw new Error('the flow is not back');
        say(inShort('one flow', one));
        measured.push(one);
      }
    } finally {
      await bench.close();
    }
    return measured;
  },
  tables: (runs) => [
    markdownTable(
      ['Command', 'Wall s', 'From the first request, s', 'CPU s', 'Peak MiB', 'Requests'],
      [
        [
          '`sf rollback apply`, one flow, P1',
          withSpread(runs.map((run) => run.wallMs / 1000)),
          withSpread(runs.map((run) => run.onlineMs / 1000)),
          rounded(medianOf(runs, (run) => run.cpuMs) / 1000),
          rounded(
            medianOf(runs, (run) => run.rssMib),
            0
          ),
          String(medianOf(runs, (run) => run.requests)),
        ],
      ]
    ),
  ],
  goals: (runs) => [
    {
      what: 'one flow goes back, start-up included, P1',
      measured: medianOf(runs, (run) => run.wallMs) / 1000,
      most: 3,
      unit: ' s',
    },
  ],
};
