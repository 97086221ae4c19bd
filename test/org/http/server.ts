import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { OrgError, type OrgUser } from '../engine/contracts.js';
import { PracticeOrg } from '../engine/practiceOrg.js';
import { userOfBearer } from './auth.js';
import { registerBulkRoutes } from './bulk.js';
import { faultAnswer, faultFor, type Fault } from './faults.js';
import { registerDataRoutes } from './restData.js';
import type { MetadataSide } from '../engine/metadata/metadataSide.js';
import { metadataSideOf, registerMetadataSide } from './metadataSide.js';
import { refusal } from './refusal.js';
import { type OrgRequest, type OrgResponse, Router } from './router.js';
import { registerApexRoutes } from './soapApex.js';
import { registerPartnerRoutes } from './soapPartner.js';

export interface ServerOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly host?: string;
  /** A new, empty org when left out. */
  readonly org?: PracticeOrg;
}

export interface RunningOrg {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly org: PracticeOrg;
  /** Its flows, components, permissions and deployments. */
  readonly metadata: MetadataSide;
  /** The administrator's token. */
  readonly token: string;
  /** Token by the user's name. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Stops listening and drops all connections. */
  close(): Promise<void>;
}

/** Serves an org on a port of its own; call it twice for two orgs side by side. */
export async function startPracticeOrg(options: ServerOptions = {}): Promise<RunningOrg> {
  const org = options.org ?? new PracticeOrg();
  const host = options.host ?? '127.0.0.1';
  const router = new Router();
  registerMetadataSide(router, org);
  registerDataRoutes(router, org);
  registerBulkRoutes(router, org);
  registerPartnerRoutes(router, org);
  registerApexRoutes(router, org);
  const door = new Door(org, router);
  const server = createServer((request, response) => void door.answer(request, response));
  // A client may hold a connection for its next call; a test server need not wait for it.
  server.keepAliveTimeout = 5_000;
  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    org,
    metadata: metadataSideOf(org),
    token: org.firstUser.token,
    tokens: Object.fromEntries(org.users.map((user) => [user.name, user.token])),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

/** Takes requests in, lets the faults of the switchboard happen, and sends the answers out. */
class Door {
  private count = 0;

  public constructor(
    private readonly org: PracticeOrg,
    private readonly router: Router
  ) {}

  public async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const number = ++this.count;
    const method = incoming.method ?? 'GET';
    const url = new URL((incoming.url ?? '/').replace(/^\/+/, '/'), `http://${incoming.headers.host ?? 'localhost'}`);
    const path = url.pathname.replace(/\/{2,}/g, '/');
    const head = { number, method, path };
    const { switches } = this.org;
    const fault = faultFor(switches, head);
    try {
      const body = await readBody(incoming);
      const wait = switches.latency + (switches.latencyOf?.(head) ?? 0);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      for (const rule of switches.beforeRequest) if (rule.when(head)) rule.run();
      if (fault === 'resetBefore') return void incoming.socket.destroy();
      if (fault === 'stall') return;
      const instead = fault === undefined ? undefined : faultAnswer(fault, path);
      const response = instead ?? (await this.handle(incoming, method, url, path, body));
      this.log(incoming, method, url, path, response.status, body);
      if (fault === 'resetAfter') return void incoming.socket.destroy();
      this.send(incoming, outgoing, response, fault);
    } catch (error) {
      // Only the connection itself can fail here; the org's refusals are answers.
      outgoing.destroy(error instanceof Error ? error : undefined);
    }
  }

  private async handle(
    incoming: IncomingMessage,
    method: string,
    url: URL,
    path: string,
    body: Buffer
  ): Promise<OrgResponse> {
    try {
      if ((incoming.url ?? '').length > 16_384) return { status: 414, body: 'URI Too Long', contentType: 'text/plain' };
      const version = /^\/services\/data\/v([\d.]+)(?:\/|$)/.exec(path)?.[1];
      if (version !== undefined && !this.org.apiVersions.includes(version))
        throw new OrgError('NOT_FOUND', 'The requested resource does not exist', [], 404);
      const match = this.router.match(method, path);
      if (match.auth === 'bearer') userOfBearer(this.org, incoming.headers);
      return await match.handler(this.request(incoming, method, url, path, body, match.params));
    } catch (error) {
      return refusal(error);
    }
  }

  private request(
    incoming: IncomingMessage,
    method: string,
    url: URL,
    path: string,
    body: Buffer,
    params: Record<string, string>
  ): OrgRequest {
    const org = this.org;
    const decoded = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)])
    );
    return {
      method,
      path,
      query: url.searchParams,
      headers: incoming.headers,
      body,
      params: decoded,
      version: decoded['version'] ?? org.newestVersion,
      baseUrl: `http://${incoming.headers.host ?? 'localhost'}`,
      get user(): OrgUser {
        return userOfBearer(org, incoming.headers);
      },
      text: () => body.toString('utf8'),
      json: () => parseJson(body),
    };
  }

  private log(incoming: IncomingMessage, method: string, url: URL, path: string, status: number, body: Buffer): void {
    let user: string | undefined;
    try {
      user = userOfBearer(this.org, incoming.headers).id;
    } catch {
      // Requests without a session are logged without a user.
    }
    this.org.opLog.append({
      kind: 'request',
      at: this.org.clock.now(),
      method,
      path: `${path}${url.search}`,
      status,
      ...(user === undefined ? {} : { user }),
      ...(path.startsWith('/services/Soap/') ? { call: soapCall(body) } : {}),
    });
  }

  private send(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    response: OrgResponse,
    fault: Fault | undefined
  ): void {
    const { bytes, contentType } = encode(response);
    const zip =
      this.org.switches.gzip &&
      bytes.length > 1024 &&
      /\bgzip\b/.test(String(incoming.headers['accept-encoding'] ?? ''));
    const payload = zip ? gzipSync(bytes, { level: 1 }) : bytes;
    const headers: Record<string, string> = {
      Date: new Date(this.org.clock.millis()).toUTCString(),
      'Sforce-Limit-Info': `api-usage=${this.count}/100000`,
      ...(contentType === undefined ? {} : { 'Content-Type': response.contentType ?? contentType }),
      ...(zip ? { 'Content-Encoding': 'gzip' } : {}),
      ...response.headers,
    };
    if (fault === 'stripHeaders')
      for (const name of Object.keys(headers)) if (/^sforce-/i.test(name)) delete headers[name];
    if (response.status !== 204 && response.status !== 304) headers['Content-Length'] = String(payload.length);
    outgoing.writeHead(response.status, headers);
    if (fault === 'truncate') {
      outgoing.write(payload.subarray(0, Math.floor(payload.length / 2)), () => incoming.socket.destroy());
      return;
    }
    const { bytesPerSecond } = this.org.switches;
    if (bytesPerSecond > 0) void trickle(outgoing, payload, bytesPerSecond);
    else outgoing.end(payload);
  }
}

/** Sends the answer at this speed, in a few parts per second. */
async function trickle(outgoing: ServerResponse, payload: Buffer, bytesPerSecond: number): Promise<void> {
  const part = Math.max(1, Math.ceil(bytesPerSecond / 20));
  for (let start = 0; start < payload.length && !outgoing.destroyed; start += part) {
    const chunk = payload.subarray(start, start + part);
    outgoing.write(chunk);
    await new Promise((resolve) => setTimeout(resolve, (1000 * chunk.length) / bytesPerSecond));
  }
  outgoing.end();
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
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

/** The operation that a SOAP envelope asks for. */
function soapCall(body: Buffer): string {
  return /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body.subarray(0, 4096).toString('utf8'))?.[1] ?? '';
}
