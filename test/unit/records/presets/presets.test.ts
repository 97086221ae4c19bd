import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { isApiName } from '../../../../src/model/ids.js';
import type { Knowledge } from '../../../../src/records/knowledge.js';
import { joinTerms, termsOf } from '../../../../src/records/presets/presetCondition.js';
import { presetNamed, PRESETS, type Preset } from '../../../../src/records/presets/presets.js';
import { sharedData } from '../../../e2e/support/sharedData.js';

/** The configuration of CPQ, without its prefix and suffix; what quotes and orders make is not among it. */
const CPQ_OBJECTS = `ProductFeature ProductOption OptionConstraint ConfigurationAttribute AttributeSet ProductAttribute
  ProductAttributeSet UpgradeSource RelatedContent SolutionGroup DiscountSchedule DiscountTier BlockPrice Cost Dimension
  DiscountCategory PricingGuidance PricingGuidanceTier PriceSchedule PriceTier SummaryVariable PriceRule PriceCondition
  PriceAction ProductRule ErrorCondition ProductAction ConfigurationRule LookupQuery LookupData CustomScript TemplateContent
  QuoteTemplate TemplateSection LineColumn QuoteTerm TermCondition CustomAction CustomActionCondition SearchFilter
  QuoteProcess ProcessInput ProcessInputCondition Theme ImportFormat ImportColumn Localization FieldSetMetadata
  ColumnMetadata`.split(/\s+/);
const APPROVAL_OBJECTS =
  'ApprovalChain ApprovalVariable Approver EmailTemplate ApprovalRule ApprovalCondition TrackedField ApprovalSettings'.split(
    ' '
  );

const packaged = (namespace: string, names: readonly string[]): string[] =>
  names.map((name) => `${namespace}__${name}__c`);

describe('presets', () => {
  it('are found by name', () => {
    expect(presetNamed('cpq')?.namespace).to.equal('SBQQ');
    expect(presetNamed('CPQ')).to.equal(undefined);
  });

  it('cpq covers every configuration object of the package, and the catalogue', () => {
    expect(objectsOf('cpq')).to.have.members([
      'Product2',
      'Pricebook2',
      'PricebookEntry',
      ...packaged('SBQQ', CPQ_OBJECTS),
    ]);
  });

  it('approvals covers every configuration object of the package', () => {
    expect(objectsOf('approvals')).to.have.members(packaged('sbaa', APPROVAL_OBJECTS));
  });

  it('leave out the copies that quotes and orders make', () => {
    const filtered = PRESETS.flatMap((preset) => preset.objects).filter((entry) => entry.where !== undefined);
    expect(filtered.map((entry) => entry.object)).to.have.members(
      packaged('SBQQ', [
        'DiscountSchedule',
        'DiscountTier',
        'PriceSchedule',
        'PriceTier',
        'BlockPrice',
        'QuoteTerm',
        'TermCondition',
        'RelatedContent',
      ])
    );
    for (const { where = '' } of filtered) expect(joinTerms(termsOf(where))).to.equal(where);
  });

  it('know the four families of Custom condition logic', () => {
    const families = PRESETS.flatMap((preset) => preset.customLogic).map(({ rule, condition }) => [rule, condition]);
    expect(families).to.deep.equal([
      ['SBQQ__PriceRule__c', 'SBQQ__PriceCondition__c'],
      ['SBQQ__ProductRule__c', 'SBQQ__ErrorCondition__c'],
      ['SBQQ__QuoteTerm__c', 'SBQQ__TermCondition__c'],
      ['sbaa__ApprovalRule__c', 'sbaa__ApprovalCondition__c'],
    ]);
  });

  for (const preset of PRESETS) {
    it(`${preset.name} names each object once, by its API name, and knows something only of its own`, () => {
      const names = preset.objects.map((entry) => entry.object);
      expect(new Set(names).size).to.equal(names.length);
      expect(names.filter((name) => !isApiName(name))).to.deep.equal([]);
      expect(names).to.include.members(namedIn(preset).map(([object]) => object));
    });
  }

  it('name only fields that the packages have, of a type that can hold what is said of it', function () {
    const folder = sharedData('cpq', 'describes');
    if (folder === undefined) return this.skip();
    const describeOf = (object: string): Described =>
      JSON.parse(readFileSync(join(folder, `${object}.json`), 'utf8')) as Described;
    const typeOf = (object: string, field: string): string | undefined =>
      describeOf(object).fields.find(({ name }) => name === field)?.type;
    for (const preset of PRESETS) {
      for (const [object, field, types] of namedIn(preset))
        if (object !== 'PricebookEntry' && field !== 'IsActive')
          expect(types, `${object}.${field}`).to.include(typeOf(object, field));
      for (const { object, where } of preset.objects) {
        for (const { path } of where ? termsOf(where) : []) {
          const lookup = path.length > 1 ? path[0]?.replace(/__r$/, '__c') : undefined;
          const parent = describeOf(object).fields.find(({ name }) => name === lookup)?.referenceTo?.[0];
          expect(typeOf(parent ?? object, path.at(-1) ?? ''), `${object}: ${path.join('.')}`).to.not.equal(undefined);
        }
      }
    }
  });
});

interface Described {
  readonly fields: ReadonlyArray<{ readonly name: string; readonly type: string; readonly referenceTo?: string[] }>;
}

function objectsOf(name: string): string[] {
  return (presetNamed(name) as Preset).objects.map((entry) => entry.object);
}

/** Every field that is said something of, with the types it may have. */
function namedIn(knowledge: Knowledge): Array<[object: string, field: string, types: readonly string[]]> {
  const entries = (table: Readonly<Record<string, readonly string[]>>, types: readonly string[]) =>
    Object.entries(table).flatMap(([object, fields]) =>
      fields.map((field): [string, string, readonly string[]] => [object, field, types])
    );
  return [
    ...entries(knowledge.softReferences, ['string', 'textarea', 'url']),
    ...entries(knowledge.twoPass, ['reference']),
    ...Object.entries(knowledge.deactivate).map(([object, { field }]): [string, string, readonly string[]] => [
      object,
      field,
      ['boolean'],
    ]),
    ...knowledge.customLogic.flatMap((family): Array<[string, string, readonly string[]]> => [
      [family.rule, family.met, ['picklist']],
      [family.rule, family.logic, ['textarea', 'string']],
      [family.condition, family.lookup, ['reference']],
      [family.condition, family.index, ['double']],
    ]),
  ];
}
