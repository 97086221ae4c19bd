import type { IncomingHttpHeaders } from 'node:http';
import { OrgError, type OrgUser } from '../engine/contracts.js';

/** One request, already read to its end, with the path folded (`//services` is `/services`) and decoded. */
export interface OrgRequest {
  readonly method: string;
  /** Decoded path without the query part, one leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** What the pattern's `:names` matched, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** `66.0`, from a `:version` in the pattern; the newest version otherwise. */
  readonly version: string;
  /** `http://127.0.0.1:PORT`, as the client reached us. */
  readonly baseUrl: string;
  /** The token's owner. On routes with `auth: 'none'` reading it without a valid token throws 401. */
  readonly user: OrgUser;
  text(): string;
  /** The body as JSON; throws JSON_PARSER_ERROR. */
  json(): Record<string, unknown>;
}

export interface OrgResponse {
  readonly status: number;
  /** An object or array becomes JSON, text and buffers are sent as they are, nothing sends no body. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (request: OrgRequest) => OrgResponse | Promise<OrgResponse>;

export interface RouteOptions {
  /** `bearer`: answered with 401 unless a valid token is sent. `none`: the handler sees to it (SOAP). Default `bearer`. */
  readonly auth?: 'bearer' | 'none';
}

/** One segment of a pattern: `start` is fixed; without a name it is the whole segment, in lower case. */
interface Part {
  readonly start: string;
  readonly name?: string;
  readonly takesRest?: true;
}

interface Route {
  readonly method: string;
  readonly parts: readonly Part[];
  readonly handler: Handler;
  readonly auth: 'bearer' | 'none';
}

export interface MatchedRoute {
  readonly handler: Handler;
  readonly auth: 'bearer' | 'none';
  readonly params: Record<string, string>;
}

/**
 * Patterns are paths with `:name` parts (one segment each, may have a fixed start as in `v:version`);
 * a last part `*name` takes the rest. Fixed parts are compared without regard to case.
 * The route that was added first wins, except that fixed parts are preferred to `:name` parts.
 */
export class Router {
  private readonly routes: Route[] = [];

  public add(method: string, pattern: string, handler: Handler, options: RouteOptions = {}): this {
    this.routes.push({ method, parts: segments(pattern).map(partOf), handler, auth: options.auth ?? 'bearer' });
    return this;
  }

  public get(pattern: string, handler: Handler, options?: RouteOptions): this {
    return this.add('GET', pattern, handler, options);
  }

  public post(pattern: string, handler: Handler, options?: RouteOptions): this {
    return this.add('POST', pattern, handler, options);
  }

  public put(pattern: string, handler: Handler, options?: RouteOptions): this {
    return this.add('PUT', pattern, handler, options);
  }

  public patch(pattern: string, handler: Handler, options?: RouteOptions): this {
    return this.add('PATCH', pattern, handler, options);
  }

  public delete(pattern: string, handler: Handler, options?: RouteOptions): this {
    return this.add('DELETE', pattern, handler, options);
  }

  /** Throws NOT_FOUND (404) for an unknown path and METHOD_NOT_ALLOWED (405) for a known path with another method. */
  public match(method: string, path: string): MatchedRoute {
    const wanted = segments(path);
    let best: { match: MatchedRoute; score: number } | undefined;
    let pathKnown = false;
    for (const route of this.routes) {
      const hit = matchParts(route.parts, wanted);
      if (hit === undefined) continue;
      pathKnown = true;
      if (route.method !== method) continue;
      if (best === undefined || hit.score > best.score) {
        best = { match: { handler: route.handler, auth: route.auth, params: hit.params }, score: hit.score };
      }
    }
    if (best !== undefined) return best.match;
    if (pathKnown) {
      throw new OrgError(
        'METHOD_NOT_ALLOWED',
        `HTTP Method '${method}' not allowed. Allowed are ${this.allowed(wanted)}`,
        [],
        405
      );
    }
    throw new OrgError('NOT_FOUND', 'The requested resource does not exist', [], 404);
  }

  private allowed(wanted: readonly string[]): string {
    const methods = this.routes
      .filter((route) => matchParts(route.parts, wanted) !== undefined)
      .map((route) => route.method);
    return [...new Set(methods)].join(',');
  }
}

function segments(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function partOf(text: string): Part {
  if (text.startsWith('*')) return { start: '', name: text.slice(1), takesRest: true };
  const colon = text.indexOf(':');
  return colon === -1 ? { start: text.toLowerCase() } : { start: text.slice(0, colon), name: text.slice(colon + 1) };
}

function matchParts(
  pattern: readonly Part[],
  wanted: readonly string[]
): { params: Record<string, string>; score: number } | undefined {
  const params: Record<string, string> = {};
  let score = 0;
  for (let index = 0; index < pattern.length; index += 1) {
    const { start, name, takesRest } = pattern[index] as Part;
    if (takesRest === true) {
      params[name ?? ''] = wanted.slice(index).join('/');
      return { params, score };
    }
    const given = wanted[index];
    if (given === undefined) return undefined;
    if (name === undefined) {
      if (start !== given && start !== given.toLowerCase()) return undefined;
      // Earlier fixed parts weigh more, as a person reading the path would expect.
      score += 2 ** (20 - index);
      continue;
    }
    if (!given.startsWith(start)) return undefined;
    params[name] = given.slice(start.length);
  }
  return pattern.length === wanted.length ? { params, score } : undefined;
}
