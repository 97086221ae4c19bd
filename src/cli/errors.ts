import { Messages, SfError } from '@salesforce/core';
import { EXIT, Refusal } from '../model/refusal.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'errors');

/** Upper camel case, as error names of the official plugins are. */
function errorName(key: string): string {
  return `${key.charAt(0).toUpperCase()}${key.slice(1)}Error`;
}

/** Actions are complete commands: they name the org as it was typed, or leave it out where the default was used. */
function withOrg(action: string, org: string | undefined): string {
  return org ? action.replaceAll(' ORG', ` ${org}`) : action.replaceAll(' -o ORG', '');
}

/**
 * Whatever went wrong, as the error a person and a script can work with: what happened, to which item, what state the org
 * is in, and what to type next.
 */
export function asSfError(error: unknown, org?: string): SfError {
  if (error instanceof SfError) return error as SfError;
  if (error instanceof Refusal) {
    const actions = messages
      .getMessages(`${error.key}.actions`, [...error.actionTokens])
      .map((action) => withOrg(action, org));
    const sfError = new SfError(
      messages.getMessage(error.key, [...error.tokens]),
      errorName(error.key),
      actions,
      error.exitCode,
      error.cause instanceof Error ? error.cause : undefined
    );
    if (error.data !== undefined) sfError.setData(error.data as Record<string, never>);
    return sfError;
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = (cause as { code?: string }).code;
  const diskFull = code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS' || code === 'EPERM';
  const key = diskFull
    ? 'storeNotWritable'
    : code === undefined || code.startsWith('ERR_')
      ? 'unexpected'
      : 'orgRequestFailed';
  return new SfError(
    messages.getMessage(key, [cause.message]),
    errorName(key),
    messages.getMessages(`${key}.actions`).map((action) => withOrg(action, org)),
    EXIT.failed,
    cause
  );
}
