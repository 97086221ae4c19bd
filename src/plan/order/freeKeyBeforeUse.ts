import type { OrderRule } from './orderSteps.js';
import { recordStepsOf } from './recordStepsOf.js';

/** A row that goes and holds a unique value which another row gets back goes first. */
export const freeKeyBeforeUse: OrderRule = (steps, facts) => {
  const users = (['updateRecords', 'undeleteRecords', 'insertRecords'] as const).flatMap((operation) =>
    recordStepsOf(steps, operation)
  );
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
            unique.some((field) => held.has(`${field}:${item.after?.[field]?.toLowerCase() ?? ''}`))
          )
      )
      .map((user) => ({ before: going.key, after: user.key, soft: true }));
  });
};
