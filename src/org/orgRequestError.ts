/** The org, or the way to it, said no. */
export class OrgRequestError extends Error {
  public constructor(
    /** The org's error code, or `HTTP_503`, `NETWORK`, `TIMEOUT`, `BAD_ANSWER`. */
    public readonly code: string,
    message: string,
    public readonly status: number | undefined,
    /** True when the request may have been carried out although no good answer came back. */
    public readonly mayHaveActed: boolean,
    /** The job that ended as failed, by whatever fault of its own. */
    public readonly failedJob?: string
  ) {
    super(message);
    this.name = 'OrgRequestError';
  }
}

/** An answer that is not what was asked for: cut off, a page of a proxy, counts that do not add up. Never an end of data. */
export function badAnswer(message: string, mayHaveActed = false): OrgRequestError {
  return new OrgRequestError('BAD_ANSWER', message, undefined, mayHaveActed);
}
