import { expect } from 'chai';
import fc from 'fast-check';
import { formatRecord } from '../../../src/records/csvRecords.js';
import { recordsNamed } from '../../../src/snapshot/recordSearch.js';

const idAt = (n: number): string => `01t${String(n).padStart(12, '0')}AAA`;

/** Texts that look like the beginnings of records, as far as texts can. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('\n', '"', ',', '\r\n', 'é', idAt(3), `\n"${idAt(5)}"`, `\n"${idAt(5)}",`, '\n""'))
    .map((parts) => parts.join(''))
);

describe('a search for records in a block', () => {
  const lineEnd = fc.constantFrom('\n', '\r\n');
  const rows = fc
    .uniqueArray(fc.tuple(fc.nat({ max: 60 }), nasty, nasty), { selector: ([n]) => n, minLength: 1, maxLength: 40 })
    .map((some) => some.sort(([a], [b]) => a - b));

  it('finds what is there, whatever the texts hold', () => {
    fc.assert(
      fc.property(rows, lineEnd, fc.infiniteStream(fc.nat()), (some, end, dice) => {
        const lines = some.map(([n, ...texts]) => formatRecord([idAt(n), ...texts]));
        const bytes = Buffer.from(lines.map((line) => line + end).join(''));
        const wanted = some.map((_row, at) => at).filter(() => (dice.next().value as number) % 7 === 0);
        const found = recordsNamed(
          bytes,
          wanted.slice(0, 6).map((at) => idAt((some[at] as (typeof some)[number])[0]))
        );
        expect(found?.map(String)).to.deep.equal(wanted.slice(0, 6).map((at) => lines[at]));
      }),
      { numRuns: 300 }
    );
  });

  it('does not say that a record is not there: it has to be looked for one by one', () => {
    fc.assert(
      fc.property(rows, fc.nat({ max: 60 }), (some, n) => {
        fc.pre(some.every(([other]) => other !== n));
        const bytes = Buffer.from(some.map(([at, ...texts]) => `${formatRecord([idAt(at), ...texts])}\n`).join(''));
        expect(recordsNamed(bytes, [idAt(n)])).to.equal(undefined);
      })
    );
    const unsorted = Buffer.from([7, 3, 9, 1, 5].map((n) => `${formatRecord([idAt(n)])}\n`).join(''));
    for (const n of [7, 3, 9, 1, 5])
      expect(recordsNamed(unsorted, [idAt(n)])?.map(String) ?? [formatRecord([idAt(n)])]).to.deep.equal([
        formatRecord([idAt(n)]),
      ]);
    expect(recordsNamed(Buffer.from(`${idAt(1)},x\n`), [idAt(1)])).to.equal(undefined);
  });
});
