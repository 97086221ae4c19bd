import type { PracticeOrg } from '../engine/practiceOrg.js';
import { seedId, seedPackageRows } from './seedIds.js';

interface Product {
  readonly name: string;
  readonly code: string;
  readonly family: 'Machines' | 'Beans' | 'Service' | 'Accessories';
  readonly price: number;
  readonly description?: string;
  readonly subscription?: boolean;
}

/** Numbered from 1; the numbers are those of the seed ids. */
export const products: readonly Product[] = [
  {
    name: 'Crema Uno',
    code: 'CM-100',
    family: 'Machines',
    price: 1490,
    description: 'Bean-to-cup machine for up to 15 people',
  },
  {
    name: 'Crema Duo',
    code: 'CM-200',
    family: 'Machines',
    price: 2790,
    description: 'Bean-to-cup machine for up to 40 people',
  },
  {
    name: 'Crema Grande',
    code: 'CM-400',
    family: 'Machines',
    price: 5490,
    description: 'Two grinders, two groups, up to 120 people',
  },
  {
    name: 'Office Coffee Corner',
    code: 'CC-500',
    family: 'Machines',
    price: 6900,
    description: 'Machine, fridge, counter and a year of beans',
  },
  { name: 'Milk Fridge', code: 'AC-010', family: 'Accessories', price: 390 },
  { name: 'Cup Warmer', code: 'AC-020', family: 'Accessories', price: 240 },
  { name: 'Card Payment Module', code: 'AC-030', family: 'Accessories', price: 310 },
  { name: 'Water Filter Kit', code: 'AC-040', family: 'Accessories', price: 89 },
  {
    name: 'House Blend 1 kg',
    code: 'BN-001',
    family: 'Beans',
    price: 18.9,
    description: 'Arabica and robusta, medium roast',
  },
  { name: 'Highland Arabica 1 kg', code: 'BN-002', family: 'Beans', price: 24.5 },
  { name: 'Decaf 1 kg', code: 'BN-003', family: 'Beans', price: 22 },
  {
    name: 'Basic Care',
    code: 'SV-100',
    family: 'Service',
    price: 29,
    subscription: true,
    description: 'Yearly check, parts at cost',
  },
  {
    name: 'Full Care',
    code: 'SV-200',
    family: 'Service',
    price: 59,
    subscription: true,
    description: 'Parts, labour and a spare machine next day',
  },
  { name: 'Installation', code: 'SV-300', family: 'Service', price: 180 },
];

const bundle = 4;

/** Accounts, products, price books and entries, discount schedules, features, options and constraints. */
export function seedProducts(org: PracticeOrg): void {
  org.seed(
    'Account',
    ['Hafenkontor Group', 'Linden Law', 'Nordlicht Software', 'Alpenblick Clinics'].map((name, index) => ({
      Id: seedId(org, 'Account', index + 1),
      Name: name,
      Type: index < 2 ? 'Customer' : 'Prospect',
      BillingCity: ['Hamburg', 'Berlin', 'Kiel', 'Kempten'][index] ?? null,
    }))
  );
  seedSchedules(org);
  seedPackageRows(
    org,
    'Product2',
    products.map((product, index) => ({
      n: index + 1,
      Name: product.name,
      ProductCode: product.code,
      Family: product.family,
      IsActive: true,
      Description: product.description ?? null,
      PricingMethod: 'List',
      SortOrder: (index + 1) * 10,
      DefaultQuantity: 1,
      QuantityEditable: true,
      Taxable: true,
      ConfigurationType: index + 1 === bundle ? 'Allowed' : null,
      SubscriptionPricing: product.subscription === true ? 'Fixed Price' : null,
      SubscriptionTerm: product.subscription === true ? 12 : null,
      DiscountSchedule:
        product.family === 'Machines'
          ? seedId(org, 'SBQQ__DiscountSchedule__c', 1)
          : product.family === 'Beans'
            ? seedId(org, 'SBQQ__DiscountSchedule__c', 2)
            : null,
    }))
  );
  seedPrices(org);
  seedBundle(org);
}

function seedSchedules(org: PracticeOrg): void {
  seedPackageRows(org, 'DiscountSchedule', [
    {
      n: 1,
      Name: 'Machines by number',
      Type: 'Range',
      DiscountUnit: 'Percent',
      AggregationScope: 'Quote',
      UserDefined: false,
    },
    {
      n: 2,
      Name: 'Beans by kilo',
      Type: 'Slab',
      DiscountUnit: 'Percent',
      AggregationScope: 'None',
      CrossOrders: true,
      UserDefined: false,
    },
    { n: 3, Name: 'Care by term', Type: 'Range', DiscountUnit: 'Percent', UserDefined: false },
  ]);
  const tiers: ReadonlyArray<readonly [schedule: number, from: number, to: number | null, discount: number]> = [
    [1, 1, 3, 0],
    [1, 3, 6, 4],
    [1, 6, null, 7.5],
    [2, 1, 10, 0],
    [2, 10, 50, 5],
    [2, 50, 200, 9],
    [2, 200, null, 12],
    [3, 1, 24, 0],
    [3, 24, 36, 5],
    [3, 36, null, 8],
  ];
  seedPackageRows(
    org,
    'DiscountTier',
    tiers.map(([schedule, from, to, discount], index) => ({
      n: index + 1,
      Name: `Tier ${index + 1}`,
      Schedule: seedId(org, 'SBQQ__DiscountSchedule__c', schedule),
      Number: 1 + tiers.slice(0, index).filter((tier) => tier[0] === schedule).length,
      LowerBound: from,
      UpperBound: to,
      Discount: discount,
    }))
  );
}

