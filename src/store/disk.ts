import { constants, createReadStream } from 'node:fs';
import {
  access,
  copyFile,
  link,
  mkdir,
  open,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  statfs,
  truncate,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import type { Room } from './ports.js';

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** A file that is being written. What was written survives a power loss once `sync` resolved, and not before. */
export interface OpenFile {
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file of which parts are read. */
export interface ReadableFile {
  /** Exactly these bytes; rejects when the file ends before. */
  read(from: number, bytes: number): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * What the store asks of a file system, cut so that a disk that loses power can stand in for it: names (new, moved and
 * removed ones) survive once `syncFolder` of their folder resolved, contents once `sync` of their file did.
 */
export interface Disk {
  /** Makes a folder with all its parents, 0700. Every new name survives a power loss. */
  makeFolder(path: string): Promise<void>;
  /** A new file, 0600; rejects with EEXIST when there is one. */
  create(path: string): Promise<OpenFile>;
  /** A file to be continued at its end, made (0600) where there is none. */
  append(path: string): Promise<OpenFile>;
  /** Leaves only the first `bytes` of a file, for good. */
  cut(path: string, bytes: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name, unless that is taken: then false. */
  link(from: string, to: string): Promise<boolean>;
  remove(path: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  read(path: string): Promise<Buffer>;
  openRead(path: string): Promise<ReadableFile>;
  readStream(path: string): Readable;
  /** The path with every symbolic link on it followed; undefined when there is nothing of that name. */
  realPath(path: string): Promise<string | undefined>;
  /** Undefined when there is nothing of that name. */
  look(
    path: string
  ): Promise<{ readonly kind: 'file' | 'folder'; readonly bytes: number; readonly touchedAt: Date } | undefined>;
  touch(path: string): Promise<void>;
  /** Whether anything can be written at `path`, or where its first folder would be made, and the bytes that are free. */
  room(path: string): Promise<Room>;
  /** Names in a folder; none when there is no such folder. */
  names(path: string): Promise<ReadonlyArray<{ readonly name: string; readonly kind: 'file' | 'folder' | 'other' }>>;
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder for syncing; a rename is durable there without it.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function fileOf(handle: FileHandle): OpenFile {
  return {
    write: (bytes) => handle.writeFile(bytes),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

/** The disk of this machine. */
export const NODE_DISK: Disk = {
  makeFolder: async (path) => {
    const first = await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER });
    if (first === undefined) return;
    for (let folder = path; ; folder = dirname(folder)) {
      await syncFolder(dirname(folder));
      if (folder === first || dirname(folder) === folder) return;
    }
  },
  create: async (path) => fileOf(await open(path, 'wx', PRIVATE_FILE)),
  append: async (path) => fileOf(await open(path, 'a', PRIVATE_FILE)),
  cut: async (path, bytes) => {
    await truncate(path, bytes);
    const handle = await open(path, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  rename,
  link: async (from, to) => {
    try {
      await link(from, to).catch(async (error: unknown) => {
        // Some file systems know no links.
        if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') throw error;
        await copyFile(from, to, constants.COPYFILE_EXCL);
      });
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  },
  remove: (path) => rm(path, { force: true }),
  syncFolder,
  read: (path) => readFile(path),
  openRead: async (path) => {
    const handle = await open(path, 'r');
    return {
      read: async (from, bytes) => {
        const part = Buffer.allocUnsafe(bytes);
        for (let done = 0; done < bytes;) {
          const { bytesRead } = await handle.read(part, done, bytes - done, from + done);
          if (bytesRead === 0) throw new Error(`${path} ends before byte ${from + bytes}`);
          done += bytesRead;
        }
        return part;
      },
      close: () => handle.close(),
    };
  },
  readStream: (path) => createReadStream(path),
  realPath: async (path) => {
    try {
      return await realpath(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  },
  look: async (path) => {
    try {
      const found = await stat(path);
      return { kind: found.isDirectory() ? 'folder' : 'file', bytes: found.size, touchedAt: found.mtime };
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  },
  touch: async (path) => {
    const now = new Date();
    await utimes(path, now, now);
  },
  room: async (path) => {
    const there = await stat(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (!there && dirname(path) !== path) return NODE_DISK.room(dirname(path));
    const writable = await access(path, constants.W_OK).then(
      () => true,
      () => false
    );
    const system = await statfs(path).catch(() => undefined);
    return { writable, freeBytes: system && system.bavail * system.bsize };
  },
  names: async (path) => {
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
      throw error;
    });
    return entries.map((entry) => ({
      name: entry.name,
      kind: entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other',
    }));
  },
};
