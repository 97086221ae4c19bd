import type { OrderRule } from './orderRule.js';
import { recordStepsOf } from './recordStepsOf.js';

/** What comes back with a parent and never belonged is taken away after the parent is back. */
export const sweepAfterUndelete: OrderRule = (steps, facts) => {
  // Only masters bring their details back; a lookup does not.
  const masters = (object: string): ReadonlySet<string> =>
    new Set(
      (facts.describes.get(object)?.fields ?? [])
        .filter((field) => field.cascadeDelete || !field.nillable)
        .map(({ name }) => name)
    );
  const undeletes = recordStepsOf(steps, 'undeleteRecords').map((step) => ({
    key: step.key,
    ids: new Set(step.items.map((item) => item.id)),
  }));
  return recordStepsOf(steps, 'deleteRecords')
    .filter((step) => step.key.startsWith('records:sweep:'))
    .flatMap((sweep) =>
      undeletes
        .filter(({ ids }) =>
          sweep.items.some((item) =>
            Object.entries(item.before ?? {}).some(
              ([field, value]) => masters(sweep.object).has(field) && value !== null && ids.has(value)
            )
          )
        )
        .map(({ key }) => ({ before: key, after: sweep.key }))
    );
};
