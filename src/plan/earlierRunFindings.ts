import type { Finding } from '../model/finding.js';
import { plural } from '../model/plural.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { Draft } from './draft.js';

/**
 * What earlier runs left open that a person has to end first: runs that were cut off, rows that may be back already, and,
 * where the plan may insert rows, runs that may have done so and of which nothing is known.
 */
export function earlierRunFindings(
  { inDoubt, unfinished = [], damaged = new Map() }: Pick<Baseline, 'inDoubt' | 'unfinished' | 'damaged'>,
  { conflicts, steps }: Pick<Draft, 'conflicts' | 'steps'>,
  org: string
): Finding[] {
  const inserts = steps.some(
    ({ operation, fallbacks }) =>
      operation === 'insertRecords' || fallbacks.some((fallback) => fallback.operation === 'insertRecords')
  );
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
    ...[...(inserts ? damaged : [])].map(([run, why]): Finding => ({
      code: 'runDamaged',
      severity: 'warning',
      subject: run,
      message: `What it did is not known: ${why}. Rows that it inserted again would be inserted once more.`,
      action: `Restore its folder from a copy, or look whether the rows that the plan inserts are there already, and leave those out: sf rollback plan --exclude record:OBJECT:ID --target-org ${org}`,
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
