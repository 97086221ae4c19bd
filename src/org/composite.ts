import type { OrgHttp } from './orgHttp.js';
import { OrgRequestError } from './orgRequestError.js';

/** Of the 25 requests that a composite takes, those that may be queries or calls of sObject Collections (REST API guide). */
export const QUERIES_PER_COMPOSITE = 5;

const REFUSED_AS_A_WHOLE = new Set([400, 404, 405, 413, 414]);

/** A request inside a composite; the path as for `OrgHttp`. */
export interface Subrequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Headers of the composite itself do not reach it. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What one of them was answered with. */
export interface Subanswer {
  readonly status: number | undefined;
  readonly body: unknown;
}

/**
 * Requests that the org works off in one call, in the order given, each answered for itself: one that fails takes none of the
 * others back. All of them may be sent again whatever became of them. Undefined stands for those without an answer, which are
 * to be sent one by one: all of them where the org did not take the call as a whole or gave answers other than to these, in
 * this order, and of reads also where it failed at it to the end, as it may where the answers together are too much for it. A write at which it failed may have been done: that
 * is an error, and what the rows hold decides.
 */
export async function sendTogether(
  http: OrgHttp,
  subrequests: readonly Subrequest[],
  options: { readonly repeatable: true } | { readonly readsOnly: true }
): Promise<Array<Subanswer | undefined>> {
  const json = {
    allOrNone: false,
    // From 49.0 on the org may else change their order (REST API guide, Composite Request Body).
    collateSubrequests: false,
    compositeRequest: subrequests.map(({ method, path, body, headers }, n) => ({
      method,
      url: `/services/data/v${http.apiVersion}${path}`,
      referenceId: nameOf(n),
      ...(headers ? { httpHeaders: headers } : {}),
      ...(body === undefined ? {} : { body }),
    })),
  };
  type Part = { readonly httpStatusCode?: number; readonly referenceId?: string; readonly body?: unknown };
  let parts: readonly Part[] | undefined;
  try {
    const answer = await http.json<{ readonly compositeResponse?: readonly Part[] }>('/composite', {
      method: 'POST',
      json,
      ...options,
    });
    parts = answer?.compositeResponse;
  } catch (error) {
    const status = error instanceof OrgRequestError ? (error.status ?? 0) : 0;
    const readsOnly = 'readsOnly' in options;
    if (!REFUSED_AS_A_WHOLE.has(status) && !(readsOnly && status >= 500)) throw error;
  }
  const whole =
    Array.isArray(parts) &&
    parts.length === subrequests.length &&
    parts.every((part: Part | null, n) => part?.referenceId === nameOf(n));
  return subrequests.map((_one, n) => {
    const part = whole ? parts?.[n] : undefined;
    return part && { status: part.httpStatusCode, body: part.body };
  });
}

/** What a part is called in a composite, and in its answer. */
function nameOf(n: number): string {
  return `part${n}`;
}
