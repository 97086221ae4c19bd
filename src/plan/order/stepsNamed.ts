import type { OrderRule } from './orderRule.js';

/** A lane may say itself which of its steps wait for which: records are put in order row by row. */
export const stepsNamed: OrderRule = (steps) => {
  const keys = new Set(steps.map(({ key }) => key));
  const known = (names: readonly string[] | undefined): string[] => (names ?? []).filter((name) => keys.has(name));
  return steps.flatMap(({ key, after, preferablyAfter }) => [
    ...known(after).map((before) => ({ before, after: key })),
    ...known(preferablyAfter).map((before) => ({ before, after: key, orderOnly: true as const })),
  ]);
};
