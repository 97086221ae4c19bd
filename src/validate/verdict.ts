import type { Finding, Gap } from '../model/finding.js';
import type { Operation } from '../model/operation.js';
import { selects } from '../model/selector.js';
import type { Author } from '../plan/changeSet.js';
import { conflictWords } from '../plan/conflictWords.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import type { Conflict } from '../plan/conflict.js';

export type Verdict = 'restored' | 'restoredExceptKept' | 'notRestored';

export interface Difference {
  readonly target: string;
  readonly kind: string;
  readonly author: Author;
  /** Of an updated row: what differs. */
  readonly fields?: readonly string[];
}

export interface Judged {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

/** Targets whose difference is known and wanted: kept conflicts, what was left out, manual and neutralised items. */
export interface Kept {
  readonly target: string;
  readonly why: string;
  /** Only these fields of the row stay; everything, where there are none. */
  readonly fields?: readonly string[];
  /** It is named, and excuses no difference: the run was to restore it. */
  readonly named?: true;
}

/** Operations that leave nothing different where they succeed; a flow or component that is switched off may stay. */
const RESTORING = new Set<Operation>(['activateFlowVersion', 'redeployFlow', 'restoreComponent', 'recreateComponent']);

export function keptBy(plan: RollbackPlan | undefined, neutralised: readonly string[]): Kept[] {
  if (!plan) return [];
  const restored = new Set(plan.steps.filter(({ operation }) => RESTORING.has(operation)).map(({ target }) => target));
  return [
    ...plan.conflicts
      .filter((conflict) => conflict.decision === 'keep')
      .map((conflict) => ({
        target: conflict.target,
        why: `kept, because ${conflictWords(conflict.kind)}`,
        ...aboutFields(conflict),
      })),
    ...plan.leftOut.map((left) => ({ target: left.target, why: `left out: ${left.why}` })),
    ...plan.manual.map((item) => ({
      target: item.target,
      why: `manual: ${item.what}`,
      ...(restored.has(item.target) ? { named: true as const } : {}),
    })),
    ...neutralised.map((target) => ({ target, why: 'neutralised: made harmless, not taken away' })),
  ];
}

function aboutFields({ kind, fields }: Conflict): Pick<Kept, 'fields'> {
  if (kind === 'ownerInactive') return { fields: ['OwnerId'] };
  return fields ? { fields } : {};
}

/** What makes up for the whole of a difference; undefined when some of it is neither kept nor named. */
function reasonsFor(
  { target, fields }: Difference,
  own: readonly Kept[],
  wholes: readonly Kept[]
): readonly Kept[] | undefined {
  const whole =
    own.find((entry) => !entry.fields && !entry.named) ?? wholes.find((entry) => selects(entry.target, target));
  if (whole) return [whole];
  const parts = own.filter((entry) => entry.fields?.some((field) => fields?.includes(field)));
  const stays = new Set(parts.flatMap((entry) => entry.fields ?? []));
  return fields && fields.length > 0 && fields.every((field) => stays.has(field)) ? parts : undefined;
}

/**
 * Holds the differences between baseline and org against what was meant to stay. Any difference that nobody wanted means
 * `notRestored`; kept ones, holes in the snapshot, what was not compared and manual items are named and never count as
 * equal.
 */
export function judge(
  differences: readonly Difference[],
  kept: readonly Kept[],
  gaps: readonly Gap[],
  since: string | undefined,
  names: ReadonlyMap<string, string>,
  notCompared: readonly Finding[] = []
): Judged {
  const findings: Finding[] = [...notCompared];
  let unwanted = 0;
  const byTarget = Map.groupBy(kept, (entry) => entry.target);
  const wholes = kept.filter((entry) => !entry.fields && !entry.named);
  const met = new Set<Kept>();
  for (const difference of differences) {
    const own = byTarget.get(difference.target) ?? [];
    const reasons = reasonsFor(difference, own, wholes);
    const named = own.filter((entry) => entry.named);
    for (const entry of [...(reasons ?? []), ...named]) met.add(entry);
    const who = difference.author.userId
      ? (names.get(difference.author.userId) ?? difference.author.userId)
      : undefined;
    // Of what is new the org tells who saved it last, which may be the rollback itself.
    const last = difference.kind === 'created' ? ', last saved by' : ' by';
    const by = who ? `${last} ${who}${difference.author.at ? ` at ${difference.author.at}` : ''}` : '';
    if (reasons)
      findings.push({
        code: 'kept',
        severity: 'info',
        subject: difference.target,
        message: `${difference.kind}${by}; ${[...new Set(reasons.map(({ why }) => why))].join('; ')}`,
      });
    else {
      unwanted += 1;
      const later =
        since !== undefined &&
        difference.author.at !== undefined &&
        Date.parse(difference.author.at) > Date.parse(since);
      findings.push({
        code: later ? 'changedSinceRun' : 'different',
        severity: 'error',
        subject: difference.target,
        message: [`${difference.kind}${by}`, notAsBefore(difference, own), ...named.map(({ why }) => why)].join('; '),
      });
    }
  }
  for (const gap of gaps.filter((entry) => entry.severity === 'hole'))
    findings.push({
      code: 'gap',
      severity: 'warning',
      subject: gap.name,
      message: `not in the snapshot: ${gap.reason}`,
    });
  // What needs a person is named also where nothing differs: it may have been done, or it may not be seen in the scope.
  for (const entry of kept.filter((item) => item.why.startsWith('manual') && !met.has(item)))
    findings.push({
      code: 'manual',
      severity: 'info',
      subject: entry.target,
      message: `${entry.why} No difference is seen here any more.`,
    });
  // Every finding up to here is about something that is not proven to be as before.
  const verdict = unwanted > 0 ? 'notRestored' : findings.length > 0 ? 'restoredExceptKept' : 'restored';
  return {
    verdict,
    findings: findings.sort((a, b) => severityRank(a) - severityRank(b) || (a.subject < b.subject ? -1 : 1)),
  };
}

/** What of it nobody wanted. */
function notAsBefore({ fields = [] }: Difference, own: readonly Kept[]): string {
  const stays = new Set(own.flatMap((entry) => entry.fields ?? []));
  const rest = fields.filter((field) => !stays.has(field));
  if (rest.length === fields.length) return 'it is not as in the snapshot';
  return `not as in the snapshot: ${rest.join(', ')}`;
}

function severityRank(finding: Finding): number {
  return ['error', 'warning', 'info'].indexOf(finding.severity);
}
