import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Disk, OpenFile } from '../../src/store/disk.js';
import { Dice } from './dice.js';

/** What a process that lost its power meets from then on, whatever it asks for. */
export class PowerLoss extends Error {
  public readonly code = 'POWER_LOSS';

  public constructor() {
    super('the power went');
  }
}

/** A file: what a reader sees, and what is on the platter. */
interface Inode {
  content: Buffer;
  synced: Buffer;
}

/** A folder: what a reader sees, and which names are on the platter. */
interface Folder {
  names: Map<string, Inode | Folder>;
  synced: Map<string, Inode | Folder>;
}

const isFolder = (entry: Inode | Folder | undefined): entry is Folder => entry !== undefined && 'names' in entry;

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** What of the writes that were not synced a power loss leaves: nothing, all of it, or whatever the dice say. */
export type Survival = 'none' | 'all' | Dice;

/**
 * A disk in memory that loses power. Contents survive once their file was synced, names once their folder was; of the rest
 * nothing, everything or any part survives, a file's unsynced bytes perhaps cut in the middle. `crashAt` counts operations
 * that change something: the power goes before that one, in the middle of it (half of the bytes are written) or after it.
 */
export class CrashingDisk implements Disk {
  /** Operations so far that change something. */
  public operations = 0;
  /** Operations after which something new was safe: synced contents and names. */
  public syncs = 0;
  public crashed = false;
  private refusal: { readonly from: number; readonly code: 'ENOSPC' | 'EROFS' } | undefined;
  private crash: { readonly at: number; readonly moment: 'before' | 'inside' | 'after' } | undefined;
  private root: Folder = { names: new Map(), synced: new Map() };
  private generation = 0;

  public crashAt(at: number, moment: 'before' | 'inside' | 'after'): void {
    this.crash = { at: this.operations + at, moment };
  }

  /**
   * From that operation on the disk is full (half of a piece still fits; what takes no room goes on) or can only be read,
   * until `takesWrites`.
   */
  public refuseFrom(at: number, code: 'ENOSPC' | 'EROFS'): void {
    this.refusal = { from: this.operations + at, code };
  }

  public takesWrites(): void {
    this.refusal = undefined;
  }

  /** From now on nothing that still runs reaches the disk. */
  public powerOff(): void {
    this.crashed = true;
    this.generation += 1;
  }

  /** It knows no links. */
  public async realPath(path: string): Promise<string> {
    return path;
  }

  /** The disk as it is found when the power is back. */
  public powerOn(survival: Survival): void {
    this.crash = undefined;
    this.crashed = false;
    this.generation += 1;
    settle(this.root, survival);
  }

  /** A disk of its own with the same content, all of it safe. */
  public copy(): CrashingDisk {
    const twin = new CrashingDisk();
    twin.root = copyOf(this.root, new Map()) as Folder;
    return twin;
  }

  /** Every file with its content, by path. */
  public files(): Array<readonly [path: string, content: Buffer]> {
    const list = (folder: Folder, prefix: string): Array<readonly [string, Buffer]> =>
      [...folder.names].flatMap(([name, entry]) =>
        isFolder(entry) ? list(entry, `${prefix}/${name}`) : [[`${prefix}/${name}`, entry.content] as const]
      );
    return list(this.root, '');
  }

  public async makeFolder(path: string): Promise<void> {
    if (path === '/' || path === '.') return;
    await this.makeFolder(dirname(path));
    const parent = this.folder(dirname(path));
    const known = parent.names.get(nameOf(path));
    if (isFolder(known)) return;
    if (known) throw failure('EEXIST', path);
    await this.change(() => void parent.names.set(nameOf(path), { names: new Map(), synced: new Map() }));
    await this.syncFolder(dirname(path));
  }

  public async create(path: string): Promise<OpenFile> {
    const parent = this.folder(dirname(path));
    const inode: Inode = { content: Buffer.alloc(0), synced: Buffer.alloc(0) };
    await this.change(() => {
      if (parent.names.has(nameOf(path))) throw failure('EEXIST', path);
      parent.names.set(nameOf(path), inode);
    });
    return this.opened(inode);
  }

  public async append(path: string): Promise<OpenFile> {
    const known = this.entry(path);
    if (known === undefined) return this.create(path);
    if (isFolder(known)) throw failure('EISDIR', path);
    return this.opened(known);
  }

  public async cut(path: string, bytes: number): Promise<void> {
    const inode = this.file(path);
    await this.change(() => void (inode.content = inode.content.subarray(0, bytes)), undefined, false);
    await this.sync(() => void (inode.synced = inode.content));
  }

  public async rename(from: string, to: string): Promise<void> {
    const inode = this.entry(from);
    if (inode === undefined) throw failure('ENOENT', from);
    const move = (): void => {
      this.folder(dirname(from)).names.delete(nameOf(from));
      this.folder(dirname(to)).names.set(nameOf(to), inode);
    };
    await this.change(move, undefined, false);
  }

  public async link(from: string, to: string): Promise<boolean> {
    const inode = this.file(from);
    const parent = this.folder(dirname(to));
    let made = false;
    // Looking and linking are one step: of two that link at once one gets it.
    await this.change(() => {
      made = !parent.names.has(nameOf(to));
      if (made) parent.names.set(nameOf(to), inode);
    });
    return made;
  }

  public async remove(path: string): Promise<void> {
    const parent = this.entry(dirname(path));
    if (!isFolder(parent) || !parent.names.has(nameOf(path))) return;
    await this.change(() => void parent.names.delete(nameOf(path)), undefined, false);
  }

