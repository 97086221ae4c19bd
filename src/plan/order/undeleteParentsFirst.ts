import { referencesTo } from '../../records/objectDescribe.js';
import type { OrderRule } from './orderRule.js';
import { recordStepsOf } from './recordStepsOf.js';

/**
 * A parent comes back before its children, from the bin or by insert: those the org deleted with it come back with it, and
 * a child cannot be saved without its master. Lookups that may be empty do not wait: they are set at the end.
 */
export const undeleteParentsFirst: OrderRule = (steps, facts) => {
  const returning = [...recordStepsOf(steps, 'undeleteRecords'), ...recordStepsOf(steps, 'insertRecords')];
  return returning.flatMap((child) => {
    const describe = facts.describes.get(child.object);
    if (!describe) return [];
    return returning
      .filter(
        (parent) =>
          parent.object !== child.object &&
          referencesTo(describe, new Set([parent.object])).some((field) => field.cascadeDelete || !field.nillable)
      )
      .map((parent) => ({ before: parent.key, after: child.key }));
  });
};
