import { referencesTo } from '../../records/objectDescribe.js';
import type { OrderRule } from './orderSteps.js';
import { recordStepsOf } from './recordStepsOf.js';

/** A parent comes back before its children: those the org deleted with it come back with it, and only so. */
export const undeleteParentsFirst: OrderRule = (steps, facts) => {
  const undeletes = recordStepsOf(steps, 'undeleteRecords');
  return undeletes.flatMap((child) => {
    const describe = facts.describes.get(child.object);
    if (!describe) return [];
    return undeletes
      .filter(
        (parent) =>
          parent.object !== child.object &&
          referencesTo(describe, new Set([parent.object])).some(
            (field) => field.cascadeDelete || field.restrictedDelete || !field.nillable
          )
      )
      .map((parent) => ({ before: parent.key, after: child.key }));
  });
};
