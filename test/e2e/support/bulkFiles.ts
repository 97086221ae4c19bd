import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import pLimit from 'p-limit';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';
import type { StockCli } from './stockCli.js';

/** As many processes as a small machine carries: each start of the CLI takes most of a core. */
const limit = pLimit(3);

/** Id to field to text, as the org gives it out. */
export type Exported = ReadonlyMap<string, Readonly<Record<string, string>>>;

export interface Load {
  readonly verb: 'delete' | 'import' | 'update';
  readonly object: string;
  readonly rows: ReadonlyArray<Readonly<Record<string, string>>>;
}

/** The fields a person or a load can set: what has to be as before. Stamps, formulas and auto-numbers are the org's own. */
export function settableFields(org: PracticeOrg, object: string): string[] {
  const fields = org.schema.get(object)?.fields ?? [];
  return fields.filter((field) => field.createable === true || field.updateable === true).map((field) => field.name);
}

/** Reads whole objects with the official `sf data export bulk`. */
export async function exportObjects(
  sf: StockCli,
  alias: string,
  org: PracticeOrg,
  objects: readonly string[],
  folder: string
): Promise<Map<string, Exported>> {
  const read = async (object: string): Promise<[string, Exported]> => {
    const file = join(folder, `${object}.csv`);
    const soql = `SELECT Id, ${settableFields(org, object).join(', ')} FROM ${object}`;
    await succeeds(sf, [
      'data',
      'export',
      'bulk',
      '-o',
      alias,
      '-q',
      soql,
      '--output-file',
      file,
      '--result-format',
      'csv',
      '--wait',
      '5',
      '--json',
    ]);
    const rows: Array<Record<string, string>> = parse(readFileSync(file), { columns: true });
    return [object, new Map(rows.map((row) => [row.Id ?? '', row]))];
  };
  return new Map(await Promise.all(objects.map((object) => limit(read, object))));
}

/** Changes rows with the official `sf data … bulk`, from files with LF line ends. */
export async function loadRows(sf: StockCli, alias: string, loads: readonly Load[], folder: string): Promise<void> {
  const load = async ({ verb, object, rows }: Load): Promise<void> => {
    const file = join(folder, `${verb}-${object}.csv`);
    writeFileSync(file, stringify([...rows], { header: true, record_delimiter: '\n' }));
    await succeeds(sf, [
      'data',
      verb,
      'bulk',
      '-o',
      alias,
      '--sobject',
      object,
      '--file',
      file,
      '--line-ending',
      'LF',
      '--wait',
      '5',
      '--json',
    ]);
  };
  await Promise.all(loads.map((one) => limit(load, one)));
}

/** Runs a command that has to end well, and gives what it says. */
export async function succeeds(sf: StockCli, args: readonly string[]): Promise<any> {
  const { code, stdout, stderr, json } = await sf.run(args);
  if (code !== 0) throw new Error(`sf ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  return json?.result;
}
