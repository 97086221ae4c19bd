import type { Knowledge } from '../../records/knowledge.js';
import { fieldNamed } from '../../records/objectDescribe.js';
import type { OrderRule } from './orderRule.js';
import { recordStepsOf } from './recordStepsOf.js';

/**
 * Inserted children go before their parents: so each is deleted by its own step, and no restriction refuses the parent.
 * Where the org would only blank a lookup, the order may give way: rows of two objects can point to each other.
 */
export const deleteChildrenFirst: OrderRule = (steps, facts) => {
  const deletes = recordStepsOf(steps, 'deleteRecords').map((step) => ({
    ...step,
    ids: new Set(step.items.map((item) => item.id)),
  }));
  return deletes.flatMap((child) => {
    const describe = facts.describes.get(child.object);
    return deletes
      .filter((parent) => parent.key !== child.key && !takesAlong(facts.knowledge, parent.object, child.object))
      .flatMap((parent) => {
        const fields = new Set(
          child.items.flatMap((item) =>
            Object.entries(item.before ?? {}).flatMap(([field, value]) =>
              value !== null && parent.ids.has(value) ? [field] : []
            )
          )
        );
        if (fields.size === 0) return [];
        const holds = [...fields].some((name) => {
          const field = describe ? fieldNamed(describe, name) : undefined;
          return field === undefined || field.restrictedDelete || field.cascadeDelete || !field.nillable;
        });
        return [{ before: child.key, after: parent.key, soft: holds ? undefined : (1 as const) }];
      });
  });
};

/** A rule with Custom logic takes its conditions along; see `conditionsInsideNeutral`. */
function takesAlong(knowledge: Knowledge, parent: string, child: string): boolean {
  return knowledge.customLogic.some((family) => family.rule === parent && family.condition === child);
}
