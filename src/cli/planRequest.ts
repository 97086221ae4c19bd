import { EXIT, Refusal } from '../model/refusal.js';
import type { PlanRequest } from '../plan/planRequest.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { conflictPolicy } from './config/conflictPolicy.js';
import type { Config } from './config/configSchema.js';
import { refuseContradictions, resolveFlag, selectorFlag } from './resolveFlag.js';
import { whoseRequest } from './whoseFlags.js';

interface ChoiceFlags {
  readonly only?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly resolve?: readonly string[] | undefined;
  readonly 'on-conflict'?: 'keep' | 'restore' | undefined;
  // Undefined where it was not typed, whatever the library's types say.
  readonly 'delete-flows': boolean | undefined;
  readonly 'drift-only': boolean | undefined;
  readonly full: boolean | undefined;
  readonly 'accept-gaps': boolean | undefined;
}

/** What the flags of `plan` ask for; refuses flags that contradict each other. */
export function planRequest(flags: ChoiceFlags & Parameters<typeof whoseRequest>[0], config?: Config): PlanRequest {
  const typed = resolveFlag(flags.resolve);
  const only = selectorFlag('--only', flags.only);
  const exclude = selectorFlag('--exclude', flags.exclude);
  refuseContradictions(only, exclude, typed);
  const policy = conflictPolicy(flags['on-conflict'], typed, config);
  if (flags['drift-only'] && flags['on-conflict'] === 'restore')
    throw new Refusal('contradiction', { tokens: ['--drift-only --on-conflict restore'], exitCode: EXIT.badFlags });
  return {
    choice: { only, exclude, ...policy, deleteFlows: flags['delete-flows'] === true },
    ...whoseRequest(flags),
    ...(flags['drift-only'] ? { driftOnly: true } : {}),
    full: flags.full === true,
    acceptGaps: flags['accept-gaps'] === true,
  };
}

/** The snapshot as it was typed. A look at drift takes the newest: what the org was taken back to is what it is to stay like. */
export function snapshotAsked(
  { snapshot }: { readonly snapshot?: string | undefined },
  { driftOnly }: PlanRequest
): string | undefined {
  return snapshot ?? (driftOnly ? 'latest' : undefined);
}

/** What an earlier plan was asked for. */
export function requestOf(plan: RollbackPlan): PlanRequest {
  if (!plan.request) throw new Refusal('planWithoutRequest', { tokens: [plan.id], actionTokens: [plan.snapshotId] });
  return plan.request;
}
