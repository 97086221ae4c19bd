import { expect } from 'chai';
import { isApiName } from '../../../../src/model/ids.js';
import { presetNamed, PRESETS } from '../../../../src/records/presets/presets.js';

describe('presets', () => {
  it('are found by name', () => {
    expect(presetNamed('cpq')?.namespace).to.equal('SBQQ');
    expect(presetNamed('CPQ')).to.equal(undefined);
  });

  for (const preset of PRESETS) {
    it(`${preset.name} names each object once, by its API name`, () => {
      const names = preset.objects.map((entry) => entry.object);
      expect(new Set(names).size).to.equal(names.length);
      expect(names.filter((name) => !isApiName(name))).to.deep.equal([]);
      expect(names.length).to.be.greaterThan(0);
    });
  }

  it('cpq covers the price rules and what belongs to them', () => {
    expect(presetNamed('cpq')?.objects.map((entry) => entry.object)).to.include.members([
      'Product2',
      'SBQQ__PriceRule__c',
      'SBQQ__PriceCondition__c',
      'SBQQ__PriceAction__c',
      'SBQQ__ProductRule__c',
    ]);
  });
});
