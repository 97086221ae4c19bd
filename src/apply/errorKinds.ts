import { Refusal } from '../model/refusal.js';

/** What an error of a request tells beyond its message, whichever client sent it. */
interface RequestFailure {
  readonly code?: string;
  readonly errorCode?: string;
  readonly status?: number;
  readonly mayHaveActed?: boolean;
  readonly message: string;
}

/** Answers of the org that concern the whole run, not the one request: the session, the limits, an org that is down. */
const OF_THE_WHOLE_RUN = new Set([401, 403, 408, 420, 429]);

/** Whether the org may have carried the request out although no good answer came back. An answer with a code is one. */
export function mayHaveActed(error: unknown): boolean {
  if (error instanceof Refusal) return false;
  const failure = error as RequestFailure;
  return failure.mayHaveActed ?? failure.errorCode === undefined;
}

/**
 * Whether a run has to stop at this error, with what it was doing left open for `--resume`: always, but for a plain refusal
 * of one request by the org, which is that step's failure and nobody else's.
 */
export function stopsRun(error: unknown): boolean {
  if (error instanceof Refusal || mayHaveActed(error)) return true;
  const { status, errorCode } = error as RequestFailure;
  if (status === undefined) return errorCode === undefined;
  return status < 400 || status >= 500 || OF_THE_WHOLE_RUN.has(status);
}

/** The org was written to, and what came of it could not be read: an error of the step, though only a request was refused. */
class EffectUnknown extends Error {
  public readonly mayHaveActed = true;
  public readonly code: string;

  public constructor(cause: unknown) {
    const { code, message } = reasonOf(cause);
    super(message, { cause });
    this.name = 'EffectUnknown';
    this.code = code;
  }
}

/**
 * Does what follows the first effect of a step: waiting for a job or deployment, fetching its results, reading back. A plain
 * refusal there says nothing of the effect, so it stops the run in doubt like an answer that got lost: gone on with, the run
 * looks what came of it.
 */
export async function afterEffect<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw stopsRun(error) ? error : new EffectUnknown(error);
  }
}

export function reasonOf(error: unknown): { code: string; message: string } {
  const { code, errorCode, message } = error as RequestFailure;
  return { code: error instanceof Refusal ? error.key : (code ?? errorCode ?? 'UNKNOWN'), message };
}
