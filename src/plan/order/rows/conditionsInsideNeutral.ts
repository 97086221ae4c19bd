import type { CustomLogic } from '../../../records/knowledge.js';
import type { RecordFacts } from '../../records/recordFacts.js';
import type { RowEdge, RowRule } from './rowRule.js';
import type { RowWork, RowWorks } from './rowWorks.js';

/**
 * Conditions change while their rules are neutral, and rules get their expression when all conditions are in place. A rule
 * that goes takes its conditions along: alone they may not go while its expression names them.
 */
export const conditionsInsideNeutral: RowRule = (works, facts) =>
  facts.knowledge.customLogic.flatMap((family) =>
    works.all
      .filter(({ object }) => object === family.condition)
      .flatMap((condition) => rulesOf(family, condition, facts).flatMap((rule) => around(condition, rule, works)))
  );

function around(condition: RowWork, rule: string, works: RowWorks): RowEdge[] {
  const edges: RowEdge[] = [];
  const order = (before: RowWork | undefined, after: RowWork | undefined): void => {
    if (before && after) edges.push({ before: before.key, after: after.key, strength: 'must' });
  };
  order(works.at('neutral', rule), condition);
  order(condition, works.at('finish', rule));
  order(condition, works.at('recheck', rule));
  if (condition.sheet === 'sweep' || condition.sheet === 'update') order(works.at('neutralBack', rule), condition);
  if (condition.sheet === 'delete' || condition.sheet === 'sweep') order(works.going(rule), condition);
  return edges;
}

/** The rules a condition has to do with: its own now, and the one it goes back to. */
function rulesOf(family: CustomLogic, { item }: RowWork, facts: RecordFacts): string[] {
  const named = [item.before?.[family.lookup], item.after?.[family.lookup], facts.ruleOf.get(item.id)];
  return [...new Set(named.filter((id): id is string => typeof id === 'string'))];
}
