import { fieldNamed } from '../../records/objectDescribe.js';
import type { OrderRule } from './orderRule.js';
import { recordStepsOf } from './recordStepsOf.js';

/**
 * A row that points to one that goes is turned away first: else the delete is refused, or blanks it. Where the org would
 * only blank the lookup, the order may give way to one that has to be.
 */
export const letGoBeforeDelete: OrderRule = (steps, facts) => {
  const deletes = recordStepsOf(steps, 'deleteRecords').map((step) => ({
    key: step.key,
    ids: new Set(step.items.map((item) => item.id)),
  }));
  return recordStepsOf(steps, 'updateRecords').flatMap((update) => {
    const describe = facts.describes.get(update.object);
    return deletes.flatMap(({ key, ids }) => {
      const fields = new Set(
        update.items.flatMap((item) =>
          Object.entries(item.before ?? {}).flatMap(([field, value]) =>
            value !== null && ids.has(value) ? [field] : []
          )
        )
      );
      if (fields.size === 0) return [];
      const holds = [...fields].some((name) => {
        const field = describe ? fieldNamed(describe, name) : undefined;
        return field === undefined || field.restrictedDelete || field.cascadeDelete || !field.nillable;
      });
      return [{ before: update.key, after: key, soft: holds ? undefined : (1 as const) }];
    });
  });
};
