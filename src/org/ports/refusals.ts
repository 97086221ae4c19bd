/**
 * Whether an error of these ports is the org's own, final no to what was asked (an unknown field, a missing right), and not
 * a failure on the way. Only such a no may be taken for an answer: a lost one says nothing about the org.
 */
export function isFinalNo(error: unknown): boolean {
  const { status, code } = error as { readonly status?: unknown; readonly code?: unknown };
  return (
    typeof status === 'number' &&
    status >= 400 &&
    status < 500 &&
    ![401, 408, 420, 429].includes(status) &&
    !['REQUEST_LIMIT_EXCEEDED', 'QUERY_TIMEOUT', 'UNABLE_TO_LOCK_ROW'].includes(String(code))
  );
}

/** The job that an error of `awaitBackups` says has failed; undefined for all other errors, and for a job that was aborted. */
export function failedJob(error: unknown): string | undefined {
  const { failedJob: id } = error as { readonly failedJob?: unknown };
  return typeof id === 'string' ? id : undefined;
}

/** `undefined` where the org finally says no; any other failure goes on. */
export function unlessRefused(error: unknown): undefined {
  if (!isFinalNo(error)) throw error;
  return undefined;
}
