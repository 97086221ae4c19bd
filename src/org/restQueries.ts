import type { OrgHttp } from './orgHttp.js';
import type { Querier, RawRow } from './ports.js';

interface QueryPage {
  readonly totalSize: number;
  readonly done: boolean;
  readonly nextRecordsUrl?: string;
  readonly records: ReadonlyArray<Record<string, unknown>>;
}

function withoutAttributes(row: Record<string, unknown>): RawRow {
  const { attributes: dropped, ...rest } = row;
  void dropped;
  return rest;
}

/** SOQL over REST: every page is followed, and the number of rows is held against `totalSize`. */
export class RestQueries implements Querier {
  public constructor(private readonly http: OrgHttp) {}

  public async query(
    soql: string,
    options: { readonly all?: boolean; readonly tooling?: boolean } = {}
  ): Promise<RawRow[]> {
    const resource = options.tooling ? '/tooling/query' : options.all ? '/queryAll' : '/query';
    let page = await this.http.json<QueryPage>(`${resource}?q=${encodeURIComponent(soql)}`);
    const rows = page.records.map(withoutAttributes);
    while (!page.done) {
      if (!page.nextRecordsUrl) throw new Error(`a page of "${soql.slice(0, 80)}" names no next page`);
      page = await this.http.json<QueryPage>(page.nextRecordsUrl);
      rows.push(...page.records.map(withoutAttributes));
    }
    if (rows.length !== page.totalSize)
      throw new Error(`"${soql.slice(0, 80)}" gave ${rows.length} rows of ${page.totalSize}`);
    return rows;
  }

  public async count(soql: string): Promise<number> {
    return (await this.http.json<QueryPage>(`/query?q=${encodeURIComponent(soql)}`)).totalSize;
  }
}
