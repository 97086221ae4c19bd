import type { OrderRule } from './orderRule.js';

/**
 * An active version cannot be deleted: the pointer is moved first. Where the flow is full, the version goes before the old
 * body is redeployed, which needs its place.
 */
export const pointerBeforeVersionDelete: OrderRule = (steps) =>
  steps.flatMap((step) => {
    const { detail } = step;
    if (detail.kind !== 'flowVersion') return [];
    return steps.flatMap((pointer) => {
      if (pointer.detail.kind !== 'flow' || pointer.detail.flow !== detail.flow) return [];
      return pointer.detail.needsSlot
        ? [{ before: step.key, after: pointer.key }]
        : [{ before: pointer.key, after: step.key }];
    });
  });
