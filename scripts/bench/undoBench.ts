import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { Bench, figuresOf, inShort, type Figures } from './benchProcesses.js';
import type { TouchedRow } from './benchTalk.js';
import { markdownTable, medianOf, rounded, withSpread } from './figures.js';
import type { Part } from './part.js';
import { rowsOfCsv } from './sameRows.js';
import { snapshotFile } from './snapshotArms.js';
import { FIELDS, tablesOf } from './tables.js';

interface UndoFigures {
  readonly objects: number;
  readonly changed: number;
  readonly ours: readonly Figures[];
  readonly expert: readonly Figures[];
}

/** What the bad deployment did in each table. */
const CHANGE = { update: 60, remove: 20, insert: 20 };
const OURS = 'sf rollback apply';
const EXPERT = 'sf data update, delete, import bulk';

/**
 * The way back from a deployment that touched several tables: `sf rollback apply` of a plan, and someone who has the
 * files from before at hand and knows exactly which rows to load. Each works on an org of its own that is broken alike,
 * and in the end no touched row may differ.
 */
export const undoBench: Part<UndoFigures> = {
  title: 'Taking rows back',
  async measure({ quick, say }) {
    const objects = quick ? 1 : 10;
    const ours: Figures[] = [];
    const expert: Figures[] = [];
    say(`undo of ${objects * 100} rows in ${objects} objects, P1`);
    for (const arm of quick ? [OURS, EXPERT] : [OURS, EXPERT, OURS, EXPERT, OURS]) {
      const figures = await side(objects, arm === OURS ? applyPlan : loadFiles);
      say(inShort(arm, figures));
      (arm === OURS ? ours : expert).push(figures);
    }
    return { objects, changed: objects * 100, ours, expert };
  },
  tables: ({ objects, changed, ours, expert }) => [
    `${changed} rows of ${objects} objects: of each ${CHANGE.update} updated, ${CHANGE.remove} deleted, ${CHANGE.insert} inserted. P1.`,
    '',
    markdownTable(
      ['Arm', 'Wall s', 'CPU s', 'Peak MiB', 'Requests', 'Polls', 'Guarded rows'],
      [[OURS, ours] as const, [EXPERT, expert] as const].map(([name, runs]) => [
        name,
        withSpread(runs.map((run) => run.wallMs / 1000)),
        rounded(medianOf(runs, (run) => run.cpuMs) / 1000),
        rounded(
          medianOf(runs, (run) => run.rssMib),
          0
        ),
        String(medianOf(runs, (run) => run.requests)),
        String(medianOf(runs, (run) => run.polls)),
        String(medianOf(runs, (run) => run.guarded)),
      ])
    ),
  ],
  goals: ({ objects, changed, ours, expert }) => [
    {
      what: `requests of an apply of ${changed} rows over ${objects} objects, without polls and guarded rows`,
      measured: medianOf(ours, (run) => run.requests - run.polls - run.guarded),
      most: 60,
    },
    {
      what: 'times as fast as loads by a script, P1',
      measured: medianOf(expert, (run) => run.wallMs) / medianOf(ours, (run) => run.wallMs),
      least: 3,
    },
  ],
};

type WayBack = (bench: Bench, folder: string, touched: readonly TouchedRow[]) => Promise<Figures>;

const applyPlan: WayBack = async (bench, folder) => {
  const plan = await bench.measure(folder, [['rollback', 'plan', '-o', 'bench', '--json']]);
  const { id } = (plan.json as { result: { id: string } }).result;
  return figuresOf(
    await bench.measure(folder, [
      ['rollback', 'apply', '-o', 'bench', '--plan', id, '--confirm', 'bench', '--no-validate', '--json'],
    ])
  );
};

const loadFiles: WayBack = async (bench, folder, touched) =>
  figuresOf(await bench.measure(folder, await loadsFor(folder, touched)));

async function side(objectCount: number, back: WayBack): Promise<Figures> {
  const tables = tablesOf(objectCount, 500);
  const bench = await Bench.open({ profile: 'P1', tables });
  try {
    const folder = bench.folder();
    const objects = tables.map(({ object }) => object);
    await bench.measure(folder, [
      ['rollback', 'snapshot', '-o', 'bench', '--json', ...objects.flatMap((object) => ['--records', object])],
    ]);
    const touched: TouchedRow[] = [];
    for (const object of objects)
      touched.push(...(await bench.ask<readonly TouchedRow[]>({ do: 'change', object, ...CHANGE })));
    const measured = await back(bench, folder, touched);
    const left = await bench.ask<readonly TouchedRow[]>({ do: 'notBack', rows: touched });
    if (left.length > 0)
      throw new Error(`${left.length} of ${touched.length} rows are not back: ${JSON.stringify(left.slice(0, 3))}`);
    return measured;
  } finally {
    await bench.close();
  }
}

/** Three Bulk loads per table, with files cut from the backup beforehand; that work is not measured. */
async function loadsFor(folder: string, touched: readonly TouchedRow[]): Promise<string[][]> {
  const commands: string[][] = [];
  const writable = FIELDS.filter((name) => name.endsWith('__c') || name === 'Name');
  for (const object of new Set(touched.map((row) => row.object))) {
    const before = new Map<string, Readonly<Record<string, unknown>>>();
    const csv = createReadStream(snapshotFile(folder, object)).pipe(createGunzip());
    for await (const row of rowsOfCsv(csv)) before.set(String(row['Id']), row);
    const load = (verb: string, how: TouchedRow['how'], columns: readonly string[]): void => {
      // An update leaves alone what is empty.
      const blank = verb === 'update' ? '#N/A' : '';
      const lines = touched
        .filter((row) => row.object === object && row.how === how)
        .map(({ id }) => columns.map((name) => (name === 'Id' ? id : before.get(id)?.[name] || blank)));
      const file = `${object}-${verb}.csv`;
      writeFileSync(join(folder, file), stringify([columns, ...lines]));
      const flags = ['-o', 'bench', '-s', object, '-f', file, '--wait', '10', '--line-ending', 'LF'];
      commands.push(['data', verb, 'bulk', ...flags]);
    };
    load('update', 'updated', ['Id', 'Site__c', 'Cups__c']);
    load('delete', 'inserted', ['Id']);
    load('import', 'deleted', writable);
  }
  return commands;
}
