import type { Connection } from '@salesforce/core';

/** Who speaks to which server. Log-in and refresh stay with `@salesforce/core`. */
export interface Session {
  readonly instanceUrl: string;
  accessToken(): string;
  /** Gets a new access token where the log-in allows one; rejects otherwise. */
  refresh(): Promise<void>;
}

export function sessionOf(connection: Connection): Session {
  return {
    get instanceUrl() {
      return connection.instanceUrl;
    },
    accessToken: () => connection.accessToken ?? '',
    refresh: () => connection.refreshAuth(),
  };
}
