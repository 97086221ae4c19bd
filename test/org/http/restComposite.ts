import { OrgError } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { refusal } from './refusal.js';
import type { OrgRequest, OrgResponse, Router } from './router.js';

export interface InnerRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

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
    const answers: Array<{ body: unknown; httpHeaders: object; httpStatusCode: number; referenceId: string }> = [];
    const runAll = async (): Promise<boolean> => {
      for (const inner of wanted) {
        const filled = JSON.parse(fillReferences(JSON.stringify(inner), answers)) as InnerRequest;
        const answer = await within(router, request, filled);
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
    const body = Buffer.from(inner.body === undefined || inner.body === null ? '' : JSON.stringify(inner.body));
    const params = Object.fromEntries(
      Object.entries(match.params).map(([name, value]) => [name, decodeURIComponent(value)])
    );
    return await match.handler({
      method: inner.method.toUpperCase(),
      path: url.pathname,
      query: url.searchParams,
      headers: outer.headers,
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

/** `@{ref.id}` becomes the value an earlier answer has there. */
export function fillReferences(text: string, answers: ReadonlyArray<{ body: unknown; referenceId: string }>): string {
  return text.replace(/@\{(\w+)((?:\.\w+|\[\d+\])+)\}/g, (all, reference: string, path: string) => {
    let value: unknown = answers.find((answer) => answer.referenceId === reference)?.body;
    for (const [, name, index] of path.matchAll(/\.(\w+)|\[(\d+)\]/g))
      value = (value as Record<string, unknown> | undefined)?.[name ?? index ?? ''];
    return value === undefined ? all : String(value);
  });
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
