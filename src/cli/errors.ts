import { Messages, SfError } from '@salesforce/core';
import { EXIT, Refusal } from '../model/refusal.js';
import { shellWord } from './terminal.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'errors');

/** Upper camel case, as error names of the official plugins are. */
function errorName(key: string): string {
  return `${key.charAt(0).toUpperCase()}${key.slice(1)}Error`;
}

/** Actions are complete commands: they name org and store as they were typed, or leave them out where defaults were used. */
function complete(action: string, org: string | undefined, store: string | undefined): string {
  const withOrg = org ? action.replaceAll(' ORG', ` ${shellWord(org)}`) : action.replaceAll(' -o ORG', '');
  if (store === undefined) return withOrg;
  const word = shellWord(store);
  return withOrg
    .replace(
      /\bsf rollback (snapshot|plan|apply|validate|list|show|diff|verify|doctor)\b/g,
      (command) => `${command} --store ${word}`
    )
    .replace(/(^|\s)\.rollback\//g, (_, before: string) => `${before}${word.replace(/[/\\]$/, '')}/`);
}

/**
 * The cause without what the official plugins' base takes for a fault of the program, whatever the error around it says:
 * it would end with an exit code that is not in our table.
 */
function plainCause(cause: unknown): Error | undefined {
  if (!(cause instanceof Error)) return undefined;
  const inner = cause.cause instanceof Error;
  if (!inner && !/TypeError/.test(`${cause.name} ${cause.message} ${cause.stack}`)) return cause;
  const plain = new Error(cause.message.replaceAll('TypeError', 'type error'));
  plain.stack = cause.stack?.replaceAll('TypeError', 'type error') ?? '';
  return plain;
}

const DISK_CODES = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EPERM']);
/** Calls that only files know. A folder on a read-only disk that cannot be made comes as ENOENT. */
const DISK_CALLS = new Set(['mkdir', 'open', 'rename', 'link', 'copyfile', 'fsync', 'ftruncate', 'unlink', 'scandir']);

function isOfDisk(error: Error): boolean {
  const { code = '', syscall = '' } = error as { code?: string; syscall?: string };
  return DISK_CODES.has(code) || DISK_CALLS.has(syscall);
}

/**
 * Whatever went wrong, as the error a person and a script can work with: what happened, to which item, what state the org
 * is in, and what to type next.
 */
export function asSfError(error: unknown, org?: string, store?: string): SfError {
  if (error instanceof SfError) return error as SfError;
  if (error instanceof Refusal) {
    const actions = messages
      .getMessages(`${error.key}.actions`, [...error.actionTokens])
      .map((action) => complete(action, org, store));
    const sfError = new SfError(
      messages.getMessage(error.key, [...error.tokens]),
      errorName(error.key),
      actions,
      error.exitCode,
      plainCause(error.cause)
    );
    if (error.data !== undefined) sfError.setData(error.data as Record<string, never>);
    return sfError;
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = (cause as { code?: string }).code;
  const key = isOfDisk(cause)
    ? 'storeNotWritable'
    : code === undefined || code.startsWith('ERR_')
      ? 'unexpected'
      : (cause as { mayHaveActed?: boolean }).mayHaveActed
        ? 'orgMayHaveActed'
        : 'orgRequestFailed';
  return new SfError(
    messages.getMessage(key, [cause.message.replaceAll('TypeError', 'type error')]),
    errorName(key),
    messages.getMessages(`${key}.actions`).map((action) => complete(action, org, store)),
    EXIT.failed,
    plainCause(cause)
  );
}
