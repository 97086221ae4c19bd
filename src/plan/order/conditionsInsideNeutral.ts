import type { OrderRule } from './orderRule.js';

/**
 * Conditions change while their rules are neutral, and rules get their expression when all conditions are in place. A rule
 * that goes takes its conditions along: alone they may not go while its expression names them.
 */
export const conditionsInsideNeutral: OrderRule = (steps, facts) => {
  const keys = new Set(steps.map((step) => step.key));
  return facts.knowledge.customLogic.flatMap((family) => {
    const rule = (sheet: string): string => `records:${sheet}:${family.rule}`;
    const condition = (sheet: string): string => `records:${sheet}:${family.condition}`;
    const conditions = steps.flatMap((step) =>
      step.detail.kind === 'records' && step.detail.object === family.condition ? [step.key] : []
    );
    return [
      ...conditions.flatMap((key) => [
        { before: rule('neutral'), after: key },
        { before: key, after: rule('finish') },
      ]),
      { before: rule('neutralBack'), after: condition('sweep') },
      { before: rule('neutralBack'), after: condition('update') },
      { before: rule('delete'), after: condition('delete') },
      { before: rule('delete~2'), after: condition('delete') },
    ].filter((edge) => keys.has(edge.before) && keys.has(edge.after));
  });
};
