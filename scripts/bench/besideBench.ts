import { Bench, figuresOf, inShort, type Figures } from './benchProcesses.js';
import { markdownTable, medianOf, rounded, withSpread } from './figures.js';
import type { Part } from './part.js';
import { tablesOf } from './tables.js';

/** What a bad deployment changed. */
const ARMS = ['a layout', 'rows of five objects', 'both'] as const;
type Arm = (typeof ARMS)[number];
type BesideFigures = Readonly<Record<Arm, readonly Figures[]>>;

/**
 * The way back of a layout, of rows, and of both. Rows do not depend on a layout, so both together may take little more than
 * the longer of the two.
 */
export const besideBench: Part<BesideFigures> = {
  title: 'Rows beside a deployment',
  async measure({ quick, say }) {
    say('a layout, rows, and both go back, P1');
    const measured: Record<Arm, Figures[]> = { 'a layout': [], 'rows of five objects': [], both: [] };
    // Ids of the first would begin like those of an object that the company has.
    const tables = tablesOf(6, 500).slice(1);
    const objects = tables.map(({ object }) => object);
    const bench = await Bench.open({ profile: 'P1', brightcup: true, tables });
    try {
      for (let round = 0; round < (quick ? 1 : 3); round += 1)
        for (const arm of ARMS) {
          const folder = bench.folder();
          // What was deployed just now may still be under way to a snapshot.
          await bench.ask({ do: 'hourLater' });
          const scope = ['--metadata', 'Layout', ...objects.flatMap((object) => ['--records', object])];
          await bench.measure(folder, [['rollback', 'snapshot', '-o', 'bench', '--json', ...scope]]);
          if (arm !== 'a layout')
            for (const object of objects) await bench.ask({ do: 'change', object, update: 60, remove: 0, insert: 20 });
          if (arm !== 'rows of five objects') await bench.ask({ do: 'breakLayout' });
          const plan = await bench.measure(folder, [['rollback', 'plan', '-o', 'bench', '--json']]);
          const { id } = (plan.json as { result: { id: string } }).result;
          const apply = ['rollback', 'apply', '-o', 'bench', '--plan', id, '--confirm', 'bench', '--json'];
          const one = await bench.measure(folder, [apply]);
          const { status } = (one.json as { result: { status: string } }).result;
          if (status !== 'succeeded') throw new Error(`the way back of ${arm} ended ${status}`);
          say(inShort(arm, figuresOf(one)));
          measured[arm].push(figuresOf(one));
        }
    } finally {
      await bench.close();
    }
    return measured;
  },
  tables: (measured) => [
    '`sf rollback apply`, with the validation at its end. Rows: 60 updated and 20 inserted of each object. P1.',
    '',
    markdownTable(
      ['What goes back', 'Wall s', 'From the first request, s', 'Requests', 'Polls'],
      ARMS.map((arm) => [
        arm,
        withSpread(measured[arm].map((run) => run.wallMs / 1000)),
        withSpread(measured[arm].map((run) => run.onlineMs / 1000)),
        String(medianOf(measured[arm], (run) => run.requests)),
        rounded(
          medianOf(measured[arm], (run) => run.polls),
          0
        ),
      ])
    ),
  ],
  goals: () => [],
};
