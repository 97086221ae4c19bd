import { expect } from 'chai';
import { companionsOf, keyText, type ComponentsPart } from '../../../src/metadata/component.js';

describe('what is asked for together', () => {
  const state = (type: string, fullName: string): ComponentsPart['components'][number] => ({
    type,
    fullName,
    digest: 'd',
    paths: [],
  });
  const PART: ComponentsPart = {
    components: [
      state('CustomObject', 'Trip__c'),
      state('CustomObjectTranslation', 'Trip__c-de'),
      state('Profile', 'Admin'),
    ],
    absent: [{ type: 'CustomField', fullName: 'Account.New__c' }],
    wholeTypes: [],
  };
  const asked = (type: string, fullName: string): string[] =>
    companionsOf([{ type, fullName }], PART).map(keyText).sort();

  for (const [type, name] of [
    ['Profile', 'Admin'],
    ['CustomObjectTranslation', 'Trip__c-de'],
    ['Translations', 'de'],
  ] as const)
    it(`${type}: its file says only what is about components named with it, so all of the scope are`, () => {
      expect(asked(type, name)).to.include.members(['CustomObject:Trip__c', 'CustomField:Account.New__c']);
    });

  it('nothing else, where a file is whole by itself', () => {
    expect(asked('CustomObject', 'Trip__c')).to.deep.equal(['CustomObject:Trip__c']);
  });
});
