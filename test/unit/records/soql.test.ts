import { expect } from 'chai';
import fc from 'fast-check';
import { both, idChunks, inList, select, soqlInstant, soqlName, soqlText } from '../../../src/records/soql.js';
import { id15, recordId, typedText } from '../support/arbitraries.js';

describe('SOQL', () => {
  it('takes only API names for names, along relationships too', () => {
    expect(soqlName('SBQQ__Rule__r.Name')).to.equal('SBQQ__Rule__r.Name');
    for (const name of ["Id FROM User WHERE Name = 'x'", 'a,b', '', 'a..b', 'a.', 'Id)'])
      expect(() => soqlName(name)).to.throw('not an API name');
  });

  it('holds any text as a literal that cannot be left', () => {
    fc.assert(
      fc.property(typedText, (text) => {
        const literal = soqlText(text);
        expect(literal).to.match(/^'(?:[^'\\]|\\.)*'$/s);
        expect(literal.slice(1, -1).replace(/\\(.)/gs, '$1')).to.equal(text);
      })
    );
  });

  it('writes instants in UTC', () =>
    expect(soqlInstant('2026-11-21T05:30:12.000+01:00')).to.equal('2026-11-21T04:30:12.000Z'));

  it('puts a query together', () => {
    expect(select(['Id', 'Name'], 'Product2')).to.equal('SELECT Id, Name FROM Product2');
    expect(select(['Id'], 'Product2', 'IsActive = true', 'Id')).to.equal(
      'SELECT Id FROM Product2 WHERE IsActive = true ORDER BY Id'
    );
    expect(() => select(['Id'], 'Product2; DROP')).to.throw('not an API name');
    expect(() => select(['Id, (SELECT Id FROM Assets)'], 'Product2')).to.throw('not an API name');
    expect(() => select(['Id'], 'Product2', undefined, 'Id LIMIT 1')).to.throw('not an API name');
  });

  it('joins conditions so that neither leaks into the other', () => {
    expect(both('a = 1 OR b = 2', 'c = 3')).to.equal('(a = 1 OR b = 2) AND (c = 3)');
    expect(both('a = 1', undefined)).to.equal('a = 1');
    expect(both(undefined, 'c = 3')).to.equal('c = 3');
    expect(both(undefined, undefined)).to.equal(undefined);
  });

  it('lists ids', () => {
    const [ids] = idChunks(['01t000000000001', '01t000000000002']);
    expect(inList('Parent__c', ids ?? [])).to.equal("Parent__c IN ('01t000000000001AAA','01t000000000002AAA')");
  });
});

describe('ids cut into requests', () => {
  it('are all there, once, in order, in full pieces but for the last', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(recordId, id15), { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (ids, size) => {
          const chunks = idChunks(ids, size);
          expect(chunks.flat().map((id) => id.slice(0, 15))).to.deep.equal(ids.map((id) => id.slice(0, 15)));
          expect(chunks.slice(0, -1).every((chunk) => chunk.length === size)).to.equal(true);
          expect(
            chunks.every((chunk) => chunk.length > 0 && chunk.length <= size && chunk.every((id) => id.length === 18))
          ).to.equal(true);
        }
      )
    );
  });

  it('go by 400, which fits into a URL', () =>
    expect(idChunks(Array.from({ length: 401 }, () => '01t000000000001')).map((chunk) => chunk.length)).to.deep.equal([
      400, 1,
    ]));

  it('hold nothing that is no id', () => expect(() => idChunks(["x' OR Id != '"])).to.throw('not a record id'));
});
