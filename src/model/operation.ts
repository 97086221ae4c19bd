/** The lanes of a rollback, in the order in which `apply` goes through them when nothing asks otherwise. */
export const LANES = ['flows', 'metadata', 'permissions', 'records'] as const;
export type Lane = (typeof LANES)[number];

/** What a step can do to the org. A closed set: whatever is not here, the tool cannot do. */
export const OPERATIONS = [
  'activateFlowVersion',
  'deactivateFlow',
  'redeployFlow',
  'deleteFlowVersion',
  'restoreComponent',
  'recreateComponent',
  'deactivateComponent',
  'deleteComponent',
  'grantPermission',
  'revokePermission',
  'undeleteRecords',
  'insertRecords',
  'updateRecords',
  'deleteRecords',
  'deactivateRecords',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** lossless: the org is as it was. lossy: something stays behind (named in the step). irreversible: cannot be undone again. */
export type Risk = 'lossless' | 'lossy' | 'irreversible';

/** What happened to one item of a run. Exactly one of these, for every item. */
export const OUTCOMES = [
  'restored',
  'alreadyRestored',
  'neutralised',
  'failed',
  'skipped',
  'conflict',
  'inDoubt',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type OutcomeCounts = Partial<Record<Outcome, number>>;

export function countOutcomes(outcomes: Iterable<Outcome>): OutcomeCounts {
  const counts: OutcomeCounts = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

export function addCounts(all: Iterable<OutcomeCounts>): OutcomeCounts {
  const total: OutcomeCounts = {};
  for (const counts of all) {
    for (const outcome of OUTCOMES) {
      const n = counts[outcome];
      if (n) total[outcome] = (total[outcome] ?? 0) + n;
    }
  }
  return total;
}
