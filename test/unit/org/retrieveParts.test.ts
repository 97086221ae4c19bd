import { expect } from 'chai';
import fc from 'fast-check';
import { keyText } from '../../../src/metadata/component.js';
import { halves, retrieveParts } from '../../../src/org/retrieveParts.js';

const key = fc.oneof(
  fc.record({ type: fc.constant('ApexClass'), fullName: fc.constantFrom(...'ABCDEFGHIJ') }),
  fc.record({ type: fc.constant('CustomField'), fullName: fc.constantFrom('X.a', 'X.b', 'X.c', 'Y.a', 'Y.b') }),
  fc.record({ type: fc.constant('CustomObject'), fullName: fc.constantFrom('X', 'Y') })
);
const keys = fc.uniqueArray(key, { selector: keyText, minLength: 1, maxLength: 17 });
const objectOf = (text: string): string | undefined => /^Custom(?:Field|Object):([XY])/.exec(text)?.[1];

describe('a retrieve in parts', () => {
  it('asks for everything once, and for what stands in one file together', () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 18 }), (all, most) => {
        const parts = retrieveParts(all, most);
        expect(parts.flat().map(keyText).sort()).to.deep.equal(all.map(keyText).sort());
        for (const object of ['X', 'Y'])
          expect(parts.filter((part) => part.some((one) => objectOf(keyText(one)) === object)).length).to.be.at.most(1);
        for (const part of parts) expect(part).to.not.have.length(0);
      })
    );
  }).timeout(30_000);

  it('is halved until one file is left', () => {
    expect(
      halves([
        { type: 'CustomField', fullName: 'X.a' },
        { type: 'CustomObject', fullName: 'X' },
      ])
    ).to.equal(undefined);
    fc.assert(
      fc.property(keys, (all) => {
        const both = halves(all);
        if (both) expect([...both[0], ...both[1]].map(keyText).sort()).to.deep.equal(all.map(keyText).sort());
        if (both) expect(both.every((half) => half.length > 0)).to.equal(true);
      })
    );
  }).timeout(30_000);
});
