import type { OrgHttp } from './orgHttp.js';
import { badAnswer, OrgRequestError } from './orgRequestError.js';
import type { RawRow } from './ports/queries.js';
import { onlyPage, RestQueries } from './restQueries.js';

/** Requests a call of Composite Batch takes (REST API guide). */
const REQUESTS_PER_CALL = 25;

interface BatchAnswer {
  readonly results?: ReadonlyArray<{ readonly statusCode: number; readonly result: unknown }>;
}

/**
 * GET requests that go together in one call, each answered for itself; one that met a passing fault, or that the call does
 * not take, is asked again by itself. The first that is refused rejects.
 */
export async function getTogether(http: OrgHttp, paths: readonly string[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let at = 0; at < paths.length; at += REQUESTS_PER_CALL) {
    const chunk = paths.slice(at, at + REQUESTS_PER_CALL);
    const { results } = await http.json<BatchAnswer>('/composite/batch', {
      method: 'POST',
      json: { batchRequests: chunk.map((path) => ({ method: 'GET', url: `v${http.apiVersion}${path}` })) },
      readsOnly: true,
    });
    if (results?.length !== chunk.length)
      throw badAnswer(`${chunk.length} requests went together, ${results?.length ?? 0} answers came back`);
    for (const [index, { statusCode, result }] of results.entries()) {
      const path = chunk[index] ?? '';
      if (statusCode < 400) answers.push(result);
      else if (isAskedAlone(path, statusCode)) answers.push(await http.json(path));
      else throw refusedRead(path, statusCode, result);
    }
  }
  return answers;
}

/**
 * What passes by itself (also 412: the call took more than ten minutes and halted), and the Tooling API: the guide to
 * Composite Batch does not name it among the resources that a batch takes, though orgs answer it.
 */
function isAskedAlone(path: string, status: number): boolean {
  return status >= 500 || status === 412 || status === 420 || status === 429 || path.startsWith('/tooling/');
}

function refusedRead(path: string, status: number, result: unknown): OrgRequestError {
  const [first] = [result].flat() as Array<{ errorCode?: string; message?: string } | undefined>;
  return new OrgRequestError(
    first?.errorCode ?? 'UNKNOWN',
    `${decodeURIComponent(path).slice(0, 120)}: ${first?.message ?? `HTTP ${status}`}`,
    status,
    false
  );
}

/** A query for `askTogether`; `tooling` goes to the Tooling API. */
export interface BatchQuery {
  readonly soql: string;
  readonly tooling?: boolean;
}

/**
 * Other reads and all rows of several queries, in as few calls as can be; a query with more than a page is asked by itself.
 * Asks nothing where there is nothing to ask.
 */
export async function askTogether(
  http: OrgHttp,
  paths: readonly string[],
  queries: readonly BatchQuery[]
): Promise<{ readonly gets: unknown[]; readonly rows: RawRow[][] }> {
  const answers = await getTogether(http, [
    ...paths,
    ...queries.map(({ soql, tooling }) => `${tooling ? '/tooling' : ''}/query?q=${encodeURIComponent(soql)}`),
  ]);
  const single = new RestQueries(http);
  const rows = await Promise.all(
    queries.map(
      async ({ soql, tooling }, at) =>
        onlyPage(answers[paths.length + at], soql) ?? (await single.query(soql, { tooling: tooling === true }))
    )
  );
  return { gets: answers.slice(0, paths.length), rows };
}
