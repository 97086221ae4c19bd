import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { EXIT, Refusal } from '../model/refusal.js';

interface LockFile {
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Takes the lock file, or rejects with exit code 4 naming who holds it. A holder of this host that is no longer alive
 * has lost it. The file is made with O_EXCL, so of two that try at once exactly one succeeds.
 */
export async function acquireLock(file: string, holder: string): Promise<{ release(): Promise<void> }> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const mine: LockFile = { holder, host: hostname(), pid: process.pid, since: new Date().toISOString() };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(`${JSON.stringify(mine)}\n`);
      await handle.sync();
      await handle.close();
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const theirs = await readFile(file, 'utf8').then(
        (text) => JSON.parse(text) as LockFile,
        () => undefined
      );
      if (theirs && theirs.host === mine.host && !isAlive(theirs.pid)) {
        await rm(file, { force: true });
        continue;
      }
      throw new Refusal('locked', {
        tokens: [theirs?.holder ?? 'unknown', theirs?.host ?? 'unknown', theirs?.pid ?? 0, theirs?.since ?? 'unknown'],
        exitCode: EXIT.locked,
      });
    }
  }
  throw new Refusal('locked', { tokens: ['unknown', 'unknown', 0, 'unknown'], exitCode: EXIT.locked });
}
