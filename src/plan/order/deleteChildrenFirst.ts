import type { OrderRule } from './orderSteps.js';
import { recordStepsOf } from './recordStepsOf.js';

/** Inserted children go before their parents: so each is deleted by its own step, and no restriction refuses the parent. */
export const deleteChildrenFirst: OrderRule = (steps) => {
  const deletes = recordStepsOf(steps, 'deleteRecords').map((step) => ({
    ...step,
    ids: new Set(step.items.map((item) => item.id)),
  }));
  const edges = deletes.flatMap((child) =>
    deletes
      .filter(
        (parent) =>
          parent.key !== child.key &&
          child.items.some((item) =>
            Object.values(item.before ?? {}).some((value) => value !== null && parent.ids.has(value))
          )
      )
      .map((parent) => ({ before: child.key, after: parent.key }))
  );
  // Two objects whose new rows point to each other: blanking on delete resolves one side, so one edge is let go.
  return edges.filter(
    (edge, at) =>
      !edges.some((other, otherAt) => otherAt < at && other.before === edge.after && other.after === edge.before)
  );
};
