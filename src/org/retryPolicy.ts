import type { OrgRequestError } from './orgRequestError.js';

/** What came back from one attempt, as far as it decides what happens next. */
export interface Failure {
  readonly error: OrgRequestError;
  /** `Retry-After` as the server sent it. */
  readonly retryAfter?: string | null;
  /** True when no connection was ever made: the org cannot have acted. */
  readonly neverSent?: boolean;
}

export type Verdict = 'again' | 'logInAgain' | 'limitReached' | 'giveUp';

/** Attempts of one request, the first included. */
const MAX_ATTEMPTS = 5;
/** Of a reading that the org turns away because others run: they may take a minute, and to wait does no harm. */
const MAX_TURNED_AWAY = 10;
/** The longest pause between two attempts, where the org names none. */
const LONGEST_PAUSE_MS = 20_000;

/** Statuses that pass by themselves (REST guide, status codes; 420 is a session that was routed wrongly). */
const PASSING_STATUS = new Set([408, 420, 500, 502, 503, 504]);

/** Codes that pass by themselves, whatever the status. */
const PASSING_CODE = new Set([
  'NETWORK',
  'TIMEOUT',
  'BAD_ANSWER',
  'SERVER_UNAVAILABLE',
  'REQUEST_RUNNING_TOO_LONG',
  'UNABLE_TO_LOCK_ROW',
  'QUERY_TIMEOUT',
]);

/** Texts under codes that say less (as other clients of these APIs treat them). */
const PASSING_TEXT =
  /unable to complete the creation of the query cursor|failed while fetching query cursor data|unexpected internal servlet state|retry your request|security policies took too long/i;

/**
 * What follows a failed attempt. A request that changes nothing, or leaves the same state however often it arrives, may be
 * sent again after anything that passes. One that creates is sent again only when the org certainly did not act: no
 * connection was made, or it was turned away at the door (429, too many requests at a time).
 */
export function verdictOn({ error, neverSent }: Failure, repeatable: boolean): Verdict {
  if (error.status === 401 || error.code === 'INVALID_SESSION_ID') return 'logInAgain';
  if (isTurnedAway(error)) return 'again';
  if (error.code === 'REQUEST_LIMIT_EXCEEDED') return 'limitReached';
  if (neverSent) return 'again';
  const passes =
    PASSING_STATUS.has(error.status ?? 0) || PASSING_CODE.has(error.code) || PASSING_TEXT.test(error.message);
  return passes && repeatable ? 'again' : 'giveUp';
}

/**
 * Whether the org did not even begin because too many requests run at a time. The code for that stands for the day's limit,
 * too (Limits guide: `ConcurrentRequests`, `TotalRequests`).
 */
export function isTurnedAway({ status, code, message }: OrgRequestError): boolean {
  return status === 429 || (code === 'REQUEST_LIMIT_EXCEEDED' && /concurrent/i.test(message));
}

/** Whether a request that failed so, at this attempt (from 1), is not tried any more. */
export function isLastAttempt({ error }: Failure, attempt: number, readsOnly: boolean): boolean {
  return attempt >= (readsOnly && isTurnedAway(error) ? MAX_TURNED_AWAY : MAX_ATTEMPTS);
}

/**
 * Milliseconds that a request may spend on pauses in all. A write rests on what was read just before it: sent much later, it
 * would write over what somebody else did meanwhile. It fails instead, and whoever sent it looks again.
 */
export function longestWaitMs(readsOnly: boolean): number {
  return readsOnly ? 300_000 : 10_000;
}

/** Seconds or a date, as `Retry-After` may hold; undefined when it holds neither. In milliseconds from `now`. */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/**
 * Milliseconds before the attempt after `attempt` (from 1): doubled each time up to 20 s, with jitter, so that many clients do not
 * come back at once. `dice` is from 0 to 1.
 */
export function backOffMs(attempt: number, baseMs: number, dice: number): number {
  return Math.min(baseMs * 2 ** (attempt - 1), LONGEST_PAUSE_MS) * (0.5 + dice / 2);
}
