import type { OrgRequest } from './router.js';

/** True when the client has the thing as it still is: `If-Modified-Since`, compared with whole seconds. */
export function notModifiedSince({ headers }: OrgRequest, changedAt: number): boolean {
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && !Number.isNaN(changedAt) && Math.floor(changedAt / 1000) * 1000 <= since;
}
