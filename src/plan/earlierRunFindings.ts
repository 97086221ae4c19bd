import type { Finding } from '../model/finding.js';
import { plural } from '../model/plural.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { Conflict } from './conflict.js';

/** What earlier runs left open that a person has to end first: runs that were cut off, and rows that may be back already. */
export function earlierRunFindings(
  { inDoubt, unfinished = [] }: Pick<Baseline, 'inDoubt' | 'unfinished'>,
  conflicts: readonly Conflict[],
  org: string
): Finding[] {
  const runs = new Map<string, string[]>();
  for (const { kind, target } of conflicts) {
    const run = kind === 'mayBeBack' ? inDoubt?.get(target.split(':').at(-1) ?? '') : undefined;
    if (run !== undefined) runs.set(run, [...(runs.get(run) ?? []), target]);
  }
  return [
    ...unfinished.map((run): Finding => ({
      code: 'runUnfinished',
      severity: 'warning',
      subject: run,
      message: 'It was stopped or cut off, and may have left something half done.',
      action: `Go on with it: sf rollback apply --resume ${run} --target-org ${org}`,
    })),
    ...[...runs].map(([run, targets]): Finding => ({
      code: 'rowsInDoubt',
      severity: 'warning',
      subject: run,
      message: `It may have inserted ${plural(targets.length, 'row')} again of which the org does not tell: ${targets.slice(0, 3).join(', ')}${targets.length > 3 ? ', …' : ''}. They are not inserted once more.`,
      action: `Look whether they are there (sf rollback show ${run} says what they should hold); one that is not: --resolve ${targets[0] ?? ''}=restore`,
    })),
  ];
}
