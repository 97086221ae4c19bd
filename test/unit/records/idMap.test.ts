import { expect } from 'chai';
import fc from 'fast-check';
import { holdsId, repointRow, repointValue, type IdMap } from '../../../src/records/idMap.js';
import { recordId, typedText } from '../support/arbitraries.js';

const [OLD, NEW, OTHER] = ['a0B000000000001AAA', 'a0B00000000ZZZZIAU', 'a0B000000000002AAA'];
const IDS: IdMap = new Map([[OLD, NEW]]);

describe('values that hold an old Id', () => {
  it('get the new one, in the form in which they held the old one', () => {
    expect(repointValue(OLD, IDS, false)).to.equal(NEW);
    expect(repointValue(OLD.slice(0, 15), IDS, false)).to.equal(NEW.slice(0, 15));
    expect(repointValue(OTHER, IDS, true)).to.equal(OTHER);
    expect(repointValue(null, IDS, true)).to.equal(null);
  });

  it('inside longer text get it only where the field is known for that', () => {
    const text = `IF(x, "${OLD}", '${OLD.slice(0, 15)}') ${OTHER}`;
    expect(repointValue(text, IDS, true)).to.equal(`IF(x, "${NEW}", '${NEW.slice(0, 15)}') ${OTHER}`);
    expect(repointValue(text, IDS, false)).to.equal(text);
    expect(repointValue(`x${OLD}`, IDS, true)).to.equal(`x${OLD}`);
  });

  it('stay as they are where nothing got a new Id', () => {
    fc.assert(
      fc.property(fc.oneof(recordId, typedText), fc.boolean(), (value, inside) => {
        expect(repointValue(value, new Map(), inside)).to.equal(value);
        expect(repointValue(value, new Map([['a0Bzzzzzzzzzzzz'.padEnd(18, 'A'), NEW]]), inside)).to.equal(value);
      })
    );
  });

  it('are found by either form, inside text only where that is asked', () => {
    const ids = new Set([OLD]);
    expect([
      holdsId(OLD, ids, false),
      holdsId(OLD.slice(0, 15), ids, false),
      holdsId(OTHER, ids, true),
      holdsId(null, ids, true),
      holdsId(undefined, ids, true),
      holdsId('short', ids, true),
    ]).to.deep.equal([true, true, false, false, false, false]);
    expect([
      holdsId(`"${OLD}"`, ids, true),
      holdsId(`"${OLD}"`, ids, false),
      holdsId(`"${OLD.slice(0, 15)}"`, ids, true),
      holdsId(`"${OTHER}"`, ids, true),
    ]).to.deep.equal([true, false, true, false]);
  });
});

describe('a row that points to rows with new Ids', () => {
  it('points to them, and keeps the rest', () => {
    expect(
      repointRow({ Rule__c: OLD, Script__c: `[${OLD}]`, Name: 'x', Empty__c: null }, IDS, ['Script__c'])
    ).to.deep.equal({ Rule__c: NEW, Script__c: `[${NEW}]`, Name: 'x', Empty__c: null });
    expect(repointRow({ Script__c: `[${OLD}]` }, IDS, [])).to.deep.equal({ Script__c: `[${OLD}]` });
  });
});
