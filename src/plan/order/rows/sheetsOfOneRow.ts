import type { Sheet } from '../../records/recordSheet.js';
import type { RowRule } from './rowRule.js';

/** The works of one row, first to last. */
const FIRST_TO_LAST: readonly Sheet[] = [
  'release',
  'park',
  'neutral',
  'undelete',
  'insert',
  'parkBack',
  'neutralBack',
  'update',
  'deactivate',
  'finish',
  'recheck',
  'delete',
  'sweep',
];

/** A row makes way first, then gets its values, and what had to wait comes at the end. */
export const sheetsOfOneRow: RowRule = (works) => {
  if (FIRST_TO_LAST.filter((sheet) => works.has(sheet)).length < 2) return [];
  return [...Map.groupBy(works.all, ({ item }) => item.id).values()].flatMap((ofRow) => {
    const inOrder = [...ofRow].sort((a, b) => FIRST_TO_LAST.indexOf(a.sheet) - FIRST_TO_LAST.indexOf(b.sheet));
    return inOrder.slice(1).map((work, at) => ({
      before: inOrder[at]?.key ?? '',
      after: work.key,
      strength: 'must' as const,
    }));
  });
};
