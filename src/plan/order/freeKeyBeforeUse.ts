import type { OrderRule } from './orderRule.js';
import type { ValueRow } from '../../records/fieldValue.js';
import type { RecordItem } from '../rollbackPlan.js';
import { recordStepsOf } from './recordStepsOf.js';

/** A row that goes and holds a unique value which another row gets back goes first. */
export const freeKeyBeforeUse: OrderRule = (steps, facts) => {
  const users = (['updateRecords', 'undeleteRecords', 'insertRecords'] as const).flatMap((operation) =>
    recordStepsOf(steps, operation).map((step) => ({ ...step, operation }))
  );
  // A row comes back from the bin with the value it had when it was deleted, which its own update then changes.
  const inBin = new Map<string, ValueRow>();
  for (const step of recordStepsOf(steps, 'updateRecords')) {
    for (const item of step.items) inBin.set(item.id, { ...item.before, ...inBin.get(item.id) });
  }
  const needed = (operation: string, item: RecordItem, field: string): string | null | undefined =>
    operation === 'undeleteRecords' ? (inBin.get(item.id)?.[field] ?? item.after?.[field]) : item.after?.[field];
  return recordStepsOf(steps, 'deleteRecords').flatMap((going) => {
    const unique = (facts.describes.get(going.object)?.fields ?? [])
      .filter((field) => field.unique)
      .map((field) => field.name);
    if (unique.length === 0) return [];
    const held = new Set(
      going.items.flatMap((item) =>
        unique.flatMap((field) => (item.before?.[field] ? [`${field}:${item.before[field]?.toLowerCase() ?? ''}`] : []))
      )
    );
    return users
      .filter(
        (user) =>
          user.object === going.object &&
          user.items.some((item) =>
            unique.some((field) => held.has(`${field}:${needed(user.operation, item, field)?.toLowerCase() ?? ''}`))
          )
      )
      .map((user) => ({ before: going.key, after: user.key, soft: 2 as const }));
  });
};
