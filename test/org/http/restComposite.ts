import { OrgError } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { refusal } from './refusal.js';
import type { OrgRequest, OrgResponse, Router } from './router.js';

export interface InnerRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
  readonly httpHeaders?: Readonly<Record<string, string>>;
}

/** Of the requests of a composite, those that may be queries or calls of sObject Collections. */
const mostQueries = 5;
/** What a request inside another takes over from it; it names other headers itself. */
const inherited = ['accept', 'authorization', 'content-type'];

/** Several requests in one call: `batch` runs each for itself, `composite` can take all back together. */
export function registerCompositeRoutes(router: Router, org: PracticeOrg): void {
  router.post('/services/data/v:version/composite/batch', async (request) => {
    const body = request.json() as {
      haltOnError?: boolean;
      batchRequests?: Array<{ method: string; url: string; richInput?: unknown }>;
    };
    const wanted = limited(body.batchRequests ?? []);
    const results: Array<{ statusCode: number; result: unknown }> = [];
    for (const inner of wanted) {
      const halted = body.haltOnError === true && results.some((result) => result.statusCode >= 400);
      const answer = halted
        ? refusal(new OrgError('BATCH_PROCESSING_HALTED', 'Batch processing halted per request', [], 412))
        : org.switches.toolingInBatch === 'refused' && /\/tooling\//.test(inner.url)
          ? refusal(new OrgError('NOT_FOUND', 'The requested resource does not exist', [], 404))
          : await within(router, request, {
              method: inner.method,
              url: `/services/data/${inner.url.replace(/^\/?(services\/data\/)?/, '')}`,
              body: inner.richInput,
            });
      results.push({ statusCode: answer.status, result: answer.body ?? null });
    }
    return { status: 200, body: { hasErrors: results.some((result) => result.statusCode >= 400), results } };
  });

  router.post('/services/data/v:version/composite', async (request) => {
    const body = request.json() as {
      allOrNone?: boolean;
      compositeRequest?: Array<InnerRequest & { referenceId: string }>;
    };
    const wanted = limited(body.compositeRequest ?? []);
    const queries = wanted.filter(({ url }) => /\/v[\d.]+\/(query|queryAll|composite\/sobjects)\b/i.test(url));
    if (queries.length > mostQueries)
      throw new OrgError(
        'LIMIT_EXCEEDED',
        `The number of query and collection subrequests exceeds the limit of ${mostQueries}`
      );
    const answers: Array<{ body: unknown; httpHeaders: object; httpStatusCode: number; referenceId: string }> = [];
    const runAll = async (): Promise<boolean> => {
      for (const inner of wanted) {
        const { text, missing } = filledReferences(JSON.stringify(inner), answers);
        const answer =
          missing === undefined
            ? await within(router, request, JSON.parse(text) as InnerRequest)
            : refusal(noReference(missing));
        answers.push({
          body: answer.body ?? null,
          httpHeaders: {},
          httpStatusCode: answer.status,
          referenceId: inner.referenceId,
        });
        if (answer.status >= 400 && body.allOrNone === true) return false;
      }
      return true;
    };
    if (body.allOrNone === true) {
      const kept = await org.records.together(request.user, runAll);
      if (!kept)
        return {
          status: 200,
          body: {
            compositeResponse: halted(
              answers,
              wanted.map((inner) => inner.referenceId)
            ),
          },
        };
    } else {
      await runAll();
    }
    return { status: 200, body: { compositeResponse: answers } };
  });
}

function limited<T>(requests: readonly T[]): readonly T[] {
  if (requests.length > 25) throw new OrgError('LIMIT_EXCEEDED', 'The number of subrequests exceeds the limit of 25');
  return requests;
}

/** Answers one request inside another; a refusal is an answer too. */
export async function within(router: Router, outer: OrgRequest, inner: InnerRequest): Promise<OrgResponse> {
  try {
    const url = new URL(inner.url, 'http://inner');
    const match = router.match(inner.method.toUpperCase(), url.pathname);
    const own = Object.entries(inner.httpHeaders ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
    if (own.some(([name]) => inherited.includes(name)))
      throw new OrgError('INVALID_HTTP_HEADER', 'Accept, Authorization and Content-Type belong to the whole request');
    const taken = Object.entries(outer.headers).filter(([name]) => inherited.includes(name));
    const body = Buffer.from(inner.body === undefined || inner.body === null ? '' : JSON.stringify(inner.body));
    const params = Object.fromEntries(
      Object.entries(match.params).map(([name, value]) => [name, decodeURIComponent(value)])
    );
    return await match.handler({
      method: inner.method.toUpperCase(),
      path: url.pathname,
      query: url.searchParams,
      headers: Object.fromEntries([...taken, ...own]),
      body,
      params,
      version: params['version'] ?? outer.version,
      baseUrl: outer.baseUrl,
      user: outer.user,
      text: () => body.toString('utf8'),
      json: () => JSON.parse(body.toString('utf8')) as Record<string, unknown>,
    });
  } catch (error) {
    return refusal(error);
  }
}

type Answered = ReadonlyArray<{ readonly body: unknown; readonly referenceId: string }>;

/** `@{ref.id}` becomes the value an earlier answer has there. */
export function fillReferences(text: string, answers: Answered): string {
  return filledReferences(text, answers).text;
}

/** The same, with the first reference that has no value: an org refuses the request that names it. */
function filledReferences(text: string, answers: Answered): { readonly text: string; readonly missing?: string } {
  let missing: string | undefined;
  const filled = text.replace(/@\{(\w+)((?:\.\w+|\[\d+\])*)\}/g, (all, reference: string, path: string) => {
    let value: unknown = answers.find((answer) => answer.referenceId === reference)?.body;
    for (const [, name, index] of path.matchAll(/\.(\w+)|\[(\d+)\]/g))
      value = (value as Record<string, unknown> | undefined)?.[name ?? index ?? ''];
    if (value === undefined) missing ??= `${reference}${path}`;
    return value === undefined ? all : String(value);
  });
  return { text: filled, ...(missing === undefined ? {} : { missing }) };
}

function noReference(path: string): OrgError {
  return new OrgError(
    'PROCESSING_HALTED',
    `Invalid reference specified. No value for ${path} found in ${path.split(/[.[]/)[0]}`
  );
}

export function halted(
  answers: ReadonlyArray<{ body: unknown; httpHeaders: object; httpStatusCode: number; referenceId: string }>,
  references: readonly string[]
): object[] {
  const others = refusal(
    new OrgError(
      'PROCESSING_HALTED',
      'The transaction was rolled back since another operation in the same transaction failed.'
    )
  ).body;
  return references.map((referenceId) => {
    const answer = answers.find((candidate) => candidate.referenceId === referenceId);
    return answer !== undefined && answer.httpStatusCode >= 400
      ? answer
      : { body: others, httpHeaders: {}, httpStatusCode: 400, referenceId };
  });
}
