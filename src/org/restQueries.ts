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
    return (await this.read(soql, Number.POSITIVE_INFINITY, options)) as RawRow[];
  }

  public queryUpTo(
    soql: string,
    most: number,
    options: { readonly all?: boolean } = {}
  ): Promise<RawRow[] | undefined> {
    return this.read(soql, most, options);
  }

  private async read(
    soql: string,
    most: number,
    options: { readonly all?: boolean; readonly tooling?: boolean }
  ): Promise<RawRow[] | undefined> {
    const resource = options.tooling ? '/tooling/query' : options.all ? '/queryAll' : '/query';
    for (let reading = 1; ; reading += 1) {
      try {
        return await this.pages(`${resource}?q=${encodeURIComponent(soql)}`, soql, most);
      } catch (error) {
        // The org forgot where we were (it keeps few cursors for a user): from the beginning, then.
        const lost = error instanceof OrgRequestError && error.code === 'INVALID_QUERY_LOCATOR';
        if (!lost || reading >= READINGS) throw error;
      }
    }
  }

  private async pages(first: string, soql: string, most: number): Promise<RawRow[] | undefined> {
    const shown = `"${soql.slice(0, 80)}"`;
    let page = checkedPage(await this.http.json<QueryPage>(first), shown);
    if (page.totalSize > most) return undefined;
    const rows = page.records.map(withoutAttributes);
    while (!page.done) {
      if (!page.nextRecordsUrl?.startsWith('/services/')) throw badAnswer(`a page of ${shown} names no next page`);
      const before = rows.length;
      page = checkedPage(await this.http.json<QueryPage>(page.nextRecordsUrl), shown);
      rows.push(...page.records.map(withoutAttributes));
      if (rows.length === before && !page.done) throw badAnswer(`a page of ${shown} came without rows`);
    }
    if (rows.length !== page.totalSize) throw badAnswer(`${shown} gave ${rows.length} rows of ${page.totalSize}`);
    return rows;
  }

  public async count(soql: string): Promise<number> {
    return checkedPage(await this.http.json<QueryPage>(`/query?q=${encodeURIComponent(soql)}`), soql).totalSize;
  }
}
