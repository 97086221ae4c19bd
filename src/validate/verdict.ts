import type { Finding, Gap } from '../model/finding.js';
import { selects } from '../model/selector.js';
import type { Author } from '../plan/changeSet.js';
import { conflictWords } from '../plan/conflictWords.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';

export type Verdict = 'restored' | 'restoredExceptKept' | 'notRestored';

export interface Difference {
  readonly target: string;
  readonly kind: string;
  readonly author: Author;
}

export interface Judged {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

/** Targets whose difference is known and wanted: kept conflicts, what was left out, manual and neutralised items. */
export interface Kept {
  readonly target: string;
  readonly why: string;
}

export function keptBy(plan: RollbackPlan | undefined, neutralised: readonly string[]): Kept[] {
  if (!plan) return [];
  return [
    ...plan.conflicts
      .filter((conflict) => conflict.decision === 'keep')
      .map((conflict) => ({ target: conflict.target, why: `kept, because ${conflictWords(conflict.kind)}` })),
    ...plan.leftOut.map((left) => ({ target: left.target, why: `left out: ${left.why}` })),
    ...plan.manual.map((item) => ({ target: item.target, why: `manual: ${item.what}` })),
    ...neutralised.map((target) => ({ target, why: 'neutralised: made harmless, not taken away' })),
  ];
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
  const byTarget = new Map(kept.toReversed().map((entry) => [entry.target, entry]));
  const met = new Set<Kept>();
  for (const difference of differences) {
    const reason = byTarget.get(difference.target) ?? kept.find((entry) => selects(entry.target, difference.target));
    if (reason) met.add(reason);
    const who = difference.author.userId
      ? (names.get(difference.author.userId) ?? difference.author.userId)
      : undefined;
    // Of what is new the org tells who saved it last, which may be the rollback itself.
    const last = difference.kind === 'created' ? ', last saved by' : ' by';
    const by = who ? `${last} ${who}${difference.author.at ? ` at ${difference.author.at}` : ''}` : '';
    if (reason)
      findings.push({
        code: 'kept',
        severity: 'info',
        subject: difference.target,
        message: `${difference.kind}${by}; ${reason.why}`,
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
        message: `${difference.kind}${by}; it is not as in the snapshot`,
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

function severityRank(finding: Finding): number {
  return ['error', 'warning', 'info'].indexOf(finding.severity);
}
