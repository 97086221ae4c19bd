import { holdsId } from '../../records/idMap.js';
import { softReferences } from '../../records/knowledge.js';
import type { OrderRule } from './orderRule.js';
import { recordStepsOf } from './recordStepsOf.js';

/** A row that will point to another, or that comes back itself, is updated after that row is back. */
export const updateAfterItsTargets: OrderRule = (steps, facts) => {
  const returning = [...recordStepsOf(steps, 'undeleteRecords'), ...recordStepsOf(steps, 'insertRecords')].map(
    (step) => ({
      key: step.key,
      ids: new Set(step.items.map((item) => item.id)),
    })
  );
  return recordStepsOf(steps, 'updateRecords').flatMap((update) => {
    const soft = softReferences(facts.knowledge, update.object);
    return returning
      .filter(({ ids }) =>
        update.items.some(
          (item) =>
            ids.has(item.id) ||
            Object.entries(item.after ?? {}).some(([field, value]) => holdsId(value, ids, soft.includes(field)))
        )
      )
      .map(({ key }) => ({ before: key, after: update.key }));
  });
};
