import type { Knowledge } from '../../../records/knowledge.js';
import type { RowEdge, RowRule } from './rowRule.js';

/**
 * Rows that go: one that would refuse the delete of another goes first, and before whatever takes that other along. Details
 * go before their masters, so that each is deleted by its own work; in a circle the master goes first and takes them along.
 */
export const childrenGoFirst: RowRule = (works, facts) =>
  works.in('delete', 'sweep').flatMap((child) => {
    const values = works.valuesNow(child);
    const masters = works.goneWith(child);
    return works.fields(child.object).flatMap((field): RowEdge[] => {
      if (field.type !== 'reference' || works.letsGo(child.item.id, field.name)) return [];
      const target = works.going(values[field.name]);
      if (!target || target === child || rulesTakeConditions(facts.knowledge, target.object, child.object)) return [];
      const to = (key: string, strength: RowEdge['strength']): RowEdge => ({ before: child.key, after: key, strength });
      if (masters.has(target)) return [to(target.key, 'along')];
      if (!field.restrictedDelete && field.nillable) return [to(target.key, 'wish')];
      return [target, ...works.goneWith(target)]
        .filter((held) => held !== child)
        .map((held) => to(held.key, masters.has(held) ? 'along' : 'must'));
    });
  });

/** A rule with Custom logic takes its conditions along; see `conditionsInsideNeutral`. */
function rulesTakeConditions(knowledge: Knowledge, parent: string, child: string): boolean {
  return knowledge.customLogic.some((family) => family.rule === parent && family.condition === child);
}
