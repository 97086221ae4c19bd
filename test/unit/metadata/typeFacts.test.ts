import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isContainer } from '../../../src/metadata/members.js';
import { KNOWN_TYPES, typeFacts } from '../../../src/metadata/typeFacts.js';
import { typeTable } from '../../../src/metadata/typeTable.js';

describe('what the Metadata API can delete', () => {
  for (const type of ['ApexClass', 'CustomField', 'Layout', 'ValidationRule', 'SomethingOfTheNextRelease']) {
    it(`includes ${type}`, () => expect(typeFacts(type).created).to.equal('deleted'));
  }
  for (const type of ['StandardValueSet', 'Profile', 'Settings', 'AccountSettings']) {
    it(`leaves out ${type}, and says what a person can do instead`, () => {
      expect(typeFacts(type).created).to.equal('by hand');
      expect(typeFacts(type).instead).to.match(/Setup/);
    });
  }
  for (const type of ['RecordType', 'BusinessProcess', 'CustomSite', 'EntitlementProcess', 'Network']) {
    it(`leaves out ${type}, which is switched off instead, and says how a person gets rid of it`, () => {
      expect(typeFacts(type).created).to.equal('switched off');
      expect(typeFacts(type).off?.element).to.match(/^\w+$/);
      expect(typeFacts(type).instead).to.match(/Setup/);
    });
  }
});

describe('the table of type facts', () => {
  it('names a source for every type, and what to do by hand where nothing else helps', () => {
    for (const type of KNOWN_TYPES) {
      const facts = typeFacts(type);
      expect(facts.source, type).to.match(/MDAPI|HELP|DEPLOY/);
      expect(facts.instead === undefined, type).to.equal(!['by hand', 'switched off'].includes(facts.created));
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
