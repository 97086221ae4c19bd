import { CUSTOM_LOGIC } from '../../records/presets/presets.js';
import type { OrderRule } from './orderSteps.js';

/** Conditions change while their rules are neutral, and rules get their expression when all conditions are in place. */
export const conditionsInsideNeutral: OrderRule = (steps) =>
  CUSTOM_LOGIC.flatMap((family) => {
    const conditions = steps.filter(
      (step) => step.detail.kind === 'records' && step.detail.object === family.condition
    );
    const neutral = steps.filter((step) => step.key === `records:neutral:${family.rule}`);
    const finish = steps.filter((step) => step.key === `records:finish:${family.rule}`);
    return conditions.flatMap((condition) => [
      ...neutral.map((rule) => ({ before: rule.key, after: condition.key })),
      ...finish.map((rule) => ({ before: condition.key, after: rule.key })),
    ]);
  });
