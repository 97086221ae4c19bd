import { expect } from 'chai';
import { addedValues } from '../../../src/metadata/picklistValues.js';
import { canonicalXml } from '../../../src/model/canonicalXml.js';

const set = (...values: ReadonlyArray<readonly [name: string, off?: true]>): ReturnType<typeof canonicalXml> =>
  canonicalXml(
    `<GlobalValueSet>${values
      .map(
        ([name, off]) =>
          `<customValue><fullName>${name}</fullName>${off ? '<isActive>false</isActive>' : ''}</customValue>`
      )
      .join('')}<sorted>false</sorted></GlobalValueSet>`
  );

describe('picklist values that were added since', () => {
  const before = set(['Gold'], ['Silver']);

  it('are told apart by whether they are active', () => {
    expect(addedValues(before, set(['Gold'], ['Tin'], ['Silver'], ['Lead', true]))).to.deep.equal({
      active: ['Tin'],
      inactive: ['Lead'],
      onlyInactive: false,
    });
  });

  it('that are inactive are all that differs, or not', () => {
    expect(addedValues(before, set(['Gold'], ['Silver'], ['Tin', true])).onlyInactive).to.equal(true);
    expect(addedValues(before, set(['Silver'], ['Gold'], ['Tin', true])).onlyInactive).to.equal(false);
    expect(addedValues(before, set(['Gold'], ['Silver', true])).onlyInactive).to.equal(false);
    expect(addedValues(before, before).onlyInactive).to.equal(false);
  });

  it('are found in the value set of a field', () => {
    const field = (...names: readonly string[]): ReturnType<typeof canonicalXml> =>
      canonicalXml(
        `<fields><fullName>Tier__c</fullName><valueSet><valueSetDefinition>${names
          .map((name) => `<value><fullName>${name}</fullName></value>`)
          .join('')}</valueSetDefinition></valueSet></fields>`
      );
    expect(addedValues(field('A'), field('A', 'B')).active).to.deep.equal(['B']);
  });
});
