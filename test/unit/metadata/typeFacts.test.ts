import { expect } from 'chai';
import { deletability } from '../../../src/metadata/typeFacts.js';

describe('what the Metadata API can delete', () => {
  for (const type of ['ApexClass', 'CustomField', 'Layout', 'Flow', 'ValidationRule']) {
    it(`includes ${type}`, () => expect(deletability(type)).to.deep.equal({ deletable: true, instead: '' }));
  }
  for (const type of ['RecordType', 'BusinessProcess', 'StandardValueSet', 'Profile', 'Settings', 'AccountSettings']) {
    it(`leaves out ${type}, and says what a person can do instead`, () => {
      expect(deletability(type).deletable).to.equal(false);
      expect(deletability(type).instead).to.match(/Setup/);
    });
  }
});
