import type { ValueRow } from '../../records/fieldValue.js';
import { wasChanged, type UndoneRun } from '../undoneRun.js';

/**
 * What a run left of the rows that it wrote, by their Ids of now: the fields of its steps, the later ones over the earlier
 * ones, and null for a row that it deleted. A run that was `goneOn` with may have read its rows back only after somebody else
 * had been at them: then what it was to write counts. No other row of the undo point is the run's own work.
 */
export function rowsLeft({ run, plan, accounts }: UndoneRun, goneOn: boolean): Map<string, ValueRow | null> {
  const left = new Map<string, ValueRow | null>();
  for (const { id: step, operation, detail } of plan.steps) {
    if (detail.kind !== 'records') continue;
    for (const item of (accounts.get(step) ?? []).filter(wasChanged)) {
      const old = item.target.split(':').at(-1) ?? '';
      const id = run.state.idMap.get(old) ?? old;
      if (operation === 'deleteRecords') left.set(id, null);
      const [first, second] = goneOn ? [item.planned, item.after] : [item.after, item.planned];
      const values = isRow(first) ? first : second;
      if (operation !== 'deleteRecords' && isRow(values)) left.set(id, { ...left.get(id), ...values });
    }
  }
  return left;
}

function isRow(value: unknown): value is ValueRow {
  return typeof value === 'object' && value !== null;
}
