import { expect } from 'chai';
import fc from 'fast-check';
import { isApiName, isRecordId, makeStoreId, parseOrgId, parseRecordId, parseStoreId } from '../../../src/model/ids.js';
import { id15, instant } from '../support/arbitraries.js';

describe('record ids', () => {
  const pairs: ReadonlyArray<readonly [id15: string, id18: string]> = [
    ['001A0000006Vm9r', '001A0000006Vm9rIAC'],
    ['00D000000000062', '00D000000000062EAA'],
    ['01t000000000001', '01t000000000001AAA'],
    ['a0Bxx00ABCDEFGH', 'a0Bxx00ABCDEFGHE25'],
    ['ABCDEabcdeZZZZZ', 'ABCDEabcdeZZZZZ5A5'],
  ];
  for (const [short, long] of pairs) {
    it(`gives ${short} the suffix ${long.slice(15)}`, () => {
      expect(parseRecordId(short)).to.equal(long);
      expect(parseRecordId(long)).to.equal(long);
    });
  }

  it('reads each suffix character as which of five characters are capitals', () => {
    fc.assert(
      fc.property(id15, (short) => {
        const suffix = parseRecordId(short)?.slice(15) ?? '';
        for (let block = 0; block < 3; block += 1) {
          const bits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'
            .indexOf(suffix[block] ?? '')
            .toString(2)
            .padStart(5, '0');
          const capitals = [...short.slice(block * 5, block * 5 + 5)].map((character) =>
            /[A-Z]/.test(character) ? '1' : '0'
          );
          expect(bits).to.equal(capitals.reverse().join(''));
        }
      })
    );
  });

  it('leaves an id of 18 characters as it is, however often it is parsed', () => {
    fc.assert(
      fc.property(id15, (short) => {
        const long = parseRecordId(short) as string;
        expect(long).to.have.lengthOf(18);
        expect(long.startsWith(short)).to.equal(true);
        expect(parseRecordId(long)).to.equal(long);
      })
    );
  });

  it('tells two ids apart also where case is lost', () => {
    fc.assert(
      fc.property(id15, id15, (a, b) => {
        fc.pre(a !== b);
        expect(parseRecordId(a)?.toLowerCase()).to.not.equal(parseRecordId(b)?.toLowerCase());
      })
    );
    expect(parseRecordId('01tabcdefghijkl')?.toLowerCase()).to.not.equal(
      parseRecordId('01tABCdefghijkl')?.toLowerCase()
    );
  });

  for (const text of [
    '',
    '01t',
    '01t00000000000',
    '01t0000000000012',
    '01t00000000000112',
    '01t000000000001AAAA',
    '01t00000000000-',
    '01t000000000001AA\n',
    "01t000000000001' ",
  ]) {
    it(`does not take ${JSON.stringify(text)} for a record id`, () => {
      expect(parseRecordId(text)).to.equal(undefined);
      expect(isRecordId(text)).to.equal(false);
    });
  }

  it('takes only ids that begin with 00D for org ids', () => {
    expect(parseOrgId('00D000000000062')).to.equal('00D000000000062EAA');
    expect(parseOrgId('00D000000000062EAA')).to.equal('00D000000000062EAA');
    expect(parseOrgId('01t000000000001')).to.equal(undefined);
    expect(parseOrgId('00D')).to.equal(undefined);
  });
});

describe('ids of snapshots, plans and runs', () => {
  it('show the time and the org', () => {
    expect(makeStoreId(new Date('2026-11-21T05:30:12.987Z'), 'prod', '3f9c1a')).to.equal(
      '20261121T053012Z-prod-3f9c1a'
    );
  });

  it('are names that a parser takes, whatever the org is called', () => {
    fc.assert(
      fc.property(
        instant,
        fc.string({ unit: 'grapheme', maxLength: 90 }),
        fc.stringMatching(/^[0-9a-f]{6}$/),
        (at, label, entropy) => {
          const id = makeStoreId(at, label, entropy);
          expect(parseStoreId(id)).to.equal(id);
          expect(id).to.match(/^[A-Za-z0-9_-]+$/);
        }
      )
    );
  });

  it('name an org without a usable letter "org"', () => {
    expect(makeStoreId(new Date('2026-11-21T05:30:12Z'), '../..', '3f9c1a')).to.equal('20261121T053012Z-org-3f9c1a');
  });

  it('sort by the second in which they were made', () => {
    fc.assert(
      fc.property(
        instant,
        instant,
        fc.constantFrom('a', 'Z', 'prod'),
        fc.constantFrom('a', 'Z', 'dev'),
        (a, b, left, right) => {
          fc.pre(Math.floor(a.getTime() / 1000) < Math.floor(b.getTime() / 1000));
          expect(makeStoreId(a, left, 'ffffff') < makeStoreId(b, right, '000000')).to.equal(true);
        }
      )
    );
  });

  it('need six hexadecimal digits of chance', () => {
    expect(() => makeStoreId(new Date(0), 'prod', 'xyz')).to.throw('not a store id');
  });

  for (const text of [
    '20261121T053012Z-../..-3f9c1a',
    '20261121T053012Z-a..b-3f9c1a',
    '20261121T053012Z-a/b-3f9c1a',
    '20261121T053012Z-prod-3F9C1A',
    '20261121T053012Z--3f9c1a',
    'x20261121T053012Z-prod-3f9c1a',
    '20261121T053012Z-prod-3f9c1a/..',
    '',
  ]) {
    it(`are never ${JSON.stringify(text)}`, () => expect(parseStoreId(text)).to.equal(undefined));
  }
});

describe('API names', () => {
  for (const name of ['Product2', 'SBQQ__PriceRule__c', 'a', 'x'.repeat(255)])
    it(`include ${name.slice(0, 20)}`, () => expect(isApiName(name)).to.equal(true));
  for (const name of ['', '2Product', '_x', 'Product 2', 'Product2;', "x'", 'a.b', 'x\n', 'é', 'x'.repeat(256)]) {
    it(`leave out ${JSON.stringify(name.slice(0, 20))}`, () => expect(isApiName(name)).to.equal(false));
  }
});
