import type { PracticeOrg } from '../engine/practiceOrg.js';
import { seedId, seedPackageRows } from './seedIds.js';

interface PriceRule {
  readonly name: string;
  readonly logic?: string;
  readonly inactive?: boolean;
  readonly lookupObject?: string;
  /** Index, object, field, operator, value; a number as field is a summary variable. */
  readonly conditions: ReadonlyArray<
    readonly [index: number, object: string, field: string | number, operator: string, value: string]
  >;
  readonly actions: ReadonlyArray<readonly [field: string, value: string]>;
}

const line = 'Quote Line';

/** Numbered from 1. The custom expressions name indexes that do not all start at 1, as in grown orgs. */
export const priceRules: readonly PriceRule[] = [
  {
    name: 'Beans flat delivery',
    conditions: [[1, line, 'SBQQ__ProductFamily__c', 'equals', 'Beans']],
    actions: [['SBQQ__AdditionalDiscount__c', '2']],
  },
  {
    name: 'Beans flat delivery',
    inactive: true,
    conditions: [[1, line, 'SBQQ__ProductFamily__c', 'equals', 'Beans']],
    actions: [['SBQQ__AdditionalDiscount__c', '1.5']],
  },
  {
    name: 'Care discount for large fleets',
    logic: '1 AND (2 OR 3)',
    conditions: [
      [1, line, 'SBQQ__ProductFamily__c', 'equals', 'Service'],
      [2, 'Summary Variable', 1, 'greater or equals', '5'],
      [3, 'Quote', 'SBQQ__Type__c', 'equals', 'Renewal'],
    ],
    actions: [
      ['SBQQ__Discount__c', '10'],
      ['SBQQ__Description__c', 'Fleet care'],
    ],
  },
  {
    name: 'Trade-in',
    logic: '10 OR 20',
    conditions: [
      [10, 'Quote', 'Trade_In__c', 'equals', 'true'],
      [20, 'Quote', 'SBQQ__Type__c', 'equals', 'Amendment'],
    ],
    actions: [['SBQQ__AdditionalDiscountAmount__c', '250']],
  },
  {
    name: 'Partner margin floor',
    logic: '(1 OR 2) AND 3',
    conditions: [
      [1, 'Quote', 'SBQQ__Partner__c', 'not equals', ''],
      [2, 'Quote', 'SBQQ__DistributorDiscount__c', 'greater than', '0'],
      [3, 'Summary Variable', 2, 'less than', '20'],
    ],
    actions: [['SBQQ__PartnerDiscount__c', '0']],
  },
  {
    name: 'Filter kit on the house',
    conditions: [
      [1, line, 'SBQQ__ProductCode__c', 'equals', 'AC-040'],
      [2, 'Summary Variable', 1, 'greater than', '2'],
    ],
    actions: [['SBQQ__SpecialPrice__c', '0']],
  },
  {
    name: 'Installation by distance',
    lookupObject: 'Delivery_Zone__c',
    conditions: [[1, line, 'SBQQ__ProductCode__c', 'equals', 'SV-300']],
    actions: [['SBQQ__ListPrice__c', '']],
  },
  {
    name: 'Round machine prices',
    conditions: [[1, line, 'SBQQ__ProductFamily__c', 'equals', 'Machines']],
    actions: [['SBQQ__CustomerPrice__c', '']],
  },
  {
    name: 'Welcome beans',
    conditions: [
      [1, 'Quote', 'SBQQ__Type__c', 'equals', 'Quote'],
      [2, line, 'SBQQ__ProductCode__c', 'starts with', 'BN-'],
    ],
    actions: [['SBQQ__Quantity__c', '2']],
  },
  {
    name: 'Two-year care',
    logic: '111 AND (222 OR 333)',
    conditions: [
      [111, line, 'SBQQ__ProductCode__c', 'equals', 'SV-200'],
      [222, 'Quote', 'SBQQ__SubscriptionTerm__c', 'greater or equals', '24'],
      [333, 'Quote', 'SBQQ__Type__c', 'equals', 'Renewal'],
    ],
    actions: [['SBQQ__Discount__c', '5']],
  },
  {
    name: 'Mark strategic quotes',
    conditions: [[1, 'Summary Variable', 3, 'greater than', '25000']],
    actions: [['Strategic__c', 'true']],
  },
  {
    name: 'Old spring campaign',
    inactive: true,
    conditions: [[1, line, 'SBQQ__ProductFamily__c', 'equals', 'Machines']],
    actions: [
      ['SBQQ__AdditionalDiscount__c', '6'],
      ['SBQQ__Description__c', 'Spring campaign'],
    ],
  },
];