  public async syncFolder(path: string): Promise<void> {
    const folder = this.folder(path);
    await this.sync(() => void (folder.synced = new Map(folder.names)));
  }

  public async read(path: string): Promise<Buffer> {
    return Buffer.from(this.file(path).content);
  }

  public async openRead(path: string): ReturnType<Disk['openRead']> {
    const file = this.file(path);
    return {
      read: async (from, bytes) => {
        const part = Buffer.from(file.content.subarray(from, from + bytes));
        if (part.length < bytes) throw new Error(`${path} ends before byte ${from + bytes}`);
        return part;
      },
      close: async () => undefined,
    };
  }

  public readStream(path: string): Readable {
    return Readable.from([Buffer.from(this.file(path).content)], { objectMode: false });
  }

  public async look(path: string): ReturnType<Disk['look']> {
    const entry = this.entry(path);
    if (entry === undefined) return undefined;
    const bytes = isFolder(entry) ? 0 : entry.content.length;
    return { kind: isFolder(entry) ? 'folder' : 'file', bytes, touchedAt: new Date(0) };
  }

  public async touch(path: string): Promise<void> {
    this.file(path);
  }

  public async room(): ReturnType<Disk['room']> {
    return { writable: this.refusal?.code !== 'EROFS', freeBytes: this.refusal ? 0 : undefined };
  }

  public async names(path: string): ReturnType<Disk['names']> {
    const folder = this.entry(path);
    if (!isFolder(folder)) return [];
    return [...folder.names].map(([name, entry]) => ({ name, kind: isFolder(entry) ? 'folder' : 'file' }));
  }

  private opened(inode: Inode): OpenFile {
    return {
      write: (bytes) => {
        const before = inode.content;
        const half = Buffer.from(bytes).subarray(0, Math.floor(bytes.length / 2));
        return this.change(
          () => void (inode.content = Buffer.concat([before, bytes])),
          () => void (inode.content = Buffer.concat([before, half]))
        );
      },
      sync: () => this.sync(() => void (inode.synced = inode.content)),
      close: () => Promise.resolve(),
    };
  }

  private async sync(work: () => void): Promise<void> {
    await this.change(work, undefined, false);
    this.syncs += 1;
  }

  /** One operation, at which the power may go. What is one step of the file system happens whole or not at all. */
  private async change(work: () => void, half: () => void = () => undefined, needsRoom = true): Promise<void> {
    const { generation } = this;
    // Like a real disk it takes its turn: whatever else is ready runs first.
    await Promise.resolve();
    if (this.crashed || generation !== this.generation) throw new PowerLoss();
    const due = this.crash?.at === this.operations ? this.crash.moment : undefined;
    const refused = this.refusal && this.operations >= this.refusal.from ? this.refusal.code : undefined;
    this.operations += 1;
    if (refused === 'EROFS' || (refused === 'ENOSPC' && needsRoom)) {
      if (refused === 'ENOSPC') half();
      throw Object.assign(new Error(`${refused}: the disk takes no more`), { code: refused });
    }
    if (due === 'inside') half();
    else if (due !== 'before') work();
    if (due === undefined) return;
    this.powerOff();
    throw new PowerLoss();
  }

  private entry(path: string): Inode | Folder | undefined {
    if (this.crashed) throw new PowerLoss();
    let entry: Inode | Folder | undefined = this.root;
    for (const name of join(path).split('/').filter(Boolean)) {
      if (!isFolder(entry)) return undefined;
      entry = entry.names.get(name);
    }
    return entry;
  }

  private folder(path: string): Folder {
    const entry = this.entry(path);
    if (!isFolder(entry)) throw failure(entry ? 'ENOTDIR' : 'ENOENT', path);
    return entry;
  }

  private file(path: string): Inode {
    const entry = this.entry(path);
    if (entry === undefined) throw failure('ENOENT', path);
    if (isFolder(entry)) throw failure('EISDIR', path);
    return entry;
  }
}

function nameOf(path: string): string {
  return path.split('/').at(-1) as string;
}

function settle(folder: Folder, survival: Survival): void {
  for (const name of new Set([...folder.names.keys(), ...folder.synced.keys()])) {
    const now = folder.names.get(name);
    const safe = folder.synced.get(name);
    if (now === safe || survival === 'all' || (survival instanceof Dice && survival.chance(0.5))) continue;
    if (safe) folder.names.set(name, safe);
    else folder.names.delete(name);
  }
  folder.synced = new Map(folder.names);
  for (const entry of folder.names.values()) {
    if (isFolder(entry)) settle(entry, survival);
    else if (entry.content !== entry.synced) {
      const kept = survival === 'all' ? 1 : survival === 'none' ? 0 : survival.one([0, 0.5, 1]);
      entry.content = keptOf(entry, kept);
      entry.synced = entry.content;
    }
  }
}

/** The synced bytes, and of those that were only appended since as many as survived. */
function keptOf({ content, synced }: Inode, part: number): Buffer {
  if (part === 1) return content;
  if (!content.subarray(0, synced.length).equals(synced)) return synced;
  return content.subarray(0, synced.length + Math.floor((content.length - synced.length) * part));
}

function copyOf(entry: Inode | Folder, done: Map<object, Inode | Folder>): Inode | Folder {
  const known = done.get(entry);
  if (known) return known;
  if (!isFolder(entry)) {
    const inode = { content: entry.content, synced: entry.content };
    done.set(entry, inode);
    return inode;
  }
  const names = new Map([...entry.names].map(([name, child]) => [name, copyOf(child, done)]));
  return { names, synced: new Map(names) };
}
