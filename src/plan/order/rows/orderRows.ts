import type { RecordFacts } from '../../records/recordFacts.js';
import { childrenGoFirst } from './childrenGoFirst.js';
import { conditionsInsideNeutral } from './conditionsInsideNeutral.js';
import { keysInTurn } from './keysInTurn.js';
import { letGoBeforeDelete } from './letGoBeforeDelete.js';
import { parentsBackFirst } from './parentsBackFirst.js';
import { refillsBeforeLook } from './refillsBeforeLook.js';
import type { RowEdge, RowRule } from './rowRule.js';
import type { RowWorks } from './rowWorks.js';
import { sheetsOfOneRow } from './sheetsOfOneRow.js';
import { sweepAfterReturn } from './sweepAfterReturn.js';
import { writeWhatIsBack } from './writeWhatIsBack.js';

/** To add a reason for an order among rows, add a file with one rule and name it here. */
export const ROW_RULES: readonly RowRule[] = [
  sheetsOfOneRow,
  parentsBackFirst,
  writeWhatIsBack,
  sweepAfterReturn,
  refillsBeforeLook,
  conditionsInsideNeutral,
  letGoBeforeDelete,
  childrenGoFirst,
  keysInTurn,
];

/** Every order that the rules ask for among the rows of a record lane. */
export function orderRows(works: RowWorks, facts: RecordFacts): RowEdge[] {
  return ROW_RULES.flatMap((rule) => rule(works, facts));
}

/** Whether `to` has to wait for `from`, by orders that must be kept. */
export function mustWait(edges: readonly RowEdge[]): (from: string, to: string) => boolean {
  const after = Map.groupBy(
    edges.filter(({ strength }) => strength === 'must'),
    ({ before }) => before
  );
  return (from, to) => {
    const seen = new Set<string>();
    const open = [from];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      if (key === to) return true;
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(...(after.get(key) ?? []).map((edge) => edge.after));
    }
    return false;
  };
}
