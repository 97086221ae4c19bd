import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { EXIT, Refusal } from '../model/refusal.js';
import type { PlanRequest } from '../plan/planRequest.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.plan');

/** The library gives every Id flag the short form `-i`, which cannot stand for two flags. */
function withoutShort<F extends { char?: unknown }>(flag: F): F {
  delete flag.char;
  return flag;
}

/** Flags by which a person says whose changes go back. */
export const whoseFlags = {
  after: Flags.string({
    summary: messages.getMessage('flags.after.summary'),
    helpValue: 'ID',
    exclusive: ['all-changes'],
  }),
  'deploy-id': withoutShort(
    Flags.salesforceId({
      multiple: true,
      startsWith: '0Af',
      length: 'both',
      summary: messages.getMessage('flags.deploy-id.summary'),
      helpValue: 'DEPLOYMENT',
      exclusive: ['all-changes'],
    })
  ),
  'bulk-job': withoutShort(
    Flags.salesforceId({
      multiple: true,
      startsWith: '750',
      length: 'both',
      summary: messages.getMessage('flags.bulk-job.summary'),
      helpValue: 'JOB',
      exclusive: ['all-changes'],
    })
  ),
  'changed-by': Flags.string({
    multiple: true,
    summary: messages.getMessage('flags.changed-by.summary'),
    helpValue: 'USERNAME',
    exclusive: ['all-changes'],
  }),
  since: Flags.string({ summary: messages.getMessage('flags.since.summary'), helpValue: 'TIME' }),
  until: Flags.string({ summary: messages.getMessage('flags.until.summary'), helpValue: 'TIME' }),
  'all-changes': Flags.boolean({ summary: messages.getMessage('flags.all-changes.summary') }),
};

type Typed = { readonly [Name in keyof typeof whoseFlags]?: unknown } & {
  readonly after?: string | undefined;
  readonly 'deploy-id'?: readonly string[] | undefined;
  readonly 'bulk-job'?: readonly string[] | undefined;
  readonly 'changed-by'?: readonly string[] | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly 'all-changes': boolean | undefined;
};

/** What these flags ask for. `after` is still as it was typed. */
export function whoseRequest(
  flags: Typed
): Pick<PlanRequest, 'everybody' | 'changedBy' | 'deployments' | 'loads' | 'since' | 'until'> {
  const since = instant('--since', flags.since);
  const until = instant('--until', flags.until);
  if (since && until && Date.parse(since) > Date.parse(until))
    throw new Refusal('windowTurnedRound', {
      tokens: [since, until],
      actionTokens: [until, since],
      exitCode: EXIT.badFlags,
    });
  return {
    everybody: flags['all-changes'] === true,
    changedBy: [...(flags['changed-by'] ?? [])],
    ...(flags['deploy-id'] ? { deployments: [...flags['deploy-id']] } : {}),
    ...(flags['bulk-job'] ? { loads: [...flags['bulk-job']] } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
  };
}

/** A time with its offset: without one it would mean another hour on another machine. */
function instant(flag: string, typed: string | undefined): string | undefined {
  if (typed === undefined) return undefined;
  const good = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(typed);
  const time = Date.parse(typed.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (!good || Number.isNaN(time)) throw new Refusal('badTime', { tokens: [flag, typed], exitCode: EXIT.badFlags });
  return new Date(time).toISOString();
}
