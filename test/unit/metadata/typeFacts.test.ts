import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isContainer } from '../../../src/metadata/members.js';
import { deletability, KNOWN_TYPES, typeFacts } from '../../../src/metadata/typeFacts.js';
import { typeTable } from '../../../src/metadata/typeTable.js';

describe('what the Metadata API can delete', () => {
  for (const type of ['ApexClass', 'CustomField', 'Layout', 'ValidationRule', 'SomethingOfTheNextRelease']) {
    it(`includes ${type}`, () => expect(deletability(type)).to.deep.equal({ deletable: true, instead: '' }));
  }
  for (const type of ['RecordType', 'BusinessProcess', 'StandardValueSet', 'Profile', 'Settings', 'AccountSettings']) {
    it(`leaves out ${type}, and says what a person can do instead`, () => {
      expect(deletability(type).deletable).to.equal(false);
      expect(deletability(type).instead).to.match(/Setup/);
    });
  }
});

describe('the table of type facts', () => {
  it('names a source for every type, and what to do by hand where nothing else helps', () => {
    for (const type of KNOWN_TYPES) {
      const facts = typeFacts(type);
      expect(facts.source, type).to.match(/MDAPI|HELP|DEPLOY/);
      expect(facts.instead === undefined, type).to.equal(facts.created !== 'by hand');
    }
  });

  it('says of every container that it goes back part by part', () => {
    for (const type of KNOWN_TYPES.filter(isContainer)) expect(typeFacts(type).changed, type).to.equal('by part');
  });

  it('is what docs/metadata.md prints: npm run docs:types writes it', () => {
    const page = readFileSync(new URL('../../../docs/metadata.md', import.meta.url), 'utf8');
    expect(page).to.include(`<!-- types: start -->\n\n${typeTable()}\n<!-- types: end -->`);
  });
});
