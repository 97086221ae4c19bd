import { referencesTo } from '../../records/objectDescribe.js';
import type { OrderRule } from './orderRule.js';
import { recordStepsOf } from './recordStepsOf.js';

/** Lookups that an undelete may fill again are looked at after all rows they may name are back. */
export const refillsBeforeFinish: OrderRule = (steps, facts) => {
  const undeletes = recordStepsOf(steps, 'undeleteRecords');
  return recordStepsOf(steps, 'updateRecords')
    .filter((step) => step.key.startsWith('records:finish:'))
    .flatMap((finish) => {
      const describe = facts.describes.get(finish.object);
      const empty = new Set(
        finish.items.flatMap((item) =>
          Object.entries(item.after ?? {}).flatMap(([field, value]) => (value === null ? [field] : []))
        )
      );
      if (!describe || empty.size === 0) return [];
      return undeletes
        .filter((undelete) => referencesTo(describe, new Set([undelete.object])).some((field) => empty.has(field.name)))
        .map((undelete) => ({ before: undelete.key, after: finish.key }));
    });
};
