import type { RowResult } from '../../org/ports/records.js';
import type { ItemOutcome } from '../outcome.js';
import type { RowState } from './readRows.js';
import type { Standing } from '../standing.js';
import { returns, type Item } from './recordItem.js';
import type { RecordStep, RunContext } from '../runContext.js';

type Verdict = Pick<ItemOutcome, 'outcome' | 'code' | 'message'>;

export const MOVED = {
  outcome: 'conflict',
  code: 'MOVED',
  message: 'somebody changed this row after the plan was checked; it was not written',
} as const;

/** A row that its job may have inserted. */
export const IN_DOUBT = {
  outcome: 'inDoubt',
  code: 'ASK_A_PERSON',
  message:
    'its job may have inserted it, and the org does not tell: look whether it is there before it is inserted by hand',
} as const;

/** What became of a row that the org has taken. */
export function resultOf(
  run: RunContext,
  step: RecordStep,
  item: Item,
  row: RowState | undefined,
  standing: Standing
): Verdict {
  if (item.now.id !== item.planned.id && returns(step)) return inserted(run, item, row, undefined);
  if (standing === 'alreadyRestored')
    return { outcome: step.operation === 'deactivateRecords' ? 'neutralised' : 'restored' };
  return notAsWritten(run, step, item, row);
}

/** The org took the write, and the row does not hold what was written. */
export const CHANGED_AGAIN = 'CHANGED_AGAIN';

/** Fields of a row that are not as planned, and that no later step writes. */
function notAsPlanned(run: RunContext, item: Item, row: RowState): string[] {
  const elsewhere = run.elsewhere.get(item.planned.id) ?? NOTHING;
  return Object.entries(item.now.after ?? {})
    .filter(([field, value]) => !elsewhere.has(field) && row.values[field] !== value)
    .map(([field]) => field);
}

/** A row that came back by insert: what it may only get once other rows exist is set by a later step. */
export function inserted(
  run: RunContext,
  item: Item,
  row: RowState | undefined,
  result: RowResult | undefined
): Verdict {
  if (row && !row.deleted && item.now.id !== item.planned.id) {
    const message = `it came back under the new Id ${item.now.id}`;
    const fields = notAsPlanned(run, item, row);
    if (fields.length === 0) return { outcome: 'restored', code: 'NEW_ID', message };
    const why = result?.message ?? 'automation changed it, or it cannot be set on a new row';
    return { outcome: 'failed', code: CHANGED_AGAIN, message: `${message}, but not with ${fields.join(', ')}: ${why}` };
  }
  return {
    outcome: 'failed',
    code: result?.code ?? 'NO_RESULT',
    message: result?.message ?? 'the org gave no result for this row',
  };
}

export function notAsWritten(run: RunContext, step: RecordStep, item: Item, row: RowState | undefined): Verdict {
  const fields = Object.keys(item.now.after ?? {}).filter((field) => row?.values[field] !== item.now.after?.[field]);
  if (step.operation === 'undeleteRecords' && row && !row.deleted) {
    // It comes back as it was deleted; a step that follows sets what differed then.
    const changed = notAsPlanned(run, item, row);
    if (changed.length === 0) return { outcome: 'restored' };
    return {
      outcome: 'failed',
      code: CHANGED_AGAIN,
      message: `it came back, and automation changed ${changed.join(', ')}`,
    };
  }
  return {
    outcome: 'failed',
    code: CHANGED_AGAIN,
    message: `the org took the values, and automation changed ${fields.join(', ')} again`,
  };
}

const NOTHING: ReadonlySet<string> = new Set();
