import type { OrderRule } from './orderSteps.js';
import { recordStepsOf } from './recordStepsOf.js';

/** A row that will point to another, or that comes back itself, is updated after that row is back. */
export const updateAfterItsTargets: OrderRule = (steps) => {
  const undeletes = recordStepsOf(steps, 'undeleteRecords').map((step) => ({
    key: step.key,
    ids: new Set(step.items.map((item) => item.id)),
  }));
  return recordStepsOf(steps, 'updateRecords').flatMap((update) =>
    undeletes
      .filter(({ ids }) =>
        update.items.some(
          (item) =>
            ids.has(item.id) || Object.values(item.after ?? {}).some((value) => value !== null && ids.has(value))
        )
      )
      .map(({ key }) => ({ before: key, after: update.key }))
  );
};
