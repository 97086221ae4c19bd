import type { Step } from './rollbackPlan.js';

/** Rows above which a step uses a bulk job instead of sObject Collections (the platform's own advice). */
export const BULK_FROM_ROWS = 2000;

/** Flow pointers that go in one request. */
export const POINTERS_PER_REQUEST = 25;

/** What applying a plan takes, roughly. */
export interface Estimate {
  readonly requests: number;
  readonly seconds: number;
  /** Requests the org allows in 24 hours, and those left when the plan was made; missing where the user may not see them. */
  readonly limit?: number;
  readonly remaining?: number;
}

/** Requests and seconds that applying the steps takes, roughly: polls, the re-read before and the proof after included. */
export function estimate(
  steps: readonly Step[],
  daily?: { readonly max: number; readonly remaining: number }
): Estimate {
  let requests = 6;
  let seconds = 2;
  const pointers = steps.filter(
    ({ detail, operation }) => detail.kind === 'flow' && operation !== 'redeployFlow'
  ).length;
  requests += Math.ceil(pointers / POINTERS_PER_REQUEST);
  seconds += pointers * 0.1;
  if (steps.some((step) => step.operation === 'redeployFlow')) {
    requests += 10;
    seconds += 20;
  }
  for (const step of steps) {
    if (step.detail.kind === 'flowVersion') {
      requests += 2;
      seconds += 0.5;
    } else if (step.detail.kind === 'records') {
      const reads = Math.ceil(step.count / 400) * 2;
      requests +=
        reads +
        (step.count >= BULK_FROM_ROWS && step.operation !== 'undeleteRecords' ? 10 : Math.ceil(step.count / 200));
      seconds += 1 + step.count / 100;
    }
  }
  if (steps.some((step) => step.detail.kind === 'component')) {
    requests += 20;
    seconds += 30;
  }
  return {
    requests,
    seconds: Math.ceil(seconds),
    ...(daily ? { limit: daily.max, remaining: daily.remaining } : {}),
  };
}
