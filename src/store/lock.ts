import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { EXIT, Refusal } from '../model/refusal.js';
import { NODE_DISK, type Disk } from './disk.js';
import type { LockHolder } from './ports.js';

type LockFile = Omit<LockHolder, 'lastSignOfLife' | 'life'>;

export interface Lock {
  /** False once somebody broke the lock: whoever holds it no longer must not write any more. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** Who takes a lock, and how it tells whether a holder of the same host still lives. */
export interface Locker {
  readonly host: string;
  readonly pid: number;
  isAlive(pid: number): boolean;
}

/** How often a holder says that it still lives, by the time of its lock file. */
const HEARTBEAT_MS = 10_000;

export const THIS_PROCESS: Locker = {
  host: hostname(),
  pid: process.pid,
  isAlive: (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  },
};

/** The holder as its file says; undefined when the file is half written or damaged: such a holder may well be alive. */
function parseHolder(text: string): LockFile | undefined {
  try {
    const { pid, host, holder, since, id } = JSON.parse(text) as Partial<LockFile>;
    if (typeof pid !== 'number' || typeof host !== 'string') return undefined;
    return { pid, host, holder: holder ?? 'unknown', since: since ?? 'unknown', id: id ?? '' };
  } catch {
    return undefined;
  }
}

function isDead(holder: LockFile | undefined, locker: Locker): boolean {
  return holder !== undefined && holder.host === locker.host && !locker.isAlive(holder.pid);
}

/** What stands in the lock file; undefined when there is none (any more). */
async function readLock(disk: Disk, file: string): Promise<string | undefined> {
  try {
    return (await disk.read(file)).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function lastSignOfLife(disk: Disk, file: string): Promise<string> {
  return (await disk.look(file).catch(() => undefined))?.touchedAt.toISOString() ?? 'unknown';
}

/** Who holds the lock in `file`; undefined when nobody does. Changes nothing. */
export async function lockHolder(file: string, disk: Disk, locker: Locker): Promise<LockHolder | undefined> {
  const text = await readLock(disk, file);
  if (text === undefined) return undefined;
  const life = await lastSignOfLife(disk, file);
  const theirs = parseHolder(text);
  if (!theirs)
    return {
      ...{ holder: 'unknown', host: 'unknown', pid: 0, since: 'unknown', id: UNREADABLE },
      lastSignOfLife: life,
      life: 'unreadable',
    };
  const here = theirs.host === locker.host;
  const state = !here ? 'elsewhere' : locker.isAlive(theirs.pid) ? 'alive' : 'gone';
  return { ...theirs, id: theirs.id || UNREADABLE, lastSignOfLife: life, life: state };
}

/** Somebody holds the lock: who, and how a person breaks it that is dead for certain. */
export function lockedRefusal(theirs: Partial<LockHolder> & Pick<LockHolder, 'lastSignOfLife'>): Refusal {
  const { holder = 'unknown', host = 'unknown', pid = 0, since = 'unknown', lastSignOfLife: life } = theirs;
  return new Refusal('locked', {
    tokens: [holder, host, pid, since, life],
    // A file that nobody can read has no id: it can be broken by its name.
    actionTokens: [theirs.id || UNREADABLE],
    exitCode: EXIT.locked,
    data: theirs,
  });
}

async function refused(disk: Disk, file: string, text: string | undefined): Promise<Refusal> {
  const theirs = text === undefined ? undefined : parseHolder(text);
  return lockedRefusal({ ...theirs, lastSignOfLife: await lastSignOfLife(disk, file) });
}

/** Stands for the id of a lock whose file is damaged. */
const UNREADABLE = 'unreadable';

/**
 * Takes the lock file, or rejects with exit code 4 naming who holds it. A holder of this host that is no longer alive has
 * lost it: whoever holds the lock beside it, `<file>.takeover`, may put its own in the place of exactly that dead holder's
 * file. So of many that try at once exactly one succeeds, and no lock that was just taken is ever taken away. `breakId`
 * names a lock that a person declares dead.
 */
export async function acquireLock(
  file: string,
  holder: string,
  options: { readonly disk?: Disk; readonly locker?: Locker; readonly breakId?: string | undefined } = {}
): Promise<Lock> {
  const { disk = NODE_DISK, locker = THIS_PROCESS, breakId } = options;
  await disk.makeFolder(dirname(file));
  const id = randomBytes(4).toString('hex');
  const mine: LockFile = { holder, host: locker.host, pid: locker.pid, since: new Date().toISOString(), id };
  const text = `${JSON.stringify(mine)}\n`;
  const temporary = `${file}.${id}.tmp`;
  const taken = (): Lock => held(disk, file, text);
  try {
    const handle = await disk.create(temporary);
    try {
      await handle.write(Buffer.from(text));
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A lock that is released while it is looked at is tried again; somebody who never gets it waits no longer than this.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await disk.link(temporary, file)) return taken();
      const theirs = await readLock(disk, file);
      if (theirs === undefined) continue;
      const known = parseHolder(theirs);
      const broken = breakId !== undefined && breakId === (known?.id || UNREADABLE);
      if (!broken && !isDead(known, locker)) throw await refused(disk, file, theirs);
      if (await takeOver(file, theirs, temporary, holder, { disk, locker })) return taken();
      throw await refused(disk, file, await readLock(disk, file));
    }
    throw await refused(disk, file, await readLock(disk, file));
  } finally {
    await disk.remove(temporary);
  }
}

function held(disk: Disk, file: string, text: string): Lock {
  const isHeld = async (): Promise<boolean> => (await readLock(disk, file)) === text;
  const giveSign = async (): Promise<void> => {
    if (await isHeld()) await disk.touch(file);
  };
  const beat = setInterval(() => void giveSign().catch(ignored), HEARTBEAT_MS);
  beat.unref();
  return {
    isHeld,
    // Only one's own lock is given back: one that was broken may be somebody else's by now.
    release: async () => {
      clearInterval(beat);
      if (await isHeld()) await disk.remove(file);
    },
  };
}

/** A sign of life that cannot be given is none: the lock stands all the same. */
const ignored = (): void => undefined;

/** Puts `temporary` in the place of a dead holder's lock; false when somebody else did so first. */
async function takeOver(
  file: string,
  dead: string,
  temporary: string,
  holder: string,
  options: { readonly disk: Disk; readonly locker: Locker }
): Promise<boolean> {
  const right = await acquireLock(`${file}.takeover`, holder, options);
  try {
    if ((await readLock(options.disk, file)) !== dead) return false;
    await options.disk.rename(temporary, file);
    return true;
  } finally {
    await right.release();
  }
}
