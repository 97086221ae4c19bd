import { setTimeout as wait } from 'node:timers/promises';
import { parseJson } from '../model/json.js';
import { Refusal } from '../model/refusal.js';
import { checkKind, restRefusal, type Expected } from './answerBody.js';
import { discard, network, type Answer, type Wire } from './network.js';
import { badAnswer, OrgRequestError } from './orgRequestError.js';
import { RequestGate } from './requestGate.js';
import {
  backOffMs,
  isLastAttempt,
  isTurnedAway,
  longestWaitMs,
  retryAfterMs,
  verdictOn,
  type Failure,
} from './retryPolicy.js';
import type { Session } from './session.js';
import { BrokenOff, TimedRequest } from './timedRequest.js';

export type { Wire } from './network.js';
export { OrgRequestError } from './orgRequestError.js';

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly json?: unknown;
  /** A body that carries the access token is written anew for each attempt. */
  readonly body?: string | Uint8Array | ((accessToken: string) => string);
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * May be sent again after a lost answer: all reads, and writes that leave the same state however often they arrive.
   * Default: true for GET, else false.
   */
  readonly repeatable?: boolean;
  /** Reads only, whatever the method: nothing can have happened when no answer came. Default: true for GET, else false. */
  readonly readsOnly?: boolean;
}

/** A request as each of its attempts is made. */
interface Outgoing {
  readonly path: string;
  readonly method: string;
  readonly options: RequestOptions;
  readonly readsOnly: boolean;
}

type Read<T> = (response: Answer, timed: TimedRequest) => Promise<{ value: T } | Failure>;

/** The org's requests of the last 24 hours, as its answers say (`Sforce-Limit-Info`). */
export interface ApiUsage {
  readonly used: number;
  readonly max: number;
}

/** A query may take the org 120 seconds, a write with its triggers 10 minutes (limits guide): only then is it stalled. */
const READ_TIMEOUT_MS = 150_000;
const WRITE_TIMEOUT_MS = 630_000;

function settingMs(name: string, fallback: number): number {
  const value = Number(process.env[name]);
  return Number.isFinite(value) && value > 0 ? value : fallback;
}

/**
 * The one door for all requests, REST, Bulk and SOAP: authorises, counts, bounds each request in time, retries what may be
 * retried and says of every failure whether the org may have acted. An answer of the wrong kind is an error, never an end
 * of data.
 */
export class OrgHttp {
  private sent = 0;
  private answeredAt: string | undefined;
  private usage: ApiUsage | undefined;
  private refreshing: Promise<void> | undefined;
  private readonly gate = new RequestGate();
  private readonly wire: Wire;

  public constructor(
    private readonly session: Session,
    public readonly apiVersion: string,
    wire?: Wire
  ) {
    this.wire = wire ?? network(session.instanceUrl);
  }

  public requests(): number {
    return this.sent;
  }

  /** The server's clock at its last answer; undefined before the first. */
  public lastAnswerAt(): string | undefined {
    return this.answeredAt;
  }

  /** Undefined until an answer told it. */
  public apiUsage(): ApiUsage | undefined {
    return this.usage;
  }

