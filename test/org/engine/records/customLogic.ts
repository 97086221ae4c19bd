import { OrgError, type Row } from '../contracts.js';
import type { RowStore } from './rowStore.js';

interface Family {
  readonly rule: string;
  readonly condition: string;
  readonly link: string;
  readonly namespace: 'SBQQ' | 'sbaa';
}

const families: readonly Family[] = [
  { rule: 'SBQQ__PriceRule__c', condition: 'SBQQ__PriceCondition__c', link: 'SBQQ__Rule__c', namespace: 'SBQQ' },
  { rule: 'SBQQ__ProductRule__c', condition: 'SBQQ__ErrorCondition__c', link: 'SBQQ__Rule__c', namespace: 'SBQQ' },
  { rule: 'SBQQ__QuoteTerm__c', condition: 'SBQQ__TermCondition__c', link: 'SBQQ__QuoteTerm__c', namespace: 'SBQQ' },
  {
    rule: 'sbaa__ApprovalRule__c',
    condition: 'sbaa__ApprovalCondition__c',
    link: 'sbaa__ApprovalRule__c',
    namespace: 'sbaa',
  },
];

/**
 * The package's own check: a rule with custom condition logic needs an expression, and every condition the
 * expression names must be there already. A person cannot switch it off.
 */
export function checkCustomLogicOfRule(store: RowStore, objectName: string, row: Row): void {
  const family = families.find((candidate) => candidate.rule === objectName);
  if (family === undefined || row[`${family.namespace}__ConditionsMet__c`] !== 'Custom') return;
  const expression = row[`${family.namespace}__AdvancedCondition__c`];
  if (typeof expression !== 'string') {
    throw refusal('Advanced Condition is required when Conditions Met is Custom.');
  }
  const missing = missingIndexes(store, family, String(row['Id']), expression);
  if (missing.length > 0) {
    throw refusal(`Advanced Condition refers to a condition that does not exist: ${missing.join(', ')}`);
  }
}

/** Refuses to take a single condition away from an expression that names it. Taking the whole rule is allowed. */
export function checkCustomLogicOfCondition(store: RowStore, objectName: string, deleted: Row): void {
  const family = families.find((candidate) => candidate.condition === objectName);
  if (family === undefined) return;
  const rule = store.get(family.rule, String(deleted[family.link]));
  if (rule === undefined || rule['IsDeleted'] === true || rule[`${family.namespace}__ConditionsMet__c`] !== 'Custom')
    return;
  const index = deleted[`${family.namespace}__Index__c`];
  if (
    typeof index === 'number' &&
    namedIndexes(String(rule[`${family.namespace}__AdvancedCondition__c`] ?? '')).includes(index)
  ) {
    throw refusal(`This condition is used in the Advanced Condition of its rule: ${index}`);
  }
}

function missingIndexes(store: RowStore, family: Family, ruleId: string, expression: string): number[] {
  const present = new Set(
    store
      .rowsWith(family.condition, family.link, ruleId)
      .filter((row) => row['IsDeleted'] !== true)
      .map((row) => row[`${family.namespace}__Index__c`])
  );
  return namedIndexes(expression).filter((index) => !present.has(index));
}

function namedIndexes(expression: string): number[] {
  return [...new Set([...expression.matchAll(/\d+/g)].map(([digits]) => Number(digits)))];
}

function refusal(message: string): OrgError {
  return new OrgError('FIELD_CUSTOM_VALIDATION_EXCEPTION', message, []);
}
