import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { formatRecord, parseRecord, RecordSplitter } from '../../../src/records/csvRecords.js';
import { typedText } from '../support/arbitraries.js';

/** Rows of one width, as a table has. */
function table(cell: fc.Arbitrary<string>, narrowest = 1): fc.Arbitrary<string[][]> {
  return fc
    .integer({ min: narrowest, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }));
}

/** The bytes cut into pieces, anywhere: inside a character, between CR and LF, between two quotes. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((to, index) => bytes.subarray(at[index], to));
}

function split(chunks: readonly Buffer[]): { records: Buffer[]; whole: boolean } {
  const records: Buffer[] = [];
  const splitter = new RecordSplitter((record) => records.push(Buffer.from(record)));
  for (const chunk of chunks) splitter.push(chunk);
  return { records, whole: splitter.end() };
}

const lineEnd = fc.constantFrom('\n', '\r\n');
const cuts = fc.array(fc.nat(400), { maxLength: 8 });

describe('the record splitter', () => {
  it('agrees with csv-parse for any rows, any chunking and both line ends', () => {
    fc.assert(
      fc.property(table(typedText), lineEnd, cuts, fc.boolean(), (rows, end, where, endsInLineEnd) => {
        const text = stringify(rows, { quoted: true, quoted_empty: true, record_delimiter: end, eof: endsInLineEnd });
        const { records, whole } = split(pieces(Buffer.from(text, 'utf8'), where));
        expect(whole).to.equal(true);
        expect(records.map(parseRecord)).to.deep.equal(parse(text, { record_delimiter: end }));
        expect(records.map(parseRecord)).to.deep.equal(rows);
      }),
      { numRuns: 200 }
    );
  });

  it('agrees with csv-parse where only the cells that need it are quoted', () => {
    const cell = fc.oneof(fc.string({ unit: fc.constantFrom(...'abc 0,"é漢'), maxLength: 6 }), fc.constant(''));
    fc.assert(
      fc.property(table(cell, 2), lineEnd, cuts, (rows, end, where) => {
        const text = stringify(rows, { record_delimiter: end });
        expect(split(pieces(Buffer.from(text, 'utf8'), where)).records.map(parseRecord)).to.deep.equal(rows);
      }),
      { numRuns: 100 }
    );
  });

  it('gives the bytes of each record as they are, without the line break', () => {
    const { records } = split([Buffer.from('"a","é"\r'), Buffer.from('\n"x\n"'), Buffer.from(',""\n')]);
    expect(records.map(String)).to.deep.equal(['"a","é"', '"x\n",""']);
  });

  it('passes over empty lines', () =>
    expect(split([Buffer.from('\n\r\na,b\n\n')]).records.map(String)).to.deep.equal(['a,b']));

  it('says when the input ends inside a quoted cell', () => {
    expect(split([Buffer.from('"a","b')]).whole).to.equal(false);
    expect(split([Buffer.from('"a","b"')]).whole).to.equal(true);
    expect(split([]).whole).to.equal(true);
  });
});

describe('a CSV record', () => {
  it('that was formatted is parsed back to the same cells', () => {
    fc.assert(
      fc.property(
        fc.array(typedText, { minLength: 1, maxLength: 6 }),
        (cells) => void expect(parseRecord(Buffer.from(formatRecord(cells)))).to.deep.equal(cells)
      )
    );
  });

  it('has every cell quoted, as Bulk results have', () => {
    expect(formatRecord(['a', '', 'say "hi"'])).to.equal('"a","","say ""hi"""');
  });

  it('keeps empty cells at its ends', () => {
    expect(parseRecord(Buffer.from(',a,'))).to.deep.equal(['', 'a', '']);
    expect(parseRecord(Buffer.from('"",a,""'))).to.deep.equal(['', 'a', '']);
    expect(parseRecord(Buffer.from('"a",'))).to.deep.equal(['a', '']);
    expect(parseRecord(Buffer.from(','))).to.deep.equal(['', '']);
  });

  it('is refused when a quoted cell does not end or goes on after its quote', () => {
    expect(() => parseRecord(Buffer.from('"a'))).to.throw('a quoted cell does not end');
    expect(() => parseRecord(Buffer.from('"a""'))).to.throw('a quoted cell does not end');
    expect(() => parseRecord(Buffer.from('"a"b,c'))).to.throw('text after a quoted cell');
  });
});
