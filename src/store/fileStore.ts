import { createHash, randomBytes } from 'node:crypto';
import { dirname, join, posix, sep } from 'node:path';
import { Readable } from 'node:stream';
import { parseStoreId, type StoreId } from '../model/ids.js';
import { Refusal } from '../model/refusal.js';
import { NODE_DISK, type Disk, type OpenFile } from './disk.js';
import { inside } from './inside.js';
import { acquireLock, lockedRefusal, lockHolder, THIS_PROCESS, type Lock, type Locker } from './lock.js';
import { goesAhead, partsIn, spansOf, type PartSpan } from './partSpans.js';
import type { FilePart, FileSink, LockHolder, Room, Store, StoreFolder, StoreKind, WrittenFile } from './ports.js';

/** Makes `temporary`, which is written whole, the file it is to be. Where anything fails nothing is left of it. */
async function putInPlace(disk: Disk, temporary: string, file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
    await disk.rename(temporary, file);
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined);
    throw error;
  }
  await disk.syncFolder(dirname(file));
}

/** After this resolves, `file` holds exactly `content` and survives a power loss; before, it does not exist. */
async function writeDurable(disk: Disk, file: string, content: string | Uint8Array): Promise<void> {
  await disk.makeFolder(dirname(file));
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  await putInPlace(disk, temporary, file, async () => {
    const handle = await disk.create(temporary);
    try {
      await handle.write(Buffer.from(content as string));
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** A file that grows. When the disk says no, whoever writes is told so, and nothing is left behind. */
class DiskSink implements FileSink {
  private readonly hash = createHash('sha256');
  private bytes = 0;
  private failure: { readonly error: unknown } | undefined;

  private constructor(
    private readonly disk: Disk,
    private readonly file: string,
    private readonly path: string,
    private readonly temporary: string,
    private readonly handle: OpenFile
  ) {}

  public static async open(disk: Disk, file: string, path: string): Promise<DiskSink> {
    const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
    return new DiskSink(disk, file, path, temporary, await disk.create(temporary));
  }

  public async write(bytes: Uint8Array): Promise<void> {
    if (this.failure) throw this.failure.error;
    try {
      await this.handle.write(bytes);
    } catch (error) {
      this.failure = { error };
      await this.drop();
      throw error;
    }
    this.hash.update(bytes);
    this.bytes += bytes.length;
  }

  public async close(): Promise<WrittenFile> {
    if (this.failure) throw this.failure.error;
    await putInPlace(this.disk, this.temporary, this.file, async () => {
      try {
        await this.handle.sync();
      } finally {
        await this.handle.close();
      }
    });
    return { path: this.path, sha256: this.hash.digest('hex'), bytes: this.bytes };
  }

  public async drop(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await this.disk.remove(this.temporary).catch(() => undefined);
  }
}

class FileStoreFolder implements StoreFolder {
  public constructor(
    private readonly disk: Disk,
    private readonly root: string,
    public readonly id: StoreId,
    public readonly display: string
  ) {}

  /** The file of this name, unless a symbolic link on the way to it leads out of the folder. */
  private async safely(path: string): Promise<string> {
    const file = inside(this.root, path);
    const root = (await this.disk.realPath(this.root)) ?? this.root;
    for (let part = file; part !== this.root; part = dirname(part)) {
      const real = await this.disk.realPath(part);
      if (real === undefined) continue;
      if (!real.startsWith(root + sep)) throw new Refusal('pathLeavesFolder', { tokens: [path] });
      break;
    }
    return file;
  }

  public async write(path: string, content: string | Uint8Array): Promise<WrittenFile> {
    await writeDurable(this.disk, await this.safely(path), content);
    return { path, sha256: createHash('sha256').update(content).digest('hex'), bytes: Buffer.byteLength(content) };
  }

  public async openSink(path: string): Promise<FileSink> {
    const file = await this.safely(path);
    await this.disk.makeFolder(dirname(file));
    return DiskSink.open(this.disk, file, path);
  }

  public async append(path: string, line: string): Promise<void> {
    const file = await this.safely(path);
    await this.disk.makeFolder(dirname(file));
    const before = await this.disk.look(file);
    const handle = await this.disk.append(file);
    try {
      await handle.write(Buffer.from(`${line}\n`));
      await handle.sync();
    } catch (error) {
      // Half a line (the disk is full) would spoil the line that is appended next.
      await this.disk.cut(file, before?.bytes ?? 0).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
    if (!before) await this.disk.syncFolder(dirname(file));
  }

  public async cut(path: string, bytes: number): Promise<void> {
    await this.disk.cut(await this.safely(path), bytes);
  }

  public async read(path: string): Promise<Buffer> {
    return this.disk.read(await this.safely(path));
  }

  public async *readParts(path: string, parts: Iterable<FilePart>): AsyncGenerator<Buffer> {
    const file = await this.disk.openRead(await this.safely(path));
    const ahead: Array<{ readonly span: PartSpan; readonly bytes: Promise<Buffer> }> = [];
    try {
      const spans = spansOf(parts);
      for (let next = spans.next(); ;) {
        // One by one they would each wait for a turn among those who unpack what came before.
        while (!next.done && goesAhead(ahead, next.value)) {
          const bytes = file.read(next.value.offset, next.value.bytes);
          // It is waited for below, unless one before it fails.
          bytes.catch(() => undefined);
          ahead.push({ span: next.value, bytes });
          next = spans.next();
        }
        const first = ahead.shift();
        if (!first) return;
        yield* partsIn(first.span, await first.bytes);
      }
    } finally {
      await Promise.allSettled(ahead.map(({ bytes }) => bytes));
      await file.close();
    }
  }

  public readStream(path: string): Readable {
    inside(this.root, path);
    const pieces = async function* (this: FileStoreFolder): AsyncGenerator<Buffer> {
      yield* this.disk.readStream(await this.safely(path)) as AsyncIterable<Buffer>;
    };
    return Readable.from(pieces.call(this), { objectMode: false });
  }

  public async exists(path: string): Promise<boolean> {
    return (await this.disk.look(await this.safely(path))) !== undefined;
  }

  public async list(path?: string): Promise<string[]> {
    const found: string[] = [];
    const walk = async (folder: string, prefix: string): Promise<void> => {
      for (const { name, kind } of await this.disk.names(folder)) {
        if (kind === 'folder') await walk(join(folder, name), `${prefix}${name}/`);
        else if (kind === 'file' && !name.endsWith('.tmp')) found.push(`${prefix}${name}`);
      }
    };
    if (path === undefined) await walk(this.root, '');
    else await walk(await this.safely(path), `${path}/`);
    return found.sort();
  }

  public async stat(path: string): Promise<WrittenFile> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of this.readStream(path) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { path, sha256: hash.digest('hex'), bytes };
  }
}

/** A store in a folder. Folders are 0700, files 0600, and git is told to leave all of it alone. */
export class FileStore implements Store {
  public constructor(
    private readonly root: string,
    public readonly display: string,
    private readonly disk: Disk = NODE_DISK,
    private readonly locker: Locker = THIS_PROCESS
  ) {}

  public async create(kind: StoreKind, id: StoreId): Promise<StoreFolder> {
    await this.prepare();
    await this.disk.makeFolder(join(this.root, kind, id));
    return this.folder(kind, id);
  }

  public async open(kind: StoreKind, id: StoreId): Promise<StoreFolder> {
    const found = await this.disk.look(join(this.root, kind, id));
    if (found?.kind !== 'folder') throw new Refusal('notInStore', { tokens: [kind.slice(0, -1), id, this.display] });
    return this.folder(kind, id);
  }

  public async ids(kind: StoreKind): Promise<StoreId[]> {
    return (await this.disk.names(join(this.root, kind)))
      .map(({ name }) => parseStoreId(name))
      .filter((id): id is StoreId => id !== undefined)
      .sort();
  }

  public async lock(orgId: string, holder: string, breakId?: string): Promise<Lock> {
    await this.prepare();
    const { disk, locker } = this;
    return acquireLock(this.lockFile(orgId), holder, { disk, locker, breakId });
  }

  public lockHolder(orgId: string): Promise<LockHolder | undefined> {
    return lockHolder(this.lockFile(orgId), this.disk, this.locker);
  }

  public async refuseWhileHeld(orgId: string, breakId?: string): Promise<void> {
    const held = await this.lockHolder(orgId);
    if (held && held.life !== 'gone' && held.id !== breakId) throw lockedRefusal(held);
  }

  public room(): Promise<Room> {
    return this.disk.room(this.root);
  }

  private lockFile(orgId: string): string {
    return join(this.root, 'locks', `${orgId}.json`);
  }

  private folder(kind: StoreKind, id: StoreId): StoreFolder {
    const display = posix.join(this.display.split(sep).join('/'), kind, id);
    return new FileStoreFolder(this.disk, join(this.root, kind, id), id, display);
  }

  private async prepare(): Promise<void> {
    await this.disk.makeFolder(this.root);
    const ignore = join(this.root, '.gitignore');
    if (!(await this.disk.look(ignore))) await writeDurable(this.disk, ignore, '*\n');
  }
}
