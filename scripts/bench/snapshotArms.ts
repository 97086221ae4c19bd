import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Bench, Measured } from './benchProcesses.js';
import type { ReadRow } from './sameRows.js';

/** One way to read tables out of an org. */
export interface SnapshotArm {
  readonly name: string;
  /** Rows of a table, and tables, above which it is left out because it takes too long or does not get there. */
  readonly mostRows: number;
  readonly mostObjects: number;
  readonly leastObjects?: number;
  run(bench: Bench, folder: string, objects: readonly string[], fields: readonly string[]): Promise<Measured>;
  /** What it wrote of an object: as CSV, or as rows where it writes something else. */
  readonly wrote:
    | { readonly csv: (folder: string, object: string) => Readable }
    | { readonly rows: (folder: string, object: string) => Iterable<ReadRow> };
}

export const OURS = 'sf rollback snapshot';
export const EXPORT = 'sf data export bulk, csv';

const ANY = Number.POSITIVE_INFINITY;
const jsforce = new URL('jsforceExport.ts', import.meta.url);

const soql = (object: string, fields: readonly string[]): string =>
  `SELECT ${fields.join(', ')} FROM ${object} ORDER BY Id`;

const exportWith =
  (format: 'csv' | 'json', atOnce = 1) =>
  (bench: Bench, folder: string, objects: readonly string[], fields: readonly string[]): Promise<Measured> =>
    bench.measure(
      folder,
      objects.map((object) => [
        ...['data', 'export', 'bulk', '-o', 'bench', '--query', soql(object, fields)],
        ...['--output-file', `${object}.${format}`, '--result-format', format, '--wait', '30'],
      ]),
      atOnce
    );

const jsonFile = (folder: string, object: string): Iterable<ReadRow> =>
  JSON.parse(readFileSync(join(folder, `${object}.json`), 'utf8')) as ReadRow[];

const csvFile = (folder: string, object: string): Readable => createReadStream(join(folder, `${object}.csv`));

export const SNAPSHOT_ARMS: readonly SnapshotArm[] = [
  {
    name: OURS,
    mostRows: ANY,
    mostObjects: ANY,
    run: (bench, folder, objects) =>
      bench.measure(folder, [
        ['rollback', 'snapshot', '-o', 'bench', '--json', ...objects.flatMap((object) => ['--records', object])],
      ]),
    wrote: { csv: (folder, object) => createReadStream(snapshotFile(folder, object)).pipe(createGunzip()) },
  },
  { name: EXPORT, mostRows: ANY, mostObjects: ANY, run: exportWith('csv'), wrote: { csv: csvFile } },
  {
    name: `${EXPORT}, 5 at a time`,
    mostRows: ANY,
    mostObjects: ANY,
    leastObjects: 2,
    run: exportWith('csv', 5),
    wrote: { csv: csvFile },
  },
  {
    name: 'sf data export bulk, json',
    mostRows: 100_000,
    mostObjects: 1,
    run: exportWith('json'),
    wrote: { rows: jsonFile },
  },
  {
    name: 'jsforce, REST autofetch',
    mostRows: 100_000,
    mostObjects: ANY,
    run: (bench, folder, objects, fields) =>
      bench.measureScript(folder, jsforce, [bench.url, bench.token, ...objects.map((object) => soql(object, fields))]),
    wrote: { rows: jsonFile },
  },
];

/** The rows of an object in the newest snapshot taken in a folder. */
export function snapshotFile(folder: string, object: string): string {
  const snapshots = join(folder, '.rollback', 'snapshots');
  return join(snapshots, readdirSync(snapshots).sort().at(-1) ?? '', 'records', `${object}.csv.gz`);
}
