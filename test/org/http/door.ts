import type { IncomingHttpHeaders } from 'node:http';
import { OrgError, type OrgUser } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { userOfBearer } from './auth.js';
import { faultAnswer, faultFor, type Fault } from './faults.js';
import { refusal } from './refusal.js';
import type { OrgRequest, OrgResponse, Router } from './router.js';

/** A request as it arrives, whatever brought it. */
export interface DoorRequest {
  readonly method: string;
  /** Path and query, as the client wrote them. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the client gets to see. `breaksOff`: the connection ends after half of the bytes. */
export type DoorAnswer =
  | { readonly kind: 'reset' }
  | { readonly kind: 'stall' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly bytes: Buffer;
      readonly breaksOff: boolean;
    };

/** Takes requests in, lets the faults of the switchboard happen, and gives the answers out. Knows no sockets. */
export class Door {
  private count = 0;

  public constructor(
    private readonly org: PracticeOrg,
    private readonly router: Router
  ) {}

  public async answer(incoming: DoorRequest): Promise<DoorAnswer> {
    const number = ++this.count;
    const { method } = incoming;
    const url = new URL(incoming.url.replace(/^\/+/, '/'), `http://${incoming.headers.host ?? 'localhost'}`);
    const path = url.pathname.replace(/\/{2,}/g, '/');
    const head = { number, method, path, ...partsOf(incoming, path) };
    const { switches } = this.org;
    const fault = faultFor(switches, head);
    const wait = switches.latency + (switches.latencyOf?.(head) ?? 0);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    for (const rule of switches.beforeRequest) if (rule.when(head)) rule.run();
    if (fault === 'resetBefore') return { kind: 'reset' };
    if (fault === 'stall') return { kind: 'stall' };
    const spent = this.count > switches.dailyApiRequests && path.startsWith('/services/') ? 'status403Limit' : fault;
    const instead = spent === undefined ? undefined : faultAnswer(spent, path);
    const response = instead ?? (await this.handle(incoming, url, path));
    this.log(incoming, url, path, response.status);
    if (fault === 'resetAfter') return { kind: 'reset' };
    return this.encoded(response, fault);
  }

  private async handle(incoming: DoorRequest, url: URL, path: string): Promise<OrgResponse> {
    try {
      if (incoming.url.length > 16_384) return { status: 414, body: 'URI Too Long', contentType: 'text/plain' };
      const version = /^\/services\/data\/v([\d.]+)(?:\/|$)/.exec(path)?.[1];
      if (version !== undefined && !this.org.apiVersions.includes(version))
        throw new OrgError('NOT_FOUND', 'The requested resource does not exist', [], 404);
      const match = this.router.match(incoming.method, path);
      if (match.auth === 'bearer') userOfBearer(this.org, incoming.headers);
      return await match.handler(this.request(incoming, url, path, match.params));
    } catch (error) {
      return refusal(error);
    }
  }

  private request(incoming: DoorRequest, url: URL, path: string, params: Record<string, string>): OrgRequest {
    const org = this.org;
    const { method, headers, body } = incoming;
    const decoded = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)])
    );
    return {
      method,
      path,
      query: url.searchParams,
      headers,
      body,
      params: decoded,
      version: decoded['version'] ?? org.newestVersion,
      baseUrl: `http://${headers.host ?? 'localhost'}`,
      get user(): OrgUser {
        return userOfBearer(org, headers);
      },
      text: () => body.toString('utf8'),
      json: () => parseJson(body),
    };
  }

  private log(incoming: DoorRequest, url: URL, path: string, status: number): void {
    let user: string | undefined;
    try {
      user = userOfBearer(this.org, incoming.headers).id;
    } catch {
      // Requests without a session are logged without a user.
    }
    this.org.opLog.append({
      kind: 'request',
      at: this.org.clock.now(),
      method: incoming.method,
      path: `${path}${url.search}`,
      ...partsOf(incoming, path),
      status,
      ...(path.startsWith('/services/Soap/') ? { call: soapCall(incoming.body) } : {}),
      ...(user === undefined ? {} : { user }),
    });
  }

  private encoded(response: OrgResponse, fault: Fault | undefined): DoorAnswer {
    const { bytes, contentType } = encode(response);
    const headers: Record<string, string> = {
      Date: new Date(this.org.clock.millis()).toUTCString(),
      'Sforce-Limit-Info': `api-usage=${this.count}/${this.org.switches.dailyApiRequests}`,
      ...(contentType === undefined ? {} : { 'Content-Type': response.contentType ?? contentType }),
      ...response.headers,
    };
    if (fault === 'stripHeaders')
      for (const name of Object.keys(headers)) if (/^sforce-/i.test(name)) delete headers[name];
    return {
      kind: 'answer',
      status: response.status,
      headers,
      bytes: fault === 'cutShort' ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes,
      breaksOff: fault === 'truncate',
    };
  }
}

function encode(response: OrgResponse): { readonly bytes: Buffer; readonly contentType: string | undefined } {
  const { body } = response;
  if (body === undefined || body === null) return { bytes: Buffer.alloc(0), contentType: response.contentType };
  if (Buffer.isBuffer(body)) return { bytes: body, contentType: 'application/octet-stream' };
  if (typeof body === 'string' && response.contentType !== undefined)
    return { bytes: Buffer.from(body), contentType: response.contentType };
  return { bytes: Buffer.from(JSON.stringify(body)), contentType: 'application/json;charset=UTF-8' };
}

function parseJson(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new OrgError('JSON_PARSER_ERROR', 'Unexpected character or end of input in the request body');
  }
}

/** The requests inside a composite. */
function partsOf({ body }: DoorRequest, path: string): { readonly parts?: readonly string[] } {
  if (!path.endsWith('/composite')) return {};
  try {
    const { compositeRequest } = parseJson(body) as {
      compositeRequest?: ReadonlyArray<{ method: string; url: string }>;
    };
    return { parts: (compositeRequest ?? []).map(({ method, url }) => `${method} ${url}`) };
  } catch {
    return {};
  }
}

/** The operation that a SOAP envelope asks for. */
function soapCall(body: Buffer): string {
  return /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body.subarray(0, 4096).toString('utf8'))?.[1] ?? '';
}
