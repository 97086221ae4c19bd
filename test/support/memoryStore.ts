import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type { StoreId } from '../../src/model/ids.js';
import { EXIT, Refusal } from '../../src/model/refusal.js';
import type { FilePart, FileSink, Store, StoreFolder, StoreKind, WrittenFile } from '../../src/store/ports.js';

const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

function checked(path: string): string {
  if (
    path === '' ||
    posix.normalize(path) !== path ||
    path.startsWith('/') ||
    path.startsWith('..') ||
    path.includes('\\') ||
    path.includes('\0')
  ) {
    throw new Refusal('pathLeavesFolder', { tokens: [path] });
  }
  return path;
}

class MemoryFolder implements StoreFolder {
  private readonly files = new Map<string, Buffer>();
  /** Appended lines are joined only when somebody reads them. */
  private readonly tails = new Map<string, string[]>();

  public constructor(
    public readonly id: StoreId,
    public readonly display: string
  ) {}

  /** A folder of its own with the same files. */
  public copy(): MemoryFolder {
    const twin = new MemoryFolder(this.id, this.display);
    for (const [path, bytes] of this.files) twin.files.set(path, bytes);
    for (const [path, lines] of this.tails) twin.tails.set(path, [...lines]);
    return twin;
  }

  public async write(path: string, content: string | Uint8Array): Promise<WrittenFile> {
    const bytes = Buffer.from(content as string);
    this.files.set(checked(path), bytes);
    this.tails.delete(path);
    return { path, sha256: hashOf(bytes), bytes: bytes.length };
  }

  public async openSink(path: string): Promise<FileSink> {
    checked(path);
    const pieces: Uint8Array[] = [];
    return {
      // Whoever wrote may use the bytes again.
      write: async (bytes) => void pieces.push(Buffer.from(bytes)),
      close: () => this.write(path, Buffer.concat(pieces)),
      drop: async () => undefined,
    };
  }

  public async append(path: string, line: string): Promise<void> {
    const tail = this.tails.get(checked(path));
    if (tail) tail.push(`${line}\n`);
    else this.tails.set(path, [`${line}\n`]);
  }

  public async cut(path: string, bytes: number): Promise<void> {
    this.files.set(path, this.content(path).subarray(0, bytes));
  }

  public async read(path: string): Promise<Buffer> {
    const bytes = this.content(path);
    // The bytes belong to the store: a reader may do with its copy what it likes.
    return Buffer.from(bytes);
  }

  public async *readParts(path: string, parts: Iterable<FilePart>): AsyncGenerator<Buffer> {
    for (const { offset, bytes } of parts) {
      const part = Buffer.from(this.content(path).subarray(offset, offset + bytes));
      if (part.length < bytes) throw new Error(`${path} ends before byte ${offset + bytes}`);
      yield part;
    }
  }

  public readStream(path: string): Readable {
    return Readable.from([this.content(path)], { objectMode: false });
  }

  public async exists(path: string): Promise<boolean> {
    return this.files.has(checked(path)) || this.tails.has(path);
  }

  public async list(path?: string): Promise<string[]> {
    const start = path === undefined ? '' : `${checked(path)}/`;
    return [...new Set([...this.files.keys(), ...this.tails.keys()])].filter((name) => name.startsWith(start)).sort();
  }

  public async stat(path: string): Promise<WrittenFile> {
    const bytes = this.content(path);
    return { path, sha256: hashOf(bytes), bytes: bytes.length };
  }

  private content(path: string): Buffer {
    const before = this.files.get(checked(path));
    const tail = this.tails.get(path);
    if (tail) {
      const whole = Buffer.concat([before ?? Buffer.alloc(0), Buffer.from(tail.join(''))]);
      this.files.set(path, whole);
      this.tails.delete(path);
      return whole;
    }
    if (!before) throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
    return before;
  }
}

/** A store that keeps everything in memory and forgets it with the process. Keeps the promises of `Store` but durability. */
export class MemoryStore implements Store {
  public readonly display = '.rollback';
  private readonly folders = new Map<string, MemoryFolder>();
  private readonly locks = new Map<string, { readonly holder: string; readonly since: string }>();

  /** A store of its own with the same content; nobody holds a lock of it. */
  public copy(): MemoryStore {
    const twin = new MemoryStore();
    for (const [key, folder] of this.folders) twin.folders.set(key, folder.copy());
    return twin;
  }

  public async create(kind: StoreKind, id: StoreId): Promise<StoreFolder> {
    const key = `${kind}/${id}`;
    let folder = this.folders.get(key);
    if (!folder) {
      folder = new MemoryFolder(id, `${this.display}/${key}`);
      this.folders.set(key, folder);
    }
    return folder;
  }

  public async open(kind: StoreKind, id: StoreId): Promise<StoreFolder> {
    const folder = this.folders.get(`${kind}/${id}`);
    if (!folder) throw new Refusal('notInStore', { tokens: [kind.slice(0, -1), id, this.display] });
    return folder;
  }

  public async ids(kind: StoreKind): Promise<StoreId[]> {
    const start = `${kind}/`;
    return [...this.folders.keys()]
      .filter((key) => key.startsWith(start))
      .map((key) => key.slice(start.length) as StoreId)
      .sort();
  }

  public async lock(orgId: string, holder: string): ReturnType<Store['lock']> {
    const theirs = this.locks.get(orgId);
    if (theirs)
      throw new Refusal('locked', {
        tokens: [theirs.holder, 'this process', process.pid, theirs.since],
        exitCode: EXIT.locked,
      });
    const lock = { holder, since: new Date().toISOString() };
    this.locks.set(orgId, lock);
    return { isHeld: async () => this.locks.get(orgId) === lock, release: async () => void this.locks.delete(orgId) };
  }

  public async lockHolder(orgId: string): ReturnType<Store['lockHolder']> {
    const lock = this.locks.get(orgId);
    if (!lock) return undefined;
    const known = { host: 'this process', pid: process.pid, id: 'memory', lastSignOfLife: lock.since };
    return { ...lock, ...known, life: 'alive' };
  }

  public async refuseWhileHeld(orgId: string): Promise<void> {
    if (this.locks.has(orgId)) await this.lock(orgId, 'somebody else');
  }

  public async room(): ReturnType<Store['room']> {
    return { writable: true, freeBytes: undefined };
  }
}
