import { createGunzip } from 'node:zlib';
import { formatRecord, parseRecord, RecordSplitter } from '../records/csvRecords.js';
import { comparable, type ValueRow, type Value } from '../records/fieldValue.js';
import { fieldNamed, type FieldDescribe, type ObjectDescribe } from '../records/objectDescribe.js';
import type { StoreFolder } from '../store/ports.js';
import type { ObjectPart } from './snapshotFormat.js';

/** Raw bytes of a record file go through this in pieces of about this size, so that gzip is not called per row. */
const PIECE = 256 * 1024;

/** Writes the rows of one object as CSV that Data Loader and `sf data import bulk` take, compressed. */
export class RecordFileWriter {
  private pieces: Buffer[] = [];
  private size = 0;
  public rawBytes = 0;

  private constructor(private readonly sink: Awaited<ReturnType<StoreFolder['writeGzip']>>) {}

  public static async open(folder: StoreFolder, path: string): Promise<RecordFileWriter> {
    return new RecordFileWriter(await folder.writeGzip(path));
  }

  public header(cells: readonly string[]): void {
    this.push(Buffer.from(`${formatRecord(cells)}\n`, 'utf8'));
  }

  public async records(records: readonly Buffer[]): Promise<void> {
    for (const record of records) {
      this.push(record);
      this.push(LINE_END);
    }
    if (this.size >= PIECE) await this.flush();
  }

  public async close(): ReturnType<Awaited<ReturnType<StoreFolder['writeGzip']>>['close']> {
    await this.flush();
    return this.sink.close();
  }

  private push(bytes: Buffer): void {
    this.pieces.push(bytes);
    this.size += bytes.length;
    this.rawBytes += bytes.length;
  }

  private async flush(): Promise<void> {
    if (this.size === 0) return;
    const piece = Buffer.concat(this.pieces, this.size);
    this.pieces = [];
    this.size = 0;
    await this.sink.write(piece);
  }
}

const LINE_END = Buffer.from('\n');

/**
 * The rows of a record file in comparable form, in file order (Id order). Throws when the file ends inside a record or a
 * row has another number of cells than the header: a damaged file is never read as fewer rows.
 */
export async function* readRecordFile(
  folder: StoreFolder,
  part: ObjectPart,
  describe: ObjectDescribe
): AsyncGenerator<ValueRow> {
  let fields: ReadonlyArray<FieldDescribe | undefined> | undefined;
  let ready: ValueRow[] = [];
  const splitter = new RecordSplitter((record) => {
    const cells = parseRecord(record);
    if (!fields) {
      fields = cells.map((name) => fieldNamed(describe, name));
      return;
    }
    if (cells.length !== fields.length)
      throw new Error(`${part.data}: a row has ${cells.length} cells, the header ${fields.length}`);
    const row: Record<string, Value> = {};
    fields.forEach((field, at) => {
      if (field) row[field.name] = comparable(field, cells[at]);
    });
    ready.push(row);
  });
  for await (const chunk of folder.readStream(part.data).pipe(createGunzip()) as AsyncIterable<Buffer>) {
    splitter.push(chunk);
    const batch = ready;
    ready = [];
    yield* batch;
  }
  if (!splitter.end()) throw new Error(`${part.data} ends inside a row`);
  yield* ready;
}
