import type { PracticeOrg } from '../engine/practiceOrg.js';
import { seedId, seedPackageRows } from './seedIds.js';

/** Product rules with their error conditions and actions, and where they are attached. */
export function seedProductRules(org: PracticeOrg): void {
  const rule = (number: number): string => seedId(org, 'SBQQ__ProductRule__c', number);
  const sku = (number: number): string => seedId(org, 'Product2', number);
  seedPackageRows(org, 'ProductRule', [
    {
      n: 1,
      Name: 'No more than two machines per corner',
      Active: true,
      Type: 'Validation',
      Scope: 'Product',
      EvaluationEvent: 'Save',
      EvaluationOrder: 10,
      ConditionsMet: 'All',
      ErrorMessage: 'A coffee corner has room for two machines.',
    },
    {
      n: 2,
      Name: 'Suggest full care',
      Active: true,
      Type: 'Alert',
      Scope: 'Quote',
      EvaluationEvent: 'Save',
      EvaluationOrder: 20,
      ConditionsMet: 'Custom',
      AdvancedCondition: '1 AND 2',
      ErrorMessage: 'Five machines and more are cheaper with Full Care.',
    },
    {
      n: 3,
      Name: 'Add filter kit to every machine',
      Active: true,
      Type: 'Selection',
      Scope: 'Product',
      EvaluationEvent: 'Always',
      EvaluationOrder: 30,
      ConditionsMet: 'Any',
    },
    {
      n: 4,
      Name: 'Hide payment on small machines',
      Active: false,
      Type: 'Selection',
      Scope: 'Product',
      EvaluationEvent: 'Edit',
      EvaluationOrder: 40,
      ConditionsMet: 'All',
    },
  ]);
  const conditions: ReadonlyArray<
    readonly [rule: number, index: number, field: string, operator: string, value: string]
  > = [
    [1, 1, 'Quantity', 'greater than', '2'],
    [2, 1, 'Product Family', 'equals', 'Machines'],
    [2, 2, 'Product Code', 'not equals', 'SV-200'],
    [3, 1, 'Product Code', 'equals', 'CM-200'],
    [3, 2, 'Product Code', 'equals', 'CM-400'],
    [4, 1, 'Product Code', 'equals', 'CM-100'],
  ];
  seedPackageRows(
    org,
    'ErrorCondition',
    conditions.map(([number, place, field, operator, value], index) => ({
      n: index + 1,
      Name: String(index + 1).padStart(6, '0'),
      Rule: rule(number),
      Index: place,
      TestedObject: 'Product Option',
      TestedField: field,
      Operator: operator,
      FilterType: 'Value',
      FilterValue: value,
    }))
  );
  seedPackageRows(org, 'ProductAction', [
    { n: 1, Name: 'PA-0000001', Rule: rule(3), Type: 'Add', Product: sku(8), Required: true },
    { n: 2, Name: 'PA-0000002', Rule: rule(4), Type: 'Hide', Product: sku(7), Required: false },
    { n: 3, Name: 'PA-0000003', Rule: rule(4), Type: 'Remove', Product: sku(7), Required: false },
  ]);
  seedPackageRows(org, 'ConfigurationRule', [
    {
      n: 1,
      Name: 'CR-000001',
      Active: true,
      Product: sku(4),
      ProductFeature: seedId(org, 'SBQQ__ProductFeature__c', 1),
      ProductRule: rule(1),
    },
    { n: 2, Name: 'CR-000002', Active: true, Product: sku(4), ProductRule: rule(3) },
  ]);
}
