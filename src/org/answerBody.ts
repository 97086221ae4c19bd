import type { Answer } from './network.js';
import { badAnswer, OrgRequestError } from './orgRequestError.js';

/** What an answer has to be. `nothing` is what writes without a result are answered with. */
export type Expected = 'json' | 'csv' | 'xml' | 'nothing';

const MARK: Readonly<Record<Exclude<Expected, 'nothing'>, RegExp>> = {
  json: /\bjson\b/i,
  csv: /\bcsv\b/i,
  xml: /\bxml\b/i,
};

/**
 * Refuses an answer of another kind than was asked for: a proxy's or a maintenance page that comes with status 200. An
 * empty answer has no kind; what it means is up to who asked.
 */
export function checkKind(response: Answer, expected: Expected, what: string): void {
  const type = response.headers.get('content-type') ?? '';
  const empty = response.status === 204 || response.headers.get('content-length') === '0';
  const wrong = expected === 'nothing' ? /\bhtml\b/i.test(type) : !empty && !MARK[expected].test(type);
  if (wrong)
    throw badAnswer(
      `${what} was answered not with ${expected === 'nothing' ? 'the org’s own answer' : expected.toUpperCase()} but with ${type || 'nothing'}`
    );
}

/** The org's own code and message; a body that is no error list is quoted in part. */
export function restRefusal(response: Answer, text: string, what: string, mayHaveActed: boolean): OrgRequestError {
  try {
    const parsed = JSON.parse(text) as
      Array<{ errorCode?: string; message?: string }> | { errorCode?: string; message?: string };
    const first = Array.isArray(parsed) ? parsed[0] : parsed;
    if (first?.errorCode)
      return new OrgRequestError(
        first.errorCode,
        `${first.errorCode}: ${first.message ?? 'no message'} (${what.split('?')[0]})`,
        response.status,
        mayHaveActed
      );
  } catch {
    // Not JSON: a proxy's page, or nothing at all.
  }
  return new OrgRequestError(
    `HTTP_${response.status}`,
    `${what} was answered with ${response.status}: ${plainText(text).slice(0, 200)}`,
    response.status,
    mayHaveActed
  );
}

/** What a page says, without its markup. */
function plainText(text: string): string {
  return text
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
