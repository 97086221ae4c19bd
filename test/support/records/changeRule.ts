import type { OrgUser } from '../../org/engine/contracts.js';
import { Dice } from '../dice.js';
import type { CaseOrg } from './caseOrg.js';
import type { Act } from './caseSpec.js';
import { conditionsOf, layCondition, layRule, setCustom } from './layState.js';

/** What a deployment does to a rule with Custom logic and to its conditions. */
export function changeRule(
  world: CaseOrg,
  user: OrgUser,
  pick: number,
  how: Extract<Act, { kind: 'rule' }>['how'],
  salt: number
): void {
  const { family } = world.spec;
  if (!family) return;
  const dice = new Dice(salt);
  if (how === 'new') {
    layRule(world, user, dice.between(1, 3), dice.chance(0.8));
    return;
  }
  const rules = world.rows(family.rule);
  const rule = rules[pick % Math.max(1, rules.length)];
  if (!rule) return;
  const id = String(rule['Id']);
  const conditions = conditionsOf(world, id);
  switch (how) {
    case 'delete':
      world.write(user, { operation: 'delete', id });
      return;
    case 'simplify':
      world.update(user, family.rule, id, {
        SBQQ__ConditionsMet__c: dice.one(['All', 'Any']),
        SBQQ__AdvancedCondition__c: dice.chance(0.5) ? null : String(rule['SBQQ__AdvancedCondition__c'] ?? '') || null,
      });
      for (const condition of dice.some(conditions, dice.between(1, 3)))
        world.write(user, { operation: 'delete', id: String(condition['Id']) });
      return;
    case 'renumber':
      for (const condition of conditions)
        world.update(user, family.condition, String(condition['Id']), {
          SBQQ__Index__c: Number(condition['SBQQ__Index__c']) + 10,
        });
      setCustom(world, user, id);
      return;
    case 'grow':
      layCondition(world, user, id, conditions.length + 20);
      setCustom(world, user, id);
      return;
    case 'rewrite':
      world.update(user, family.rule, id, {
        SBQQ__ConditionsMet__c: 'Custom',
        SBQQ__AdvancedCondition__c: String(conditions.length > 0 ? dice.one(conditions)['SBQQ__Index__c'] : 1),
      });
  }
}
