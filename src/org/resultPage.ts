import { PieceSplitter, recordAt, withoutFirst, type RecordPiece } from '../records/csvRecords.js';
import { resultCells } from './bulkJob.js';
import type { Answer } from './network.js';
import { badAnswer, type OrgRequestError } from './orgRequestError.js';
import type { BackupSink } from './ports/records.js';

/** The header line that all pages of a job have to share. */
export class ResultHeader {
  private text: string | undefined;

  public constructor(
    private readonly jobId: string,
    private readonly sink: Pick<BackupSink, 'header'>
  ) {}

  public line(record: Buffer): void {
    const text = record.toString('utf8');
    if (this.text === undefined) this.sink.header(resultCells(record, this.jobId));
    else if (text !== this.text)
      throw badAnswer(`a result page of job ${this.jobId} has another header than the one before`);
    this.text = text;
  }
}

/** One page of results, which may take several attempts. */
export class ResultPage {
  /** Rows handed on so far. */
  public rows = 0;
  /** The locator of the next page; undefined after the last one. */
  public next: string | undefined;

  public constructor(
    private readonly jobId: string,
    private readonly number: number,
    private readonly header: ResultHeader,
    private readonly sink: BackupSink
  ) {}

  public async read(answer: Answer, pieces: AsyncIterable<Buffer>): Promise<void> {
    const locator = answer.headers.get('sforce-locator');
    if (locator === null) throw this.bad('came without its Sforce-Locator header');
    let records = 0;
    let last = 0x0a;
    let ready: RecordPiece[] = [];
    const splitter = new PieceSplitter((piece) => {
      if (records === 0) this.header.line(recordAt(piece, 0));
      // The header, and what an earlier attempt handed on.
      const fresh = withoutFirst(piece, Math.max(this.rows + 1 - records, 0));
      records += piece.ends.length;
      if (fresh.ends.length > 0) ready.push(fresh);
    });
    for await (const chunk of pieces) {
      splitter.push(chunk);
      last = chunk.at(-1) ?? last;
      const batch = ready;
      ready = [];
      for (const piece of batch) {
        this.rows += piece.ends.length;
        await this.sink.records(piece, this.number);
      }
    }
    if (!splitter.end()) throw this.bad('ends inside a quoted cell');
    // Every line of a result ends with a line break: the official CLI joins pages by their bytes.
    if (last !== 0x0a) throw this.bad('ends inside a row');
    const announced = answer.headers.get('sforce-numberofrecords');
    const rows = Math.max(records - 1, 0);
    if (announced !== null && Number(announced) !== rows) throw this.bad(`has ${rows} rows of ${announced}`);
    this.next = locator === 'null' || locator === '' ? undefined : locator;
  }

  private bad(what: string): OrgRequestError {
    return badAnswer(`a result page of job ${this.jobId} ${what}`);
  }
}
