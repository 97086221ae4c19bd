import { formatRecord, type RecordPiece } from '../records/csvRecords.js';
import type { FileSink, StoreFolder, WrittenFile } from '../store/ports.js';
import { BlockBuilder, compressed, type Block } from './recordBlocks.js';
import { formatIndex, type BlockPlace } from './recordIndex.js';
import { passed } from './shrinkHeap.js';

/** Bytes of pages that may wait for an earlier one, compressed, and blocks of the page whose turn it is. */
const MOST_WAITING = 4 * 1024 * 1024;
const MOST_IN_TURN = 10;
/** Bytes that may wait to be compressed. */
const MOST_RAW = 1024 * 1024;

/** Records that came as one page of a result. */
interface Page {
  readonly builder: BlockBuilder;
  readonly blocks: Array<Promise<Block>>;
  isEnded: boolean;
}

/**
 * Writes the rows of one object as CSV that Data Loader and `sf data import bulk` take, compressed in blocks. Pages may
 * come at the same time; the file has them in order. Those whose turn has not come wait compressed, and when too much
 * waits, whoever brings more waits as well: memory stays flat.
 */
export class RecordFileWriter {
  private readonly pages = new Map<number, Page>();
  private readonly places: BlockPlace[] = [];
  private current = 0;
  private offset = 0;
  private waiting = 0;
  private raw = 0;
  private idColumn = 0;
  private isClosing = false;
  private failure: { readonly error: unknown } | undefined;
  private listeners: Array<() => void> = [];
  private head: Promise<Block> | undefined;
  private readonly written: Promise<void>;

  private constructor(
    private readonly folder: StoreFolder,
    private readonly path: string,
    private readonly sink: FileSink
  ) {
    this.written = this.writeAll();
    // Whoever brings rows next, or closes, is told.
    this.written.catch(async (error: unknown) => {
      this.failure = { error };
      this.changed();
      await this.sink.drop();
    });
  }

  public static async open(folder: StoreFolder, path: string): Promise<RecordFileWriter> {
    return new RecordFileWriter(folder, path, await folder.openSink(path));
  }

  /** To be called once, before any rows. */
  public header(cells: readonly string[]): void {
    this.idColumn = Math.max(cells.indexOf('Id'), 0);
    this.head = compressed(Buffer.from(`${formatRecord(cells)}\n`, 'utf8'), { rows: 0, least: '', greatest: '' });
    this.changed();
  }

  /** Rows of a page, in their order. Resolves when there is room for more. */
  public async records(piece: RecordPiece, page = 0): Promise<void> {
    this.page(page).builder.add(piece);
    this.changed();
    for (;;) {
      if (this.failure) throw this.failure.error;
      if (this.hasRoom(page)) return;
      await this.change();
    }
  }

  /** No more rows of this page will come. */
  public endOfPage(page: number): void {
    const ended = this.page(page);
    ended.builder.end();
    ended.isEnded = true;
    this.changed();
  }

  /**
   * Resolves when all pages are on disk. Where there is more than one block, an index of the blocks is written beside the
   * file, so that a few rows can be read without the others.
   */
  public async close(): Promise<{ readonly file: WrittenFile; readonly index?: WrittenFile }> {
    for (const page of [...this.pages.keys()]) this.endOfPage(page);
    this.isClosing = true;
    this.changed();
    await this.written;
    const file = await this.sink.close();
    const blocks = this.places.length - 1;
    if (blocks <= 1) return { file };
    return { file, index: await this.folder.write(indexPath(this.path), formatIndex(this.places)) };
  }

  /** Leaves nothing behind of a file that will not be finished. */
  public async drop(): Promise<void> {
    this.failure ??= { error: new Error(`${this.path} was given up`) };
    this.changed();
    await this.sink.drop();
  }

  private async writeAll(): Promise<void> {
    while (!this.head) {
      if (this.isClosing) return;
      await this.change();
    }
    await this.write(await this.head);
    for (;;) {
      const page = this.pages.get(this.current);
      const block = page?.blocks.shift();
      if (block) {
        const done = await block;
        await this.write(done);
        this.waiting -= done.bytes.length;
        this.changed();
      } else if (page?.isEnded) {
        this.pages.delete(this.current);
        this.current += 1;
        this.changed();
      } else if (this.isClosing && !page) return;
      else await this.change();
    }
  }

  private async write({ bytes, rawBytes, rows, least, greatest, release }: Block): Promise<void> {
    await this.sink.write(bytes);
    release();
    passed(rawBytes);
    this.places.push({ offset: this.offset, bytes: bytes.length, rows, least, greatest });
    this.offset += bytes.length;
  }

  private page(number: number): Page {
    const known = this.pages.get(number);
    if (known) return known;
    const blocks: Array<Promise<Block>> = [];
    const builder = new BlockBuilder((block, rawBytes) => {
      this.raw += rawBytes;
      const counted = block.then((done) => {
        this.raw -= rawBytes;
        this.waiting += done.bytes.length;
        this.changed();
        return done;
      });
      // Where one fails, `writeAll` says so.
      counted.catch(() => undefined);
      blocks.push(counted);
    }, this.idColumn);
    const page = { builder, blocks, isEnded: false };
    this.pages.set(number, page);
    return page;
  }

  private hasRoom(page: number): boolean {
    if (page < this.current) return true;
    if (this.raw >= MOST_RAW) return false;
    const ofPage = this.pages.get(page)?.blocks.length ?? 0;
    if (page === this.current) return ofPage < MOST_IN_TURN;
    return this.waiting < MOST_WAITING;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.listeners.push(resolve));
  }

  private changed(): void {
    const listeners = this.listeners;
    this.listeners = [];
    for (const listener of listeners) listener();
  }
}

export function indexPath(path: string): string {
  return path.replace(/\.csv\.gz$/, '.index.ndjson');
}
