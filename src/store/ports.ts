import type { Readable } from 'node:stream';
import type { StoreId } from '../model/ids.js';

/** The three kinds of things a store keeps, each in a folder of its own. */
export type StoreKind = 'snapshots' | 'plans' | 'runs';

export interface WrittenFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A stretch of a file. */
export interface FilePart {
  readonly offset: number;
  readonly bytes: number;
}

/** A folder being filled. Nothing in it counts until its one file of record (`snapshot.json`, `plan.json`) is written, last. */
export interface StoreFolder {
  readonly id: StoreId;
  /** Relative to the store, for people. */
  readonly display: string;
  /** Writes a file whole: after this resolves, the file is on disk under its name or does not exist at all. */
  write(path: string, content: string | Uint8Array): Promise<WrittenFile>;
  /** A file written in pieces; counts as written when `close` resolves. */
  openSink(path: string): Promise<FileSink>;
  /** Appends a line and waits until it is on disk. */
  append(path: string, line: string): Promise<void>;
  /** Leaves only the first `bytes` of a file, and waits until that is on disk. */
  cut(path: string, bytes: number): Promise<void>;
  read(path: string): Promise<Buffer>;
  /** Exactly these parts of a file, one after the other; rejects when it ends before. */
  readParts(path: string, parts: Iterable<FilePart>): AsyncGenerator<Buffer>;
  readStream(path: string): Readable;
  exists(path: string): Promise<boolean>;
  /** Relative paths of all files below `path`. */
  list(path?: string): Promise<string[]>;
  /** Bytes and digest of a file as it is on disk now. */
  stat(path: string): Promise<WrittenFile>;
}

export interface FileSink {
  /** Keeps nothing of `bytes`: once it resolves they may hold something else. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<WrittenFile>;
  /** Leaves nothing behind. */
  drop(): Promise<void>;
}

/** Room for new files. */
export interface Room {
  readonly writable: boolean;
  /** Undefined where the system does not tell. */
  readonly freeBytes: number | undefined;
}

/** Who holds a lock, for people and for `--break-lock`. */
export interface LockHolder {
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601, as the last one. */
  readonly since: string;
  /** Tells two locks of one process apart; the name under which a person may break it. */
  readonly id: string;
  readonly lastSignOfLife: string;
  /** `gone`: a process of this host that has ended; the next `apply` takes its lock over. */
  readonly life: 'alive' | 'gone' | 'elsewhere' | 'unreadable';
}

export interface Store {
  /** For people: as given by the flag, or relative to the working folder. */
  readonly display: string;
  create(kind: StoreKind, id: StoreId): Promise<StoreFolder>;
  /** The folder of an existing thing; rejects when there is none. */
  open(kind: StoreKind, id: StoreId): Promise<StoreFolder>;
  /** Ids of a kind, oldest first. */
  ids(kind: StoreKind): Promise<StoreId[]>;
  /**
   * Takes the lock of an org, or rejects with a `Refusal` that names the holder. `breakId` is the id of a lock that a
   * person declares dead: it is taken over.
   */
  lock(
    orgId: string,
    holder: string,
    breakId?: string
  ): Promise<{
    /** False once somebody broke the lock: its holder must not write any more. */
    isHeld(): Promise<boolean>;
    release(): Promise<void>;
  }>;
  /** Who holds the lock of an org; undefined when nobody does. Takes and changes nothing. */
  lockHolder(orgId: string): Promise<LockHolder | undefined>;
  /** Rejects as `lock` would while somebody who may be alive holds the lock; takes and changes nothing. */
  refuseWhileHeld(orgId: string, breakId?: string): Promise<void>;
  room(): Promise<Room>;
}
