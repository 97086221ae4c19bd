import { setTimeout as sleep } from 'node:timers/promises';
import type { RowResult } from '../../org/ports/records.js';
import type { RecordItem } from '../../plan/rollbackPlan.js';

/** Refusals that pass by themselves: another transaction holds the row or its parent, or the org is busy. */
const PASSING = new Set(['UNABLE_TO_LOCK_ROW', 'SERVER_UNAVAILABLE', 'QUERY_TIMEOUT', 'UNPROCESSED']);
/** Refusals that pass once other rows of the same step are through. */
const ONCE_OTHERS_ARE = new Set(['DELETE_FAILED']);

/** Rows of a batch, pass after pass: a lock on one row refuses its whole batch, so fewer rows stand to lose by it. */
const BATCHES = [Infinity, 200, 50, 10, 10];

/** `SF_ROLLBACK_RETRY_MS`: the pause before the first repetition is twice as long (tests make it short). */
function pauseAfter(pass: number): number {
  return Math.min(100 * 2 ** pass, 2_000) * (Number(process.env.SF_ROLLBACK_RETRY_MS ?? 250) / 250);
}

/**
 * Repeats a write for the rows that were refused for a passing reason: after growing pauses, in smaller and smaller batches,
 * in the order given. The last result of each row counts.
 */
export async function untilThrough(
  items: readonly RecordItem[],
  writeOnce: (items: readonly RecordItem[]) => Promise<RowResult[]>,
  pause: (pass: number) => Promise<unknown> = (pass) => sleep(pauseAfter(pass))
): Promise<RowResult[]> {
  const results = new Map<string, RowResult>();
  let due = items;
  for (const [pass, size] of BATCHES.entries()) {
    if (pass > 0) await pause(pass);
    for (const batch of batchesOf(due, size))
      for (const result of await writeOnce(batch)) results.set(result.id, result);
    const before = due.length;
    const failed = due.flatMap((item) => {
      const result = results.get(item.id);
      return result === undefined || result.success ? [] : [{ item, code: result.code ?? '' }];
    });
    const progress = failed.length < before;
    due = failed
      .filter(({ code }) => PASSING.has(code) || (progress && ONCE_OTHERS_ARE.has(code)))
      .map(({ item }) => item);
    if (due.length === 0) break;
  }
  return [...results.values()];
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  if (items.length <= size) return items.length > 0 ? [[...items]] : [];
  return Array.from({ length: Math.ceil(items.length / size) }, (_batch, at) =>
    items.slice(at * size, (at + 1) * size)
  );
}