/** Summary variables, price rules, their conditions, actions and one lookup query. */
export function seedPriceRules(org: PracticeOrg): void {
  seedPackageRows(org, 'SummaryVariable', [
    {
      n: 1,
      Name: 'Machines on quote',
      AggregateFunction: 'Sum',
      AggregateField: 'Quantity',
      TargetObject: 'Quote Line',
      FilterField: 'SBQQ__ProductFamily__c',
      Operator: 'equals',
      FilterValue: 'Machines',
      Scope: 'Quote',
    },
    {
      n: 2,
      Name: 'Lowest margin',
      AggregateFunction: 'Min',
      AggregateField: 'Margin',
      TargetObject: 'Quote Line',
      Scope: 'Quote',
    },
    {
      n: 3,
      Name: 'Net total',
      AggregateFunction: 'Sum',
      AggregateField: 'Net Total',
      TargetObject: 'Quote Line',
      Scope: 'Quote',
    },
    {
      n: 4,
      Name: 'Net total and care',
      AggregateFunction: 'Sum',
      AggregateField: 'Net Total',
      TargetObject: 'Quote Line',
      CombineWith: seedId(org, 'SBQQ__SummaryVariable__c', 3),
      CompositeOperator: 'Add',
    },
  ]);
  const variable = (number: number): string => seedId(org, 'SBQQ__SummaryVariable__c', number);
  const rule = (number: number): string => seedId(org, 'SBQQ__PriceRule__c', number);
  seedPackageRows(
    org,
    'PriceRule',
    priceRules.map((entry, index) => ({
      n: index + 1,
      Name: entry.name,
      Active: entry.inactive !== true,
      ConditionsMet: entry.logic === undefined ? 'All' : 'Custom',
      AdvancedCondition: entry.logic ?? null,
      EvaluationEvent: 'Before Calculate;On Calculate',
      EvaluationOrder: (index + 1) * 10,
      TargetObject: 'Calculator',
      LookupObject: entry.lookupObject ?? null,
    }))
  );
  const conditions = priceRules.flatMap((entry, index) =>
    entry.conditions.map((condition) => ({ rule: index + 1, condition }))
  );
  seedPackageRows(
    org,
    'PriceCondition',
    conditions.map(({ rule: number, condition: [place, object, field, operator, value] }, index) => ({
      n: index + 1,
      Name: String(index + 1),
      Rule: rule(number),
      Index: place,
      Object: object,
      Operator: operator,
      FilterType: 'Value',
      Value: value === '' ? null : value,
      Field: typeof field === 'string' ? field : null,
      TestedVariable: typeof field === 'number' ? variable(field) : null,
    }))
  );
  const actions = priceRules.flatMap((entry, index) =>
    entry.actions.map((action, order) => ({ rule: index + 1, action, order }))
  );
  seedPackageRows(
    org,
    'PriceAction',
    actions.map(({ rule: number, action: [field, value], order }, index) => ({
      n: index + 1,
      Name: String(index + 1),
      Rule: rule(number),
      Field: field,
      Value: value === '' ? null : value,
      Order: (order + 1) * 10,
      TargetObject: field.endsWith('Strategic__c') ? 'Quote' : 'Quote Line',
      SourceVariable: number === 11 ? variable(3) : null,
      Formula: number === 8 ? 'ROUND(SBQQ__ListPrice__c, -1)' : null,
    }))
  );
  seedPackageRows(org, 'LookupQuery', [
    {
      n: 1,
      Name: '1',
      PriceRule2: rule(7),
      LookupField: 'Zone__c',
      TestedObject: 'Quote',
      TestedField: 'Delivery_Zone__c',
      Operator: 'equals',
      MatchType: 'Tested Field',
    },
  ]);
}
