import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { EXIT, Refusal } from '../model/refusal.js';

interface LockFile {
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
  /** Tells two locks of one process apart. */
  readonly token: string;
}

export interface Lock {
  release(): Promise<void>;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isDead(holder: LockFile | undefined): boolean {
  return holder !== undefined && holder.host === hostname() && !isAlive(holder.pid);
}

/** The holder as its file says; undefined when the file is half written or damaged: such a holder may well be alive. */
function parseHolder(text: string): LockFile | undefined {
  try {
    const { pid, host, holder, since, token } = JSON.parse(text) as Partial<LockFile>;
    if (typeof pid !== 'number' || typeof host !== 'string') return undefined;
    return { pid, host, holder: holder ?? 'unknown', since: since ?? 'unknown', token: token ?? '' };
  } catch {
    return undefined;
  }
}

/** What stands in the lock file; undefined when there is none (any more). */
async function readLock(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function refused(file: string, text: string | undefined): Refusal {
  const theirs = text === undefined ? undefined : parseHolder(text);
  return new Refusal('locked', {
    tokens: [theirs?.holder ?? 'unknown', theirs?.host ?? 'unknown', theirs?.pid ?? 0, theirs?.since ?? 'unknown'],
    actionTokens: [file.replace(/^.*[\\/](locks[\\/])/, '$1')],
    exitCode: EXIT.locked,
  });
}

/** Gives the written file `temporary` the name `file`, unless there is one of that name. The file appears whole. */
async function linkAs(temporary: string, file: string): Promise<boolean> {
  try {
    await link(temporary, file).catch(async (error: NodeJS.ErrnoException) => {
      // Some file systems know no links.
      if (error.code === 'EEXIST' || error.code === 'ENOENT') throw error;
      await copyFile(temporary, file, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes the lock file, or rejects with exit code 4 naming who holds it. A holder of this host that is no longer alive has
 * lost it: whoever holds the lock beside it, `<file>.takeover`, may put its own in the place of exactly that dead holder's
 * file. So of many that try at once exactly one succeeds, and no lock that was just taken is ever taken away.
 */
export async function acquireLock(file: string, holder: string): Promise<Lock> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const token = randomBytes(8).toString('hex');
  const mine: LockFile = { holder, host: hostname(), pid: process.pid, since: new Date().toISOString(), token };
  const text = `${JSON.stringify(mine)}\n`;
  const temporary = `${file}.${token}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A lock that is released while it is looked at is tried again; somebody who never gets it waits no longer than this.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await linkAs(temporary, file)) return { release: () => release(file, text) };
      const theirs = await readLock(file);
      if (theirs === undefined) continue;
      if (!isDead(parseHolder(theirs))) throw refused(file, theirs);
      if (await takeOver(file, theirs, temporary, holder)) return { release: () => release(file, text) };
      throw refused(file, await readLock(file));
    }
    throw refused(file, await readLock(file));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Puts `temporary` in the place of a dead holder's lock; false when somebody else did so first. */
async function takeOver(file: string, dead: string, temporary: string, holder: string): Promise<boolean> {
  const right = await acquireLock(`${file}.takeover`, holder);
  try {
    if ((await readLock(file)) !== dead) return false;
    await rename(temporary, file);
    return true;
  } finally {
    await right.release();
  }
}

/** Only one's own lock is given back: one that a person removed by hand may be somebody else's by now. */
async function release(file: string, text: string): Promise<void> {
  if ((await readLock(file)) === text) await rm(file, { force: true });
}
