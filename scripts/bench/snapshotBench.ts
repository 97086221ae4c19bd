import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, figuresOf, inShort, type Figures } from './benchProcesses.js';
import { exponent, markdownTable, medianOf, rounded, withSpread, type Goal } from './figures.js';
import type { Effort, Part } from './part.js';
import type { ProfileName } from './profiles.js';
import { bytesOf, fingerprint, rowsOfCsv } from './sameRows.js';
import { EXPORT, OURS, SNAPSHOT_ARMS, type SnapshotArm } from './snapshotArms.js';
import { FIELDS, tablesOf } from './tables.js';

interface Case {
  readonly profile: ProfileName;
  readonly objects: number;
  readonly rows: number;
  readonly rounds: number;
}

interface CaseFigures extends Case {
  readonly arms: ReadonlyArray<{ readonly name: string; readonly runs: readonly Figures[] }>;
  /** Bytes of the snapshot's folder, and of the rows as CSV. */
  readonly folderBytes: number;
  readonly rawBytes: number;
}

const MILLION = 1_000_000;

const QUICK: readonly Case[] = [
  { profile: 'P1', objects: 1, rows: 10_000, rounds: 1 },
  { profile: 'P1', objects: 3, rows: 500, rounds: 1 },
];
const GRID: readonly Case[] = [
  ...(['P0', 'P1'] as const).flatMap((profile) => [
    { profile, objects: 1, rows: 10_000, rounds: 3 },
    { profile, objects: 1, rows: 100_000, rounds: 3 },
    { profile, objects: 1, rows: MILLION, rounds: 3 },
  ]),
  { profile: 'P1', objects: 40, rows: 500, rounds: 1 },
];

/** Reading tables: all arms in turn, round after round; in the first it is seen that they read the same rows. */
export const snapshotBench: Part<readonly CaseFigures[]> = {
  title: 'Reading records',
  async measure({ quick, say }) {
    const results: CaseFigures[] = [];
    for (const one of quick ? QUICK : GRID) results.push(await measureCase(one, say));
    return results;
  },
  tables: (results) => [
    markdownTable(
      ['Case', 'Arm', 'Wall s (least to most)', 'CPU s', 'Peak MiB', 'Requests', 'Polls', 'MB'],
      results.flatMap((one) =>
        one.arms.map(({ name, runs }) => [
          `${one.profile}, ${one.objects} × ${one.rows}`,
          name,
          withSpread(runs.map((run) => run.wallMs / 1000)),
          rounded(medianOf(runs, (run) => run.cpuMs) / 1000),
          rounded(
            medianOf(runs, (run) => run.rssMib),
            0
          ),
          String(medianOf(runs, (run) => run.requests)),
          String(medianOf(runs, (run) => run.polls)),
          rounded(medianOf(runs, (run) => run.bytes) / 1e6),
        ])
      )
    ),
    ...growthTable(results),
  ],
  goals,
};

async function measureCase(one: Case, say: Effort['say']): Promise<CaseFigures> {
  say(`snapshot of ${one.objects} × ${one.rows} rows, ${one.profile}`);
  const tables = tablesOf(one.objects, one.rows);
  const objects = tables.map(({ object }) => object);
  const bench = await Bench.open({ profile: one.profile, tables });
  try {
    const arms = SNAPSHOT_ARMS.filter(
      (arm) => arm.mostRows >= one.rows && arm.mostObjects >= one.objects && one.objects >= (arm.leastObjects ?? 1)
    );
    const measured = new Map<string, Figures[]>(arms.map((arm) => [arm.name, []]));
    const same = new SameRows(objects);
    let folderBytes = 0;
    for (let round = 0; round < one.rounds; round += 1) {
      const folders: string[] = [];
      for (const arm of arms) {
        const folder = bench.folder();
        folders.push(folder);
        const figures = figuresOf(await arm.run(bench, folder, objects, FIELDS));
        measured.get(arm.name)?.push(figures);
        say(inShort(arm.name, figures));
        if (round === 0) await same.check(arm, folder);
        if (arm.name === OURS) folderBytes = sizeOf(join(folder, '.rollback', 'snapshots'));
      }
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    }
    return {
      ...one,
      arms: [...measured].map(([name, runs]) => ({ name, runs })),
      folderBytes,
      rawBytes: same.rawBytes,
    };
  } finally {
    await bench.close();
  }
}

/** Holds what each arm wrote against what the first one did: byte by byte where both wrote CSV, else row by row. */
class SameRows {
  public rawBytes = 0;
  private first: { readonly arm: SnapshotArm; readonly folder: string } | undefined;
  private readonly digests = new Map<string, string>();
  private readonly prints = new Map<string, string>();

