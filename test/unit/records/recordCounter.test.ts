import { expect } from 'chai';
import fc from 'fast-check';
import { RecordSplitter } from '../../../src/records/csvRecords.js';
import { RecordCounter } from '../../../src/records/recordCounter.js';

function counted(chunks: readonly Buffer[]): ReturnType<RecordCounter['end']> {
  const counter = new RecordCounter();
  for (const chunk of chunks) counter.push(chunk);
  return counter.end();
}

describe('counting records', () => {
  it('counts what the splitter cuts, however the bytes are split and whatever they are', () => {
    const text = fc.array(fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', 'a', 'ä', '"a"', '"a\n"'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, fc.array(fc.nat(40), { maxLength: 5 }), (words, cuts) => {
        const bytes = Buffer.from(words.join(''));
        const at = [...new Set([0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length])].sort(
          (a, b) => a - b
        );
        const chunks = at.slice(1).map((end, n) => bytes.subarray(at[n], end));
        const records: string[] = [];
        const splitter = new RecordSplitter((record) => void records.push(record.toString()));
        splitter.push(bytes);
        const whole = splitter.end();
        const seen = counted(chunks);
        expect([seen.records, seen.whole]).to.deep.equal([records.length, whole]);
        // Blank lines before the header are not cut off; no backup begins with one.
        if (!/^[\r\n]/.test(bytes.toString())) expect(seen.header.toString()).to.equal(records[0] ?? '');
      }),
      { numRuns: 500 }
    );
  });
});
