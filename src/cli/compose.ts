import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Connection, Org } from '@salesforce/core';
import type { Chance } from '../model/progress.js';
import { connectOrg } from '../org/connectOrg.js';
import type { OrgPorts } from '../org/ports.js';
import { FileStore } from '../store/fileStore.js';
import type { Store } from '../store/ports.js';

/** The clock and the dice of this process. */
export const CHANCE: Chance = { now: () => new Date(), entropy: (bytes) => randomBytes(bytes).toString('hex') };

function projectFolder(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'sfdx-project.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The store a command works in: as named, else `.rollback` beside `sfdx-project.json`, else in the current folder. */
export function openStore(named: string | undefined): Store {
  const cwd = process.cwd();
  const root = named ? resolve(cwd, named) : join(projectFolder(cwd) ?? cwd, '.rollback');
  const shown = relative(cwd, root);
  return new FileStore(root, named ?? (shown === '' ? '.' : shown));
}

/** The ports of the org a flag names, at the given API version or the org's own. */
export async function openOrg(
  org: Org,
  apiVersion: string | undefined,
  typed: string | undefined,
  waitMs: number
): Promise<OrgPorts> {
  const connection: Connection = org.getConnection(apiVersion);
  return connectOrg(org, connection, typed ?? org.getUsername() ?? 'org', waitMs);
}
