import type { OrderRule } from './orderSteps.js';
import { recordStepsOf } from './recordStepsOf.js';

/** A row that points to one that goes is turned away first: else the delete is refused, or blanks it. */
export const letGoBeforeDelete: OrderRule = (steps) => {
  const deletes = recordStepsOf(steps, 'deleteRecords').map((step) => ({
    key: step.key,
    ids: new Set(step.items.map((item) => item.id)),
  }));
  return recordStepsOf(steps, 'updateRecords').flatMap((update) =>
    deletes
      .filter(({ ids }) =>
        update.items.some((item) => Object.values(item.before ?? {}).some((value) => value !== null && ids.has(value)))
      )
      .map(({ key }) => ({ before: update.key, after: key }))
  );
};
