import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, mkdir, open, readFile, readdir, rename, rm, stat as fileStat } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { parseStoreId, type StoreId } from '../model/ids.js';
import { Refusal } from '../model/refusal.js';
import { acquireLock } from './lock.js';
import type { GzipSink, Store, StoreFolder, StoreKind, WrittenFile } from './ports.js';

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** A path that stays inside its folder: relative, forward slashes, no step upwards. */
function inside(root: string, path: string): string {
  const normal = posix.normalize(path);
  if (
    path === '' ||
    path === '.' ||
    path.endsWith('/') ||
    normal !== path ||
    path.startsWith('/') ||
    path.startsWith('..') ||
    path.includes('\\') ||
    path.includes('\0')
  ) {
    throw new Refusal('pathLeavesFolder', { tokens: [path] });
  }
  return join(root, ...normal.split('/'));
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for syncing; a rename is durable there without it.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes `temporary`, which is written whole, the file it is to be. Where anything fails nothing is left of it. */
async function putInPlace(temporary: string, file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

/** After this resolves, `file` holds exactly `content` and survives a power loss; before, it does not exist. */
async function writeDurable(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: PRIVATE_FOLDER });
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  await putInPlace(temporary, file, async () => {
    const handle = await open(temporary, 'wx', PRIVATE_FILE);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** Compresses into a file. When the disk says no, everything that waits is told so, and nothing is left behind. */
class FileGzipSink implements GzipSink {
  private readonly hash = createHash('sha256');
  private readonly gzip = createGzip({ level: 6 });
  private readonly temporary: string;
  private readonly written: Promise<void>;
  private bytes = 0;

  public constructor(
    private readonly file: string,
    private readonly path: string
  ) {
    this.temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
    this.written = pipeline(
      this.gzip,
      (compressed: AsyncIterable<Buffer>) => this.counted(compressed),
      createWriteStream(this.temporary, { mode: PRIVATE_FILE, flags: 'wx' })
    ).catch(async (error: unknown) => {
      await rm(this.temporary, { force: true });
      throw error;
    });
    // Whoever writes or closes next is told.
    this.written.catch(() => undefined);
    this.gzip.on('error', () => undefined);
  }

  public async write(chunk: Uint8Array | string): Promise<void> {
    if (this.gzip.destroyed) return this.written;
    if (!this.gzip.write(chunk)) await this.drained();
  }

  public async close(): Promise<WrittenFile> {
    this.gzip.end();
    await putInPlace(this.temporary, this.file, async () => {
      await this.written;
      const handle = await open(this.temporary, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
    return { path: this.path, sha256: this.hash.digest('hex'), bytes: this.bytes };
  }

  private async *counted(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of compressed) {
      this.hash.update(chunk);
      this.bytes += chunk.length;
      yield chunk;
    }
  }

  /** Resolves when there is room again, rejects when there never will be. */
  private drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      const room = (): void => {
        this.gzip.off('close', end);
        resolve();
      };
      const end = (): void => {
        this.gzip.off('drain', room);
        this.written.then(resolve, reject);
      };
      this.gzip.once('drain', room);
      this.gzip.once('close', end);
    });
  }
}

class FileStoreFolder implements StoreFolder {
  public constructor(
    private readonly root: string,
    public readonly id: StoreId,
    public readonly display: string
  ) {}

  public async write(path: string, content: string | Uint8Array): Promise<WrittenFile> {
    await writeDurable(inside(this.root, path), content);
    return { path, sha256: createHash('sha256').update(content).digest('hex'), bytes: Buffer.byteLength(content) };
  }

  public async writeGzip(path: string): Promise<GzipSink> {
    const file = inside(this.root, path);
    await mkdir(dirname(file), { recursive: true, mode: PRIVATE_FOLDER });
    return new FileGzipSink(file, path);
  }

  public async append(path: string, line: string): Promise<void> {
    const file = inside(this.root, path);
    await mkdir(dirname(file), { recursive: true, mode: PRIVATE_FOLDER });
    const isNew = !(await this.exists(path));
    const handle = await open(file, 'a', PRIVATE_FILE);
    try {
      await appendFile(handle, `${line}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (isNew) await syncFolder(dirname(file));
  }

  public read(path: string): Promise<Buffer> {
    return readFile(inside(this.root, path));
  }

  public readStream(path: string): Readable {
    return createReadStream(inside(this.root, path));
  }

  public async exists(path: string): Promise<boolean> {
    return fileStat(inside(this.root, path)).then(
      () => true,
      () => false
    );
  }

  public async list(path?: string): Promise<string[]> {
    const start = path === undefined ? this.root : inside(this.root, path);
    const entries = await readdir(start, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
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
    public readonly display: string
  ) {}

  public async create(kind: StoreKind, id: StoreId): Promise<StoreFolder> {
    await this.prepare();
    const folder = join(this.root, kind, id);
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    return this.folder(kind, id);
  }

  public async open(kind: StoreKind, id: StoreId): Promise<StoreFolder> {
    const found = await fileStat(join(this.root, kind, id)).catch(() => undefined);
    if (!found?.isDirectory()) throw new Refusal('notInStore', { tokens: [kind.slice(0, -1), id, this.display] });
    return this.folder(kind, id);
  }

  public async ids(kind: StoreKind): Promise<StoreId[]> {
    const names = await readdir(join(this.root, kind)).catch(() => [] as string[]);
    return names
      .map((name) => parseStoreId(name))
      .filter((id): id is StoreId => id !== undefined)
      .sort();
  }

  public async lock(orgId: string, holder: string): Promise<{ release(): Promise<void> }> {
    await this.prepare();
    return acquireLock(join(this.root, 'locks', `${orgId}.json`), holder);
  }

  private folder(kind: StoreKind, id: StoreId): StoreFolder {
    return new FileStoreFolder(join(this.root, kind, id), id, posix.join(this.display.split(sep).join('/'), kind, id));
  }

  private async prepare(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: PRIVATE_FOLDER });
    const ignore = join(this.root, '.gitignore');
    if (!(await fileStat(ignore).catch(() => undefined))) await writeDurable(ignore, '*\n');
  }
}
