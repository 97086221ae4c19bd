import type { OrgCore, OrgUser } from '../contracts.js';
import { compileQuery, type CompiledQuery } from './compileQuery.js';
import type { RecordList } from './queryCursors.js';
import { toRecord } from './selection.js';
import { asQueryOrg, type Api, type QueryScope } from './sources.js';

export interface QueryOptions {
  /** Look into the bin too (`queryAll`). */
  readonly all?: boolean;
  /** For the urls in `attributes`; `66.0` when left out. */
  readonly version?: string;
}

export interface QueryAnswer {
  readonly totalSize: number;
  readonly done: true;
  readonly records: Array<Record<string, unknown>>;
  /** API name of the object in FROM. */
  readonly entity: string;
  /** True when two or more long custom text fields make the org's pages small. */
  readonly smallPages: boolean;
}

export function queryScope(
  org: OrgCore,
  user: OrgUser,
  api: Api,
  soql: string,
  options: QueryOptions = {}
): QueryScope {
  return { org: asQueryOrg(org), user, api, soql, all: options.all ?? false, version: options.version ?? '66.0' };
}

/** Answers a query as this user: all records at once, paging is the caller's. Throws OrgError as the org would. */
export function runQuery(org: OrgCore, user: OrgUser, api: Api, soql: string, options: QueryOptions = {}): QueryAnswer {
  return answerOf(compileQuery(queryScope(org, user, api, soql, options)));
}

function answerOf(compiled: CompiledQuery): QueryAnswer {
  const entity = compiled.source.schema.name;
  if (compiled.bareCount) return { totalSize: countOf(compiled), done: true, records: [], entity, smallPages: false };
  const records = compiled.records();
  return { totalSize: records.length, done: true, records, entity, smallPages: compiled.longFields >= 2 };
}

function countOf(compiled: CompiledQuery): number {
  return compiled.scan()?.length ?? compiled.rows().length;
}

/** As `runQuery`, but records of a generated table are made page by page. */
export function runQueryByPages(
  org: OrgCore,
  user: OrgUser,
  api: Api,
  soql: string,
  options: QueryOptions = {}
): Omit<QueryAnswer, 'records'> & { readonly records: RecordList } {
  const scope = queryScope(org, user, api, soql, options);
  const compiled = compileQuery(scope);
  const scanned = compiled.aggregate || compiled.bareCount ? undefined : compiled.scan();
  if (scanned === undefined) return answerOf(compiled);
  return {
    totalSize: scanned.length,
    done: true,
    entity: compiled.source.schema.name,
    smallPages: compiled.longFields >= 2,
    records: {
      length: scanned.length,
      slice: (start, end) =>
        scanned.slice(start, end).map((row) => toRecord(scope, compiled.source, compiled.selected, row)),
    },
  };
}
