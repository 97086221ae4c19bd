import { twoPassFields } from '../../records/knowledge.js';
import { referencesTo } from '../../records/objectDescribe.js';
import type { OrderRule } from './orderRule.js';
import { recordStepsOf } from './recordStepsOf.js';

/**
 * A parent comes back before its children, from the bin or by insert: those the org deleted with it come back with it, and
 * a child cannot be saved without its master. Lookups that may be empty are wanted in place too, since validation rules
 * and lookup filters judge them; the order gives way where they close a circle, and for two-pass fields, which are set at the end.
 */
export const undeleteParentsFirst: OrderRule = (steps, facts) => {
  const returning = [...recordStepsOf(steps, 'undeleteRecords'), ...recordStepsOf(steps, 'insertRecords')].map(
    (step) => ({ ...step, ids: new Set(step.items.map((item) => item.id)) })
  );
  return returning.flatMap((child) => {
    const describe = facts.describes.get(child.object);
    if (!describe) return [];
    const later = twoPassFields(facts.knowledge, child.object);
    return returning.flatMap((parent) => {
      if (parent.object === child.object) return [];
      const fields = referencesTo(describe, new Set([parent.object]));
      if (fields.some((field) => field.cascadeDelete || !field.nillable))
        return [{ before: parent.key, after: child.key }];
      const wanted = fields.filter(({ name }) => !later.includes(name));
      const points = child.items.some((item) => wanted.some(({ name }) => parent.ids.has(item.after?.[name] ?? '')));
      return points ? [{ before: parent.key, after: child.key, soft: 'order' as const }] : [];
    });
  });
};
