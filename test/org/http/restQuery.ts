import type { IncomingHttpHeaders } from 'node:http';
import { OrgError } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { columnMetadata } from '../engine/soql/columnMetadata.js';
import type { QueryPage } from '../engine/soql/queryCursors.js';
import { queryScope, runQueryByPages } from '../engine/soql/runQuery.js';
import type { OrgRequest, OrgResponse, Router } from './router.js';

/** `/query`, `/queryAll` and their cursors, which are all read under `/query/`. */
export function registerQueryRoutes(router: Router, org: PracticeOrg): void {
  router.get('/services/data/v:version/query', (request) => answerQuery(org, request, 'data', false));
  router.get('/services/data/v:version/queryAll', (request) => answerQuery(org, request, 'data', true));
  for (const path of ['query', 'queryAll']) {
    router.get(`/services/data/v:version/${path}/:locator`, ({ user, version, params }) => {
      return pageAnswer(org.cursors.read(user.id, params['locator'] ?? ''), `/services/data/v${version}/query`);
    });
  }
}

/** Answers one query request through either API; the Tooling API pages as the data API does. */
export function answerQuery(org: PracticeOrg, request: OrgRequest, api: 'data' | 'tooling', all: boolean): OrgResponse {
  const { user, version, query, headers } = request;
  const soql = query.get('q');
  if (soql === null) throw new OrgError('MALFORMED_QUERY', 'A query string has to be specified');
  if (query.get('columns') === 'true')
    return { status: 200, body: columnMetadata(queryScope(org, user, api, soql, { all, version })) };
  const answer = runQueryByPages(org, user, api, soql, { all, version });
  const base = `/services/data/v${version}/${api === 'tooling' ? 'tooling/' : ''}query`;
  if (answer.records.length === 0)
    return { status: 200, body: { totalSize: answer.totalSize, done: true, records: [] } };
  const size = pageSize(org.switches.queryPageSize, headers, answer.smallPages);
  return pageAnswer(org.cursors.first(user.id, answer.records, size), base);
}

export function pageAnswer(page: QueryPage, base: string): OrgResponse {
  const { next, ...body } = page;
  return {
    status: 200,
    body:
      next === undefined
        ? body
        : { totalSize: body.totalSize, done: body.done, nextRecordsUrl: `${base}/${next}`, records: body.records },
  };
}

/** The client's wish counts between 200 and 2,000; two long text columns make pages of 200; a test may want smaller ones. */
function pageSize(most: number, headers: IncomingHttpHeaders, smallPages: boolean): number {
  const wish = /batchSize=(\d+)/i.exec(String(headers['sforce-query-options'] ?? ''))?.[1];
  const wanted = wish === undefined ? 2000 : Math.min(2000, Math.max(200, Number(wish)));
  return Math.max(1, Math.min(most, wanted, smallPages ? 200 : 2000));
}
