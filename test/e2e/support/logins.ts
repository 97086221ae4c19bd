import { fileURLToPath } from 'node:url';
import type { RunningOrg } from '../../org/http/server.js';
import { scriptIn, type Place } from './stockCli.js';

const SAVE_LOGINS = fileURLToPath(new URL('saveLogins.ts', import.meta.url));

export interface Login {
  readonly alias: string;
  readonly org: RunningOrg;
  /** The person's name in the practice org. */
  readonly name: string;
}

/** Logs people in for a home, all with one process. */
export async function logIn(place: Place, logins: readonly Login[]): Promise<void> {
  const input = logins.map(({ alias, org, name }) => {
    const { username, token } = org.org.user(name);
    return { alias, username, token, url: org.url };
  });
  const { code, stderr } = await scriptIn(place, SAVE_LOGINS).run([], { input: JSON.stringify(input) });
  if (code !== 0) throw new Error(`the log-ins were not saved\n${stderr}`);
}
