import type { OrderRule } from './orderRule.js';

/** An active version cannot be deleted: the pointer is moved first. */
export const pointerBeforeVersionDelete: OrderRule = (steps) => {
  const pointers = steps.flatMap((step) =>
    step.detail.kind === 'flow' ? [{ key: step.key, flow: step.detail.flow }] : []
  );
  return steps.flatMap((step) => {
    const { detail } = step;
    if (detail.kind !== 'flowVersion') return [];
    return pointers
      .filter((pointer) => pointer.flow === detail.flow)
      .map((pointer) => ({ before: pointer.key, after: step.key }));
  });
};
