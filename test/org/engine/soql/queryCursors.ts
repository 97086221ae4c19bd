import { OrgError } from '../contracts.js';

export interface QueryPage {
  readonly totalSize: number;
  readonly done: boolean;
  readonly records: ReadonlyArray<Record<string, unknown>>;
  /** The last path segment of `nextRecordsUrl`. */
  readonly next?: string;
}

/** Records of an answer; an array is one. */
export interface RecordList {
  readonly length: number;
  slice(start: number, end: number): Array<Record<string, unknown>>;
}

interface Cursor {
  readonly userId: string;
  readonly size: number;
  readonly records: RecordList;
}

/** Query results that did not fit one page. A cursor can be read again and again, by its owner, until it is dropped. */
export class QueryCursors {
  private readonly cursors = new Map<string, Cursor>();

  public constructor(private readonly newId: () => string) {}

  public first(userId: string, records: RecordList, size: number): QueryPage {
    if (records.length <= size)
      return { totalSize: records.length, done: true, records: records.slice(0, records.length) };
    const id = this.newId();
    this.cursors.set(id, { userId, size, records });
    return this.page(id, 0);
  }

  /** `01g…-2000`: the page that starts at the offset. */
  public read(userId: string, locator: string): QueryPage {
    const [id = '', offsetText = ''] = locator.split('-');
    const cursor = this.cursors.get(id);
    const offset = Number(offsetText);
    if (
      cursor === undefined ||
      cursor.userId !== userId ||
      !Number.isInteger(offset) ||
      offset < 0 ||
      offset >= cursor.records.length
    ) {
      throw new OrgError('INVALID_QUERY_LOCATOR', 'invalid query locator');
    }
    return this.page(id, offset);
  }

  /** Forgets all cursors, as the org does after two days. */
  public expire(): void {
    this.cursors.clear();
  }

  private page(id: string, offset: number): QueryPage {
    const cursor = this.cursors.get(id) as Cursor;
    const end = Math.min(offset + cursor.size, cursor.records.length);
    const page = {
      totalSize: cursor.records.length,
      done: end === cursor.records.length,
      records: cursor.records.slice(offset, end),
    };
    return page.done ? page : { ...page, next: `${id}-${end}` };
  }
}