  /**
   * The answer as JSON; the path is relative to `/services/data/vXX.0` unless it starts with `/services`. An answer without
   * a body is `undefined` where its status says that there is none (204), else an error.
   */
  public async json<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.attempts(path, options, async (response, timed, what) => {
      checkKind(response, 'json', what);
      const text = await timed.text(response);
      if (response.status === 204) return undefined as T;
      if (text === '') throw badAnswer(`${what} was answered with ${response.status} and nothing else`);
      return parseJson(text) as T;
    });
  }

  /** The answer as text of the kind that was asked for. */
  public async text(path: string, expected: Expected, options: RequestOptions = {}): Promise<string> {
    return this.attempts(path, options, async (response, timed, what) => {
      checkKind(response, expected, what);
      return timed.text(response);
    });
  }

  /**
   * Reads an answer piece by piece. When it breaks off, `read` is called again with the answer of the next attempt, from
   * its start: whatever it gathers has to begin anew at each call.
   */
  public async stream<T>(
    path: string,
    expected: Expected,
    read: (response: Answer, pieces: AsyncIterable<Buffer>) => Promise<T>,
    options: RequestOptions = {}
  ): Promise<T> {
    return this.attempts(path, options, (response, timed, what) => {
      checkKind(response, expected, what);
      return read(response, timed.pieces(response));
    });
  }

  /**
   * `understood` makes of an answer's text, whatever its status, either a value or an `OrgRequestError`: for protocols
   * whose refusals are no REST refusals.
   */
  public async call<T>(
    path: string,
    options: RequestOptions,
    understood: (text: string, response: Answer, what: string) => T
  ): Promise<T> {
    return this.attempts(
      path,
      options,
      async (response, timed, what) => understood(await timed.text(response), response, what),
      true
    );
  }

  private url(path: string): string {
    const base = this.session.instanceUrl.replace(/\/+$/, '');
    return path.startsWith('/services/') ? `${base}${path}` : `${base}/services/data/v${this.apiVersion}${path}`;
  }

  private async attempts<T>(
    path: string,
    options: RequestOptions,
    read: (response: Answer, timed: TimedRequest, what: string) => Promise<T>,
    readsRefusals = false
  ): Promise<T> {
    const method = options.method ?? 'GET';
    const readsOnly = options.readsOnly ?? method === 'GET';
    const repeatable = options.repeatable ?? readsOnly;
    const what = `${method} ${path}`;
    let refreshed = false;
    let waited = 0;
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.once({ path, method, options, readsOnly }, async (response, timed) => {
        if (response.ok || readsRefusals) return { value: await read(response, timed, what) };
        const text = await timed.text(response).catch(() => '');
        const acted = !readsOnly && (response.status >= 500 || response.status === 408 || response.status === 420);
        return { error: restRefusal(response, text, what, acted), retryAfter: response.headers.get('retry-after') };
      });
      if ('value' in failure) return failure.value as T;
      const verdict = verdictOn(failure, repeatable);
      if (verdict === 'limitReached')
        throw new Refusal('apiLimitReached', { tokens: [failure.error.message], cause: failure.error });
      if (verdict === 'logInAgain') {
        if (refreshed) throw new Refusal('sessionExpired', { tokens: [failure.error.message], cause: failure.error });
        refreshed = true;
        await this.refresh(failure.error);
        continue;
      }
      if (verdict === 'giveUp' || isLastAttempt(failure, attempt, readsOnly)) throw failure.error;
      const pause =
        retryAfterMs(failure.retryAfter, Date.now()) ??
        backOffMs(attempt, settingMs('SF_ROLLBACK_RETRY_MS', 250), Math.random());
      waited += pause;
      // Who is told to come back later than this is told to come back later himself.
      if (waited > longestWaitMs(readsOnly)) throw failure.error;
      await this.wire.sleep(pause);
    }
  }

  /** One attempt, in its turn. */
  private async once<T>(request: Outgoing, read: Read<T>): Promise<{ value: T } | Failure> {
    const place = await this.gate.enter();
    try {
      const end = await this.tried(request, (response, timed) => {
        if (response.ok) place.leave();
        return read(response, timed);
      });
      if ('value' in end) this.gate.answered();
      else if (isTurnedAway(end.error)) place.turnedAway();
      return end;
    } finally {
      place.leave();
    }
  }

  /** Everything that can go wrong on the way is a value. */
  private async tried<T>(request: Outgoing, read: Read<T>): Promise<{ value: T } | Failure> {
    const { path, method, readsOnly } = request;
    const { timed, response } = await this.send(request);
    try {
      if (response instanceof BrokenOff) throw response;
      this.noteHeaders(response);
      return await read(response, timed);
    } catch (error) {
      const what = `${method} ${path}`;
      if (error instanceof BrokenOff) return timed.failure(error.cause, what, !readsOnly);
      if (error instanceof SyntaxError)
        return { error: badAnswer(`${what} was answered with broken JSON: ${error.message}`, !readsOnly) };
      if (!(error instanceof OrgRequestError)) throw error;
      return { error: error.code === 'BAD_ANSWER' && !readsOnly ? badAnswer(error.message, true) : error };
    } finally {
      timed.end();
      // An answer that nobody wanted to read gives its connection back.
      if (!(response instanceof BrokenOff) && !timed.isTaken) await discard(response).catch(() => undefined);
    }
  }

  /** Sends a request, with the session of this moment, and waits for the head of its answer. */
  private async send({
    path,
    method,
    options,
    readsOnly,
  }: Outgoing): Promise<{ readonly timed: TimedRequest; readonly response: Answer | BrokenOff }> {
    const token = this.session.accessToken();
    const body =
      options.json !== undefined
        ? JSON.stringify(options.json)
        : typeof options.body === 'function'
          ? options.body(token)
          : options.body;
    const timed = new TimedRequest(
      settingMs('SF_ROLLBACK_TIMEOUT_MS', readsOnly ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS),
      body === undefined ? 0 : Buffer.byteLength(body)
    );
    this.sent += 1;
    try {
      const response = await this.wire.fetch(this.url(path), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'sforce-call-options': 'client=sf-plugin-rollback',
          ...(options.json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
          ...options.headers,
        },
        ...(body === undefined ? {} : { body }),
        signal: timed.signal,
      });
      return { timed, response };
    } catch (error) {
      return { timed, response: new BrokenOff(error) };
    }
  }

  private noteHeaders(response: Answer): void {
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) this.answeredAt = new Date(date).toISOString();
    const usage = /\bapi-usage=(\d+)\/(\d+)/.exec(response.headers.get('sforce-limit-info') ?? '');
    if (usage) this.usage = { used: Number(usage[1]), max: Number(usage[2]) };
  }

  /** One new log-in serves all requests that found theirs expired. It is bounded in time like any request. */
  private async refresh(error: OrgRequestError): Promise<void> {
    const limit = new AbortController();
    const late = wait(settingMs('SF_ROLLBACK_TIMEOUT_MS', READ_TIMEOUT_MS), undefined, {
      signal: limit.signal,
      ref: false,
    }).then(
      () => {
        throw new Error('the log-in was not answered in time');
      },
      () => undefined
    );
    try {
      this.refreshing ??= this.session.refresh();
      await Promise.race([this.refreshing, late]);
    } catch (cause) {
      throw new Refusal('sessionExpired', { tokens: [error.message], cause });
    } finally {
      this.refreshing = undefined;
      limit.abort();
    }
  }
}
