import type { OrderRule } from './orderSteps.js';

/** Values are set aside before anything of their object is written; what had to wait comes after all of it. */
export const makeWayFirst: OrderRule = (steps) => {
  const records = steps.filter((step) => step.detail.kind === 'records');
  return records.flatMap((step) => {
    const [, sheet, object] = step.key.split(':');
    const others = records.filter((other) => other !== step && other.key.endsWith(`:${object ?? ''}`));
    const writes = others.filter((other) => /^records:(undelete|insert|update):/.test(other.key));
    if (sheet === 'park') return writes.map((other) => ({ before: step.key, after: other.key }));
    if (sheet === 'finish')
      return others
        .filter((other) => /^records:(park|neutral|undelete|insert|update):/.test(other.key))
        .map((other) => ({ before: other.key, after: step.key }));
    return [];
  });
};
