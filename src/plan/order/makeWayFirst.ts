import type { OrderRule } from './orderRule.js';

/** Sheets of one object in the order in which they must come, where both are there. */
const FIRST_TO_LAST: ReadonlyArray<readonly [before: string, after: readonly string[]]> = [
  ['release', ['update', 'finish']],
  ['park', ['undelete', 'undeleteLate', 'insert', 'parkBack', 'update', 'finish']],
  ['neutral', ['finish']],
  ['undelete', ['undeleteLate', 'parkBack', 'neutralBack', 'update', 'finish']],
  ['insert', ['update', 'finish']],
  ['parkBack', ['undeleteLate', 'update', 'finish']],
  ['undeleteLate', ['update', 'finish']],
  ['neutralBack', ['finish']],
  ['update', ['finish']],
];

/** Values are set aside before anything of their object is written; what had to wait comes after all of it. */
export const makeWayFirst: OrderRule = (steps) => {
  const keys = new Set(steps.map((step) => step.key));
  const objects = new Set(steps.flatMap((step) => (step.detail.kind === 'records' ? [step.detail.object] : [])));
  return [...objects].flatMap((object) =>
    FIRST_TO_LAST.flatMap(([before, after]) =>
      after.map((sheet) => ({ before: `records:${before}:${object}`, after: `records:${sheet}:${object}` }))
    ).filter((edge) => keys.has(edge.before) && keys.has(edge.after))
  );
};
