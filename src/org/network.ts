import { setTimeout as wait } from 'node:timers/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';

/** An answer as far as it is looked at; one of `fetch` will do. */
export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  /** To be read once, or thrown away with `discard`. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

export interface RequestInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
}

/** The way to the network, so that a test can put an org in this very process at its other end. */
export interface Wire {
  readonly fetch: (url: string, init: RequestInit) => Promise<Answer>;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

const ENCODINGS = { 'accept-encoding': 'gzip, deflate' };

/**
 * The network as it is, through the proxy of the environment. Redirects are answers. Not `fetch`: its streams copy each
 * piece, and a large answer would cost twice the time.
 */
export function network(instanceUrl: string): Wire {
  // The time of a request is measured elsewhere, for the whole of it; the client's own clocks would cut slow writes off.
  const times = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 30_000 }, allowH2: false };
  const local = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(instanceUrl);
  const dispatcher: Dispatcher = local ? new Agent(times) : new EnvHttpProxyAgent(times);
  return {
    fetch: async (url, init) => {
      const { statusCode, headers, body } = await request(url, {
        ...init,
        method: init.method,
        body: init.body ?? null,
        headers: { ...ENCODINGS, ...init.headers },
        dispatcher,
      });
      const get = (name: string): string | null => {
        const value = headers[name];
        return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
      };
      return {
        status: statusCode,
        ok: statusCode >= 200 && statusCode < 300,
        headers: { get },
        body: decoded(body, get('content-encoding')),
      };
    },
    sleep: (milliseconds) => wait(milliseconds),
  };
}

/** Lets the connection of an answer go that nobody reads. */
export async function discard({ body }: Answer): Promise<void> {
  if (body instanceof Readable) body.destroy();
  else if (body instanceof ReadableStream) await body.cancel();
}

function decoded(body: Readable, encoding: string | null): Readable {
  // Whoever reads sees what fails; who does not read need not know.
  body.on('error', () => undefined);
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : undefined;
  // Where one end fails or is thrown away, so is the other.
  return decoder ? pipeline(body, decoder, () => undefined) : body;
}
