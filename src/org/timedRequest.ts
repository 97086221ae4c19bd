import type { Answer } from './network.js';
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
  private taken = false;
  private giveUp: ((reason: unknown) => void) | undefined;

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
      this.giveUp?.(this.signal.reason);
    }, ms);
  }

  /** True once somebody reads the body. */
  public get isTaken(): boolean {
    return this.taken;
  }

  /** The body in pieces as they arrive. Throws `BrokenOff` when it stops before its end or stalls. */
  public async *pieces(answer: Answer): AsyncGenerator<Buffer> {
    this.start(this.limitMs);
    this.taken = true;
    if (!answer.body) return;
    const pieces = answer.body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.inTime(pieces.next());
        if (next.done) return;
        // Whoever reads may take his time: only the org is measured.
        this.end();
        const { buffer, byteOffset, byteLength } = next.value;
        yield Buffer.from(buffer, byteOffset, byteLength);
        this.start(this.limitMs);
      }
    } finally {
      // Gives the connection back also when nobody reads on. One that stalls never says that it has ended.
      pieces.return?.().catch(() => undefined);
    }
  }

  public async text(answer: Answer): Promise<string> {
    const pieces: Buffer[] = [];
    for await (const piece of this.pieces(answer)) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }

  /** Rejects with `BrokenOff` when the next piece cannot be read, or the time is up. */
  private inTime<T>(next: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(new BrokenOff(error));
      this.giveUp = fail;
      if (this.signal.aborted) fail(this.signal.reason);
      next.then(resolve, fail);
    });
  }

  /** What a connection's error means. `changes`: the request may have changed something. */
  public failure(error: unknown, what: string, changes: boolean): Failure {
    // Clients wrap the connection's error in one of their own, or give it as it is.
    const { message, cause = error } = error as Error;
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
