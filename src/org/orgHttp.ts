import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@salesforce/core';
import { fetch, ProxyAgent, type Dispatcher, type Response } from 'undici';
import { Refusal } from '../model/refusal.js';

/** The org, or the way to it, said no. */
export class OrgRequestError extends Error {
  public constructor(
    /** The org's error code, or `HTTP_503`, `NETWORK`, `TIMEOUT`, `BAD_ANSWER`. */
    public readonly code: string,
    message: string,
    public readonly status: number | undefined,
    /** True when the request may have been carried out although no good answer came back. */
    public readonly mayHaveActed: boolean
  ) {
    super(message);
    this.name = 'OrgRequestError';
  }
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * May be sent again after a lost answer: all reads, and writes that leave the same state however often they arrive.
   * Default: true for GET and PUT, else false.
   */
  readonly repeatable?: boolean;
  readonly timeoutMs?: number;
}

const RETRY_STATUS = new Set([408, 420, 429, 500, 502, 503, 504]);
const MAX_ATTEMPTS = 5;

function settingMs(name: string, fallback: number): number {
  const value = Number(process.env[name]);
  return Number.isFinite(value) && value > 0 ? value : fallback;
}

/** Milliseconds before attempt `attempt` (from 1), with full jitter; the server's wish counts where it states one. */
function backOff(attempt: number, retryAfter: string | null): number {
  const seconds = Number(retryAfter);
  if (retryAfter !== null && Number.isFinite(seconds)) return Math.min(seconds, 60) * 1000;
  const base = settingMs('SF_ROLLBACK_RETRY_MS', 250);
  return base * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
}

/**
 * The one door for REST and Bulk requests: authorises, counts, bounds each request in time, retries what may be retried
 * and says of every failure whether the org may have acted. Log-in and session refresh stay with `@salesforce/core`.
 */
export class OrgHttp {
  private sent = 0;
  private answeredAt: string | undefined;
  private readonly dispatcher: Dispatcher | undefined;

  public constructor(
    private readonly connection: Connection,
    public readonly apiVersion: string
  ) {
    const proxy =
      process.env.https_proxy ?? process.env.HTTPS_PROXY ?? process.env.http_proxy ?? process.env.HTTP_PROXY;
    if (proxy && !connection.instanceUrl.startsWith('http://127.0.0.1')) this.dispatcher = new ProxyAgent(proxy);
  }

  public requests(): number {
    return this.sent;
  }

  /** The server's clock at its last answer; undefined before the first. */
  public lastAnswerAt(): string | undefined {
    return this.answeredAt;
  }

  /** Requests that other clients (SOAP) sent on behalf of the tool. */
  public countElsewhere(): void {
    this.sent += 1;
  }

  /** `GET …` relative to `/services/data/vXX.0` unless the path starts with `/services`; the answer as JSON. */
  public async json<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.attempts(path, options, async (response) => {
      const text = await response.text();
      if (response.status === 204 || text === '') return undefined as T;
      if (!(response.headers.get('content-type') ?? '').includes('json')) {
        throw new OrgRequestError(
          'BAD_ANSWER',
          `${path} was not answered with JSON but with ${response.headers.get('content-type') ?? 'nothing'}`,
          response.status,
          true
        );
      }
      return JSON.parse(text) as T;
    });
  }

  public async text(path: string, options: RequestOptions = {}): Promise<string> {
    return this.attempts(path, options, (response) => response.text());
  }

  /** The answer with its body unread, for streaming. Only the answer's head is retried, never its body. */
  public async stream(path: string, options: RequestOptions = {}): Promise<Response> {
    return this.attempts(path, options, (response) => Promise.resolve(response));
  }

  private url(path: string): string {
    const base = this.connection.instanceUrl.replace(/\/+$/, '');
    return path.startsWith('/services') ? `${base}${path}` : `${base}/services/data/v${this.apiVersion}${path}`;
  }

  private async attempts<T>(
    path: string,
    options: RequestOptions,
    read: (response: Response) => Promise<T>
  ): Promise<T> {
    const method = options.method ?? 'GET';
    const repeatable = options.repeatable ?? (method === 'GET' || method === 'PUT');
    let refreshed = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await this.send(path, method, options);
        if (response.ok) return await read(response);
        const error = await this.refusal(response, path, method);
        if (response.status === 401 && !refreshed) {
          refreshed = true;
          await this.refresh(error);
          continue;
        }
        if (!(repeatable && RETRY_STATUS.has(response.status)) || attempt >= MAX_ATTEMPTS) throw error;
        await sleep(backOff(attempt, response.headers.get('retry-after')));
      } catch (error) {
        if (error instanceof Refusal) throw error;
        const failure = this.failure(error, path, method);
        const transient = ['NETWORK', 'TIMEOUT', 'BAD_ANSWER'].includes(failure.code);
        if (!(repeatable && transient) || attempt >= MAX_ATTEMPTS) throw failure;
        await sleep(backOff(attempt, null));
      }
    }
  }

  private async send(path: string, method: string, options: RequestOptions): Promise<Response> {
    this.sent += 1;
    const response = await fetch(this.url(path), {
      method,
      headers: {
        authorization: `Bearer ${this.connection.accessToken ?? ''}`,
        accept: 'application/json',
        'sforce-call-options': 'client=sf-plugin-rollback',
        ...(options.json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        ...options.headers,
      },
      ...(options.json === undefined
        ? options.body === undefined
          ? {}
          : { body: options.body }
        : { body: JSON.stringify(options.json) }),
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs ?? settingMs('SF_ROLLBACK_TIMEOUT_MS', 120_000)),
      ...(this.dispatcher ? { dispatcher: this.dispatcher } : {}),
    });
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) this.answeredAt = new Date(date).toISOString();
    return response;
  }

  private async refresh(error: OrgRequestError): Promise<void> {
    try {
      await this.connection.refreshAuth();
    } catch {
      throw new Refusal('sessionExpired', { tokens: [error.message] });
    }
  }

  /** The org's own code and message; a body that is no error list is quoted in part. */
  private async refusal(response: Response, path: string, method: string): Promise<OrgRequestError> {
    const text = await response.text().catch(() => '');
    const acted = method !== 'GET' && response.status >= 500;
    try {
      const parsed = JSON.parse(text) as
        Array<{ errorCode?: string; message?: string }> | { errorCode?: string; message?: string };
      const first = Array.isArray(parsed) ? parsed[0] : parsed;
      if (first?.errorCode)
        return new OrgRequestError(
          first.errorCode,
          `${first.errorCode}: ${first.message ?? 'no message'} (${method} ${path.split('?')[0]})`,
          response.status,
          acted
        );
    } catch {
      // Not JSON: a proxy's page, or nothing at all.
    }
    return new OrgRequestError(
      `HTTP_${response.status}`,
      `${method} ${path} was answered with ${response.status}: ${text.slice(0, 200)}`,
      response.status,
      acted
    );
  }

  private failure(error: unknown, path: string, method: string): OrgRequestError {
    if (error instanceof OrgRequestError) return error;
    const { name, message, cause } = error as Error;
    const acted = method !== 'GET';
    if (name === 'TimeoutError' || name === 'AbortError')
      return new OrgRequestError('TIMEOUT', `${method} ${path} was not answered in time`, undefined, acted);
    if (error instanceof SyntaxError)
      return new OrgRequestError(
        'BAD_ANSWER',
        `${method} ${path} was answered with broken JSON: ${message}`,
        undefined,
        acted
      );
    const reason = cause instanceof Error ? cause.message : message;
    return new OrgRequestError('NETWORK', `${method} ${path}: ${reason}`, undefined, acted);
  }
}
