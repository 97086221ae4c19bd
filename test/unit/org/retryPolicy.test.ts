import { expect } from 'chai';
import { OrgRequestError } from '../../../src/org/orgRequestError.js';
import { backOffMs, isLastAttempt, retryAfterMs, verdictOn, type Failure } from '../../../src/org/retryPolicy.js';

const failed = (code: string, status?: number, message = code): Failure => ({
  error: new OrgRequestError(code, message, status, false),
});

describe('what follows a failed request', () => {
  const passing = [
    failed('NETWORK'),
    failed('TIMEOUT'),
    failed('BAD_ANSWER'),
    ...[408, 420, 500, 502, 503, 504].map((status) => failed(`HTTP_${status}`, status)),
    failed('UNABLE_TO_LOCK_ROW', 400),
    failed('QUERY_TIMEOUT', 400),
    failed('OPERATION_TOO_LARGE', 400, 'Unable to complete the creation of the query cursor at this time'),
  ];

  it('repeats after what passes by itself only what may be repeated', () => {
    for (const failure of passing) {
      expect(verdictOn(failure, true), failure.error.code).to.equal('again');
      expect(verdictOn(failure, false), failure.error.code).to.equal('giveUp');
    }
  });

  it('repeats anything that the org turned away at the door or never saw', () => {
    for (const failure of [
      failed('HTTP_429', 429),
      failed('REQUEST_LIMIT_EXCEEDED', 403, 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'),
      { ...failed('NETWORK'), neverSent: true },
    ])
      expect(verdictOn(failure, false), failure.error.message).to.equal('again');
  });

  it('is more patient with an org that has too much to do than with one that fails', () => {
    const busy = failed('REQUEST_LIMIT_EXCEEDED', 403, 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.');
    const attempts = (failure: Failure, readsOnly: boolean): number =>
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].findIndex((n) => isLastAttempt(failure, n, readsOnly)) + 1;
    expect(attempts(failed('HTTP_503', 503), true)).to.equal(5);
    expect(attempts(busy, true)).to.equal(10);
    expect(attempts(busy, false), 'a write is not sent long after what it rests on was read').to.equal(5);
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => backOffMs(n, 250, 0));
    expect(Math.max(...pauses)).to.equal(10_000);
    expect(pauses.reduce((sum, pause) => sum + pause)).to.be.greaterThan(30_000);
  });

  it('never repeats a refusal', () => {
    for (const failure of [failed('INVALID_FIELD', 400), failed('INSUFFICIENT_ACCESS', 403), failed('NOT_FOUND', 404)])
      expect(verdictOn(failure, true), failure.error.code).to.equal('giveUp');
  });

  it('logs in again after 401, and stops at the limit of the day', () => {
    expect(verdictOn(failed('INVALID_SESSION_ID', 401), false)).to.equal('logInAgain');
    expect(verdictOn(failed('INVALID_SESSION_ID', 500), false)).to.equal('logInAgain');
    expect(verdictOn(failed('REQUEST_LIMIT_EXCEEDED', 403, 'TotalRequests Limit exceeded.'), true)).to.equal(
      'limitReached'
    );
  });

  it('honours Retry-After in seconds and as a date, and nothing else', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('7', now)).to.equal(7000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now)).to.equal(30_000);
    expect(retryAfterMs('Wed, 31 Dec 2025 00:00:30 GMT', now)).to.equal(0);
    expect([retryAfterMs('soon', now), retryAfterMs('', now), retryAfterMs(null, now)]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('doubles its pauses, with jitter', () => {
    expect([1, 2, 3, 4].map((attempt) => backOffMs(attempt, 250, 1))).to.deep.equal([250, 500, 1000, 2000]);
    expect(backOffMs(3, 250, 0)).to.equal(500);
  });
});
