import type { RequestHead } from './contracts.js';

type When = (request: RequestHead) => boolean;

/** The k-th request since the server started. */
export function atRequest(number: number): When {
  return (request) => request.number === number;
}

/** Every request after the n-th: a session that expires, a daily limit that is reached. */
export function afterRequests(count: number): When {
  return (request) => request.number > count;
}

/** The k-th request, from 1, of those with this method and a path that matches. Counts by itself, so use it in one rule only. */
export function nthOf(method: string, path: RegExp, nth = 1): When {
  let seen = 0;
  return (request) => request.method === method && path.test(request.path) && ++seen === nth;
}

/** Each of the first n requests of those with this method and a path that matches: a burst of failures that ends. */
export function firstOf(method: string, path: RegExp, count: number): When {
  let seen = 0;
  return (request) => request.method === method && path.test(request.path) && ++seen <= count;
}
