import { plural } from '../model/plural.js';
import type { ManualItem, Step } from './rollbackPlan.js';
import type { Conflict, LeftOut } from './conflict.js';

/** What speaks for or against going back beside the steps themselves. */
export interface Circumstances {
  /** Whole days since the snapshot was taken. */
  readonly days: number;
  /** Deployments since that are not taken back. */
  readonly otherDeployments: number;
  /** The plan takes a run of this tool back. */
  readonly undo?: boolean;
}

/** Days after which so much may have been built on what goes back that it is worth a sentence. */
const OLD_DAYS = 7;
/** Steps that are named; more are counted. */
const NAMED = 4;

/** A few plain sentences: roll back or fix forward, and why. The first is the verdict, the others are its reasons. */
export function adviceFor(
  steps: readonly Step[],
  conflicts: readonly Conflict[],
  manual: readonly ManualItem[],
  leftOut: readonly LeftOut[] = [],
  circumstances: Circumstances = { days: 0, otherDeployments: 0 }
): string {
  if (steps.length === 0) return withoutSteps(conflicts, manual, leftOut);
  const kept = conflicts.filter((conflict) => conflict.decision === 'keep').length;
  return [
    verdict(steps, kept, manual.length, circumstances),
    ...lossReasons(steps),
    ...otherReasons(conflicts.length - kept, kept, manual.length, circumstances),
  ].join(' ');
}

function withoutSteps(
  conflicts: readonly Conflict[],
  manual: readonly ManualItem[],
  leftOut: readonly LeftOut[]
): string {
  const drift = conflicts.filter((conflict) => conflict.kind === 'drift').length;
  if (drift > 0) return `${drift} ${drift === 1 ? 'thing is' : 'things are'} not as in the snapshot.`;
  if (conflicts.length + manual.length > 0)
    return 'Nothing can be taken back as it stands. See the conflicts and manual items.';
  return leftOut.length > 0
    ? 'Nothing to take back, except for what was left out.'
    : 'Nothing to take back: the org is as in the snapshot.';
}

const isLossy = (step: Step): boolean => step.risk !== 'lossless';
const items = (steps: readonly Step[]): number =>
  steps.reduce((n, step) => n + step.count - (step.onlyChecked ?? 0), 0);

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function verdict(steps: readonly Step[], kept: number, manual: number, { days, undo }: Circumstances): string {
  const back = undo ? 'Take the run back' : 'Roll back';
  const forward = undo ? 'leave the run as it is' : 'fix forward';
  const onlySwitches = steps.every(
    ({ operation }) => operation === 'activateFlowVersion' || operation === 'deactivateFlow'
  );
  const lossy = steps.filter(isLossy);
  if (onlySwitches && kept === 0)
    return `${back}: only flow versions are switched, which takes effect at once and can be switched again.`;
  if (steps.some((step) => step.risk === 'irreversible'))
    return `${capital(forward)} unless you want just that: not all of it can be undone again.`;
  if (items(lossy) * 2 > items(steps)) return `Rather ${forward}: most of what goes back does not come back whole.`;
  if (kept > items(steps)) return `Rather ${forward}: others have changed more since than would go back.`;
  if (days > OLD_DAYS && lossy.length > 0) return 'Weigh it: the snapshot is old, and not everything comes back whole.';
  if (lossy.length > 0 || manual > 0)
    return lossy.length > 0
      ? `${back}, once you have read what does not come back whole.`
      : `${back}, once you have read what is left to do by hand.`;
  return `${back}: every step can be undone without loss.`;
}

function lossReasons(steps: readonly Step[]): string[] {
  const lossy = steps.filter(isLossy);
  if (lossy.length === 0) return [];
  const rows = lossy.reduce((n, step) => n + (step.rowsAtStake ?? 0), 0);
  const which = lossy.length <= NAMED ? ` (${lossy.map(({ id }) => id).join(', ')})` : '';
  const one = lossy.length === 1;
  const irreversible = steps.filter((step) => step.risk === 'irreversible').length;
  return [
    `${lossy.length} of ${plural(steps.length, 'step')}${which} ${one ? 'does' : 'do'} not come back whole${
      rows > 0 ? `, with ${plural(rows, 'row')} at stake` : ''
    }.`,
    ...(irreversible > 0 ? [`${irreversible} of them cannot be undone again.`] : []),
  ];
}

function otherReasons(
  overwritten: number,
  kept: number,
  manual: number,
  { days, otherDeployments }: Circumstances
): string[] {
  const say = (n: number, one: string, many: string): string => `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
  return [
    overwritten > 0 &&
      say(
        overwritten,
        'change by others is overwritten as asked, and saved in quarantine first.',
        'changes by others are overwritten as asked, and saved in quarantine first.'
      ),
    kept > 0 &&
      `${say(kept, 'change stays', 'changes stay')} (see Conflicts): look whether ${kept === 1 ? 'it still fits' : 'they still fit'} what goes back.`,
    manual > 0 && say(manual, 'item needs a person.', 'items need a person.'),
    otherDeployments > 0 &&
      say(
        otherDeployments,
        'other deployment since is not taken back, and may rely on what goes.',
        'other deployments since are not taken back, and may rely on what goes.'
      ),
    days > OLD_DAYS && `The snapshot is ${days} days old: much may have been built on what goes back.`,
  ].filter((sentence): sentence is string => typeof sentence === 'string');
}
