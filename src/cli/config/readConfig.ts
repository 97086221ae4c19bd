import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Refusal } from '../../model/refusal.js';
import type { Config } from './configSchema.js';
import type { KeyPath } from './problems.js';

/** The name of the file beside `sfdx-project.json`, or in the current folder. */
export const CONFIG_FILE = 'rollback.yml';
const LARGEST_FILE = 1024 * 1024;

/** A configuration as it was read, with where it came from. */
export interface ConfigFile {
  readonly config: Config;
  /** As a person would type it from the current folder. */
  readonly shown: string;
  /** Its folder: paths in it are relative to this. */
  readonly folder: string;
  /** Refuses the file for something that shows only when it is used. */
  readonly refuse: (path: KeyPath, what: string) => Refusal;
}

/** The file named, or the one in `folder`; undefined when none is named and there is none. A file that is wrong is refused. */
export async function readConfig(named: string | undefined, folder: string): Promise<ConfigFile | undefined> {
  const path = resolve(named ?? `${folder}/${CONFIG_FILE}`);
  const shown = named ?? (relative(process.cwd(), path) || CONFIG_FILE);
  if (named === undefined && !existsSync(path)) return undefined;
  // Readers of YAML and of its form are loaded by those who have such a file.
  const { badConfig, parseConfig } = await import('./parseConfig.js');
  if (!existsSync(path)) throw badConfig(shown, [{ line: 0, column: 0, key: '', what: 'there is no such file' }]);
  const file = statSync(path);
  if (!file.isFile()) throw badConfig(shown, [{ line: 0, column: 0, key: '', what: 'it is no file' }]);
  if (file.size > LARGEST_FILE)
    throw badConfig(shown, [{ line: 0, column: 0, key: '', what: 'it is larger than 1 MB' }]);
  const { config, refuse } = parseConfig(readFileSync(path, 'utf8'), shown);
  return { config, shown, folder: dirname(path), refuse };
}