  public constructor(private readonly objects: readonly string[]) {}

  /** The first arm's folder has to stay until all were checked. */
  public async check(arm: SnapshotArm, folder: string): Promise<void> {
    const isFirst = this.first === undefined;
    this.first ??= { arm, folder };
    for (const object of this.objects) {
      if ('csv' in arm.wrote) {
        const { bytes, digest } = await bytesOf(arm.wrote.csv(folder, object));
        if (isFirst) {
          this.rawBytes += bytes;
          this.digests.set(object, digest);
        }
        if (this.digests.get(object) === digest) continue;
      }
      const first = this.prints.get(object) ?? (await printOf(this.first.arm, this.first.folder, object));
      this.prints.set(object, first);
      const print = await printOf(arm, folder, object);
      if (print !== first) throw new Error(`${arm.name} read other rows of ${object}: ${print}, not ${first}`);
    }
  }
}

function printOf({ wrote }: SnapshotArm, folder: string, object: string): Promise<string> {
  return fingerprint('csv' in wrote ? rowsOfCsv(wrote.csv(folder, object)) : wrote.rows(folder, object));
}

/** How cost grows with the rows of one table: 1 is in step with them. */
function growthTable(results: readonly CaseFigures[]): string[] {
  const rows = (['P0', 'P1'] as const).flatMap((profile) =>
    SNAPSHOT_ARMS.flatMap(({ name }) => {
      const points = results
        .filter((one) => one.profile === profile && one.objects === 1)
        .flatMap((one) =>
          one.arms.filter((arm) => arm.name === name).map((arm) => ({ rows: one.rows, runs: arm.runs }))
        );
      if (points.length < 2) return [];
      const growth = (pick: (run: Figures) => number): string =>
        rounded(exponent(points.map((point) => [point.rows, medianOf(point.runs, pick)])));
      return [
        [
          profile,
          name,
          `${Math.min(...points.map((point) => point.rows))} to ${Math.max(...points.map((point) => point.rows))}`,
          growth((run) => run.wallMs),
          growth((run) => run.cpuMs),
          growth((run) => run.rssMib),
          growth((run) => run.bytes),
        ],
      ];
    })
  );
  if (rows.length === 0) return [];
  return [
    '',
    'Growth with the number of rows, as an exponent (1: ten times the rows cost ten times as much; 0: nothing more):',
    '',
    markdownTable(['Profile', 'Arm', 'Rows', 'Wall', 'CPU', 'Peak memory', 'Bytes'], rows),
  ];
}

function goals(results: readonly CaseFigures[]): Goal[] {
  const found: Goal[] = [];
  const at = (profile: string, objects: number, rows: number): CaseFigures | undefined =>
    results.find((one) => one.profile === profile && one.objects === objects && one.rows === rows);
  const median = (one: CaseFigures | undefined, arm: string, pick: (run: Figures) => number): number =>
    medianOf(one?.arms.find(({ name }) => name === arm)?.runs, pick);

  const [million, hundred, far] = [at('P0', 1, MILLION), at('P0', 1, 100_000), at('P1', 1, MILLION)];
  if (million) {
    const peaks = [million, far].map((one) => median(one, OURS, (run) => run.rssMib)).filter(Number.isFinite);
    found.push(
      { what: 'peak memory of a snapshot of 1M × 30', measured: Math.max(...peaks), most: 256, unit: ' MiB' },
      {
        what: 'the same over that of 100k × 30',
        measured: median(million, OURS, (run) => run.rssMib) / median(hundred, OURS, (run) => run.rssMib),
        most: 1.25,
      },
      {
        what: 'CPU over that of `sf data export bulk` csv, 1M rows, P0',
        measured: median(million, OURS, (run) => run.cpuMs) / median(million, EXPORT, (run) => run.cpuMs),
        most: 2,
      }
    );
  }
  for (const [one, least] of [
    [far, 1.5],
    [results.find(({ profile, objects }) => profile === 'P1' && objects > 1), 3],
  ] as const)
    if (one)
      found.push({
        what: `times as fast as \`sf data export bulk\` csv, ${one.objects} × ${one.rows}, P1`,
        measured: median(one, EXPORT, (run) => run.wallMs) / median(one, OURS, (run) => run.wallMs),
        least,
      });
  const largest = results.filter(({ objects }) => objects === 1).sort((a, b) => b.rows - a.rows)[0];
  if (largest)
    found.push({
      what: `folder of a snapshot over its rows as CSV, ${largest.rows} rows`,
      measured: largest.folderBytes / largest.rawBytes,
      most: 0.25,
    });
  return found;
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
