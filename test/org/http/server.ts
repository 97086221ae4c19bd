import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PracticeOrg } from '../engine/practiceOrg.js';
import { registerBulkRoutes } from './bulk.js';
import { Door } from './door.js';
import { registerDataRoutes } from './restData.js';
import type { MetadataSide } from '../engine/metadata/metadataSide.js';
import { metadataSideOf, registerMetadataSide } from './metadataSide.js';
import { Router } from './router.js';
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
  /** What went over the wire so far. */
  readonly traffic: Traffic;
  /** Stops listening and drops all connections. */
  close(): Promise<void>;
}

/** Counted since the server started, or since somebody set the numbers back. */
export interface Traffic {
  requests: number;
  /** Bytes of bodies, as sent: compressed where they were. */
  bytesIn: number;
  bytesOut: number;
  /** When the first counted request came in, in milliseconds of the wall clock; 0 before. */
  firstAt: number;
}

/** The door of an org with all its routes. */
export function doorOf(org: PracticeOrg): Door {
  const router = new Router();
  registerMetadataSide(router, org);
  registerDataRoutes(router, org);
  registerBulkRoutes(router, org);
  registerPartnerRoutes(router, org);
  registerApexRoutes(router, org);
  return new Door(org, router);
}

/** Serves an org on a port of its own; call it twice for two orgs side by side. */
export async function startPracticeOrg(options: ServerOptions = {}): Promise<RunningOrg> {
  const org = options.org ?? new PracticeOrg();
  const host = options.host ?? '127.0.0.1';
  const door = doorOf(org);
  const traffic: Traffic = { requests: 0, bytesIn: 0, bytesOut: 0, firstAt: 0 };
  const server = createServer((request, response) => void serve(door, org, traffic, request, response));
  // A client may hold a connection for its next call; a test server need not wait for it.
  server.keepAliveTimeout = 5_000;
  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    org,
    metadata: metadataSideOf(org),
    token: org.firstUser.token,
    traffic,
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

/** Brings a request from its socket to the door, and the door's answer back. */
async function serve(
  door: Door,
  org: PracticeOrg,
  traffic: Traffic,
  incoming: IncomingMessage,
  outgoing: ServerResponse
): Promise<void> {
  try {
    const { method = 'GET', url = '/', headers } = incoming;
    traffic.requests += 1;
    traffic.firstAt ||= Date.now();
    const body = await readBody(incoming);
    traffic.bytesIn += body.length;
    const answer = await door.answer({ method, url, headers, body });
    if (answer.kind === 'reset') return void incoming.socket.destroy();
    if (answer.kind === 'stall') return;
    const { status, bytes, breaksOff } = answer;
    const zip = org.switches.gzip && bytes.length > 1024 && /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
    const payload = zip ? gzipSync(bytes, { level: 1 }) : bytes;
    traffic.bytesOut += payload.length;
    const length = status === 204 || status === 304 ? {} : { 'Content-Length': String(payload.length) };
    outgoing.writeHead(status, { ...answer.headers, ...(zip ? { 'Content-Encoding': 'gzip' } : {}), ...length });
    if (breaksOff) {
      outgoing.write(payload.subarray(0, Math.floor(payload.length / 2)), () => incoming.socket.destroy());
      return;
    }
    const { bytesPerSecond } = org.switches;
    if (bytesPerSecond > 0) void trickle(outgoing, payload, bytesPerSecond);
    else outgoing.end(payload);
  } catch (error) {
    // Only the connection itself can fail here; the org's refusals are answers.
    outgoing.destroy(error instanceof Error ? error : undefined);
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
