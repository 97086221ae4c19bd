import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import type { Querier, RawRow } from './ports/queries.js';

interface QueryPage {
  readonly totalSize: number;
  readonly done: boolean;
  readonly nextRecordsUrl?: string;
  readonly records: ReadonlyArray<Record<string, unknown>>;
}

/** The rows of an answer that holds them all; undefined when there are more pages. */
export function onlyPage(answer: unknown, soql: string): RawRow[] | undefined {
  const page = checkedPage(answer as QueryPage, `"${soql.slice(0, 80)}"`);
  if (!page.done) return undefined;
  if (page.records.length !== page.totalSize)
    throw badAnswer(`"${soql.slice(0, 80)}" gave ${page.records.length} rows of ${page.totalSize}`);
  return page.records.map(withoutAttributes);
}

function withoutAttributes(row: Record<string, unknown>): RawRow {
  const { attributes: dropped, ...rest } = row;
  void dropped;
  return rest;
}

/** Times a query is begun when its cursor gets lost on the way. */
const READINGS = 3;

/** Where the rows of a query go. */
interface RowSink {
  /** More rows than this are not read. */
  readonly most: number;
  /** The query begins, for the first time or anew. */
  again(): void;
  take(rows: readonly RawRow[]): void;
}

/** An answer that is JSON but no page, such as a gateway's own, has no rows to speak of. */
function checkedPage(page: QueryPage, soql: string): QueryPage {
  if (!Array.isArray(page?.records) || typeof page.totalSize !== 'number' || typeof page.done !== 'boolean')
    throw badAnswer(`${soql} was answered with something that is no page of rows`);
  return page;
}

/** SOQL over REST: every page is followed, and the number of rows is held against `totalSize`. */
export class RestQueries implements Querier {
  public constructor(private readonly http: OrgHttp) {}

  public async query(
    soql: string,
    options: { readonly all?: boolean; readonly tooling?: boolean } = {}
  ): Promise<RawRow[]> {
    const rows: RawRow[] = [];
    const again = (): void => void rows.splice(0);
    await this.read(soql, { most: Number.POSITIVE_INFINITY, again, take: (page) => rows.push(...page) }, options);
    return rows;
  }

  public queryByPages(
    soql: string,
    most: number,
    take: (rows: readonly RawRow[]) => void,
    options: { readonly all?: boolean } = {}
  ): Promise<boolean> {
    return this.read(soql, { most, again: () => undefined, take }, options);
  }

  private async read(
    soql: string,
    sink: RowSink,
    options: { readonly all?: boolean; readonly tooling?: boolean }
  ): Promise<boolean> {
    const resource = options.tooling ? '/tooling/query' : options.all ? '/queryAll' : '/query';
    for (let reading = 1; ; reading += 1) {
      try {
        sink.again();
        return await this.pages(`${resource}?q=${encodeURIComponent(soql)}`, soql, sink);
      } catch (error) {
        // The org forgot where we were (it keeps few cursors for a user): from the beginning, then.
        const lost = error instanceof OrgRequestError && error.code === 'INVALID_QUERY_LOCATOR';
        if (!lost || reading >= READINGS) throw error;
      }
    }
  }

  private async pages(first: string, soql: string, sink: RowSink): Promise<boolean> {
    const shown = `"${soql.slice(0, 80)}"`;
    const read = async (path: string): Promise<QueryPage> => checkedPage(await this.http.json<QueryPage>(path), shown);
    let page = await read(first);
    if (page.totalSize > sink.most) return false;
    let rows = 0;
    for (;;) {
      const { done, nextRecordsUrl, records, totalSize } = page;
      if (!done && !nextRecordsUrl?.startsWith('/services/')) throw badAnswer(`a page of ${shown} names no next page`);
      if (!done && records.length === 0) throw badAnswer(`a page of ${shown} came without rows`);
      rows += records.length;
      if (done && rows !== totalSize) throw badAnswer(`${shown} gave ${rows} rows of ${totalSize}`);
      const next = done ? undefined : read(nextRecordsUrl as string);
      // It is waited for below, unless the rows of this page cannot be taken.
      next?.catch(() => undefined);
      sink.take(records.map(withoutAttributes));
      if (!next) return true;
      page = await next;
    }
  }

  public async count(soql: string): Promise<number> {
    return checkedPage(await this.http.json<QueryPage>(`/query?q=${encodeURIComponent(soql)}`), soql).totalSize;
  }
}