function seedPrices(org: PracticeOrg): void {
  const [standard, partners] = [seedId(org, 'Pricebook2', 1), seedId(org, 'Pricebook2', 2)];
  org.seed('Pricebook2', [
    { Id: standard, Name: 'Standard Price Book', IsActive: true, IsStandard: true },
    {
      Id: partners,
      Name: 'Partner Price Book',
      IsActive: true,
      IsStandard: false,
      Description: 'Resellers in Germany and Austria',
    },
  ]);
  for (const [index, product] of products.entries()) {
    const entry = (number: number, book: string, price: number): void =>
      org.seed('PricebookEntry', [
        {
          Id: seedId(org, 'PricebookEntry', number),
          Pricebook2Id: book,
          Product2Id: seedId(org, 'Product2', index + 1),
          UnitPrice: price,
          IsActive: true,
          UseStandardPrice: false,
        },
      ]);
    entry(index + 1, standard, product.price);
    if (product.family !== 'Service') entry(index + 101, partners, Math.round(product.price * 82) / 100);
  }
  seedPackageRows(
    org,
    'Cost',
    products.slice(0, 8).map((product, index) => ({
      n: index + 1,
      Name: `COST-${String(index + 1).padStart(6, '0')}`,
      Active: true,
      Product: seedId(org, 'Product2', index + 1),
      UnitCost: Math.round(product.price * 61) / 100,
    }))
  );
  seedPackageRows(org, 'BlockPrice', [
    { n: 1, Name: 'Installation 1-3', Product: seedId(org, 'Product2', 14), LowerBound: 1, UpperBound: 4, Price: 180 },
    {
      n: 2,
      Name: 'Installation 4 and more',
      Product: seedId(org, 'Product2', 14),
      LowerBound: 4,
      UpperBound: null,
      Price: 520,
    },
  ]);
}

function seedBundle(org: PracticeOrg): void {
  const sku = (number: number): string => seedId(org, 'Product2', number);
  seedPackageRows(
    org,
    'ProductFeature',
    ['Machine', 'Accessories', 'Beans', 'Care'].map((name, index) => ({
      n: index + 1,
      Name: name,
      ConfiguredSKU: sku(bundle),
      Number: (index + 1) * 10,
      MinOptionCount: index === 0 ? 1 : 0,
      MaxOptionCount: index === 0 ? 1 : null,
      OptionSelectionMethod: 'Click',
    }))
  );
  const options: ReadonlyArray<readonly [feature: number, product: number, quantity: number, required: boolean]> = [
    [1, 1, 1, false],
    [1, 2, 1, true],
    [1, 3, 1, false],
    [2, 5, 1, true],
    [2, 6, 1, false],
    [2, 7, 1, false],
    [2, 8, 2, true],
    [3, 9, 6, true],
    [3, 10, 4, false],
    [4, 12, 1, false],
    [4, 13, 1, false],
  ];
  seedPackageRows(
    org,
    'ProductOption',
    options.map(([feature, product, quantity, required], index) => ({
      n: index + 1,
      Name: `PO-${String(index + 1).padStart(6, '0')}`,
      ConfiguredSKU: sku(bundle),
      Feature: seedId(org, 'SBQQ__ProductFeature__c', feature),
      OptionalSKU: sku(product),
      Number: (index + 1) * 10,
      Quantity: quantity,
      Required: required,
      Selected: required,
      Bundled: feature === 2 && required,
      Type: 'Component',
      QuantityEditable: feature === 3,
    }))
  );
  const option = (number: number): string => seedId(org, 'SBQQ__ProductOption__c', number);
  seedPackageRows(org, 'OptionConstraint', [
    {
      n: 1,
      Name: 'Payment needs a bigger machine',
      Active: true,
      ConfiguredSKU: sku(bundle),
      ConstrainedOption: option(6),
      ConstrainingOption: option(1),
      Type: 'Exclusion',
    },
    {
      n: 2,
      Name: 'One kind of care',
      Active: true,
      ConfiguredSKU: sku(bundle),
      ConstrainedOption: option(10),
      ConstrainingOption: option(11),
      Type: 'Exclusion',
    },
  ]);
}
