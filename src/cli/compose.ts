import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { StateAggregator, type Connection, type Org } from '@salesforce/core';
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

/** The folder of the project around the current folder, else the current folder. */
export function homeFolder(): string {
  return projectFolder(process.cwd()) ?? process.cwd();
}

/** The store a command works in: as named, else `.rollback` beside `sfdx-project.json`, else in the current folder. */
export function openStore(named: string | undefined): Store {
  const cwd = process.cwd();
  const root = named ? resolve(cwd, named) : join(homeFolder(), '.rollback');
  const shown = relative(cwd, root);
  return new FileStore(root, named ?? (shown === '' ? '.' : shown));
}

/** The ports of an org, at the given API version or the org's own. It is called what was typed, else by its alias. */
export async function openOrg(
  org: Org,
  apiVersion: string | undefined,
  typed: string | undefined,
  waitMs: number
): Promise<OrgPorts> {
  const connection: Connection = org.getConnection(apiVersion);
  const username = org.getUsername() ?? 'org';
  const label = typed ?? (await StateAggregator.getInstance()).aliases.get(username) ?? username;
  return connectOrg(org, connection, label, waitMs);
}
