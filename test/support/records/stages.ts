import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthInfo, Connection, Org } from '@salesforce/core';
import { connectOrg } from '../../../src/org/connectOrg.js';
import type { OrgPorts } from '../../../src/org/ports.js';
import type { Store } from '../../../src/store/ports.js';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { startPracticeOrg } from '../../org/http/server.js';
import { InProcessOrg } from '../inProcessOrg.js';
import { MemoryStore } from '../memoryStore.js';

/** A way to an org and a place for files. */
export interface Stage {
  readonly ports: OrgPorts;
  readonly store: Store;
  close(): Promise<void>;
}

export async function inProcess(org: PracticeOrg): Promise<Stage> {
  return {
    ports: new InProcessOrg(org, org.user('Ada Admin')),
    store: new MemoryStore(),
    close: () => Promise.resolve(),
  };
}

/** Real requests to a server. Files stay in memory here: those on disk have tests of their own. */
export async function overHttp(org: PracticeOrg): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'rollback-case-'));
  const running = await startPracticeOrg({ org });
  process.env.HOME = folder;
  const { token } = org.user('Ada Admin');
  const authInfo = await AuthInfo.create({
    username: token,
    accessTokenOptions: { accessToken: token, instanceUrl: running.url, loginUrl: running.url },
  });
  const connection = await Connection.create({ authInfo });
  connection.setApiVersion('66.0');
  return {
    ports: await connectOrg(await Org.create({ connection }), connection, 'practice', 20_000),
    store: new MemoryStore(),
    close: async () => {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
