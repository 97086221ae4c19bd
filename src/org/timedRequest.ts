import type { Response } from 'undici';
import { OrgRequestError } from './orgRequestError.js';
import type { Failure } from './retryPolicy.js';

/** The slowest line on which an upload is still waited for. */
const UPLOAD_BYTES_PER_MS = 20;
/** Errors before a connection stood (Node and undici): nothing was sent. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The connection failed, or the answer stopped before its end; `cause` is the client's own error. */
export class BrokenOff extends Error {
  public constructor(public override readonly cause: unknown) {
    super('broken off', { cause });
  }
}

/**
 * The clock of one request. It allows `limitMs` from sending to the answer's head, and again between any two pieces of its
 * body: a large answer may take its time, a stalled one may not.
 */
export class TimedRequest {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private timedOut = false;

  public constructor(
    private readonly limitMs: number,
    uploadBytes: number
  ) {
    this.start(limitMs + uploadBytes / UPLOAD_BYTES_PER_MS);
  }

  public get signal(): AbortSignal {
    return this.controller.signal;
  }

  public end(): void {
    clearTimeout(this.timer);
  }

  private start(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timedOut = true;
      this.controller.abort(new DOMException('timed out', 'TimeoutError'));
    }, ms);
  }

  /** The body in pieces as they arrive. Throws `BrokenOff` when it stops before its end or stalls. */
  public async *pieces(response: Response): AsyncGenerator<Buffer> {
    this.start(this.limitMs);
    if (!response.body) return;
    const reader = response.body.getReader();
    const { promise: stopped, reject: stop } = Promise.withResolvers<never>();
    stopped.catch(() => undefined);
    const onAbort = (): void => stop(new BrokenOff(this.signal.reason));
    this.signal.addEventListener('abort', onAbort);
    try {
      for (;;) {
        const next = reader.read().catch((error: unknown) => {
          throw new BrokenOff(error);
        });
        const { done, value } = (await Promise.race([next, stopped])) as { done: boolean; value?: Uint8Array };
        if (done || !value) return;
        // Whoever reads may take his time: only the org is measured.
        this.end();
        yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
        this.start(this.limitMs);
      }
    } finally {
      this.signal.removeEventListener('abort', onAbort);
      // Gives the connection back also when nobody reads on.
      await reader.cancel().catch(() => undefined);
    }
  }

  public async text(response: Response): Promise<string> {
    const pieces: Buffer[] = [];
    for await (const piece of this.pieces(response)) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }

  /** What a connection's error means. `changes`: the request may have changed something. */
  public failure(error: unknown, what: string, changes: boolean): Failure {
    const { message, cause } = error as Error;
    if (this.timedOut)
      return { error: new OrgRequestError('TIMEOUT', `${what} was not answered in time`, undefined, changes) };
    const code = codeOf(cause);
    const neverSent = code !== undefined && NO_CONNECTION.has(code);
    const reason = cause instanceof Error && cause.message !== '' ? cause.message : message;
    return {
      error: new OrgRequestError('NETWORK', `${what}: ${reason}`, undefined, changes && !neverSent),
      neverSent,
    };
  }
}

/** Several addresses of one host fail together, as one error that holds theirs. */
function codeOf(cause: unknown): string | undefined {
  if (cause instanceof AggregateError) {
    const codes = new Set(cause.errors.map(codeOf));
    return [...codes].every((code) => code !== undefined && NO_CONNECTION.has(code)) ? [...codes][0] : undefined;
  }
  return (cause as { code?: string } | undefined)?.code;
}
