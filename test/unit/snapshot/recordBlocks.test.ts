import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { pieceOf, PieceSplitter, type RecordPiece } from '../../../src/records/csvRecords.js';
import { BlockBuilder, type Block } from '../../../src/snapshot/recordBlocks.js';

const KIB = 1024;

/** Records with cells of these sizes, in no order of their Ids. */
function records(sizes: readonly number[]): Array<{ readonly id: string; readonly piece: RecordPiece }> {
  return sizes.map((size, n) => {
    const id = `a0V5g00000${String((n * 7919) % 100_003).padStart(5, '0')}AAA`;
    return { id, piece: pieceOf([id, String.fromCharCode(65 + (n % 26)).repeat(size)]) };
  });
}

/** Several records as one piece, as they come out of one chunk of an answer. */
function joined(pieces: readonly RecordPiece[]): RecordPiece[] {
  const found: RecordPiece[] = [];
  const splitter = new PieceSplitter((piece) => found.push(piece));
  splitter.push(Buffer.concat(pieces.map((piece) => piece.bytes)));
  splitter.end();
  return found;
}

describe('the blocks of a record file', () => {
  it('hold every record whole and in order, also one larger than a block, and know their Ids', async () => {
    const size = fc.oneof({ weight: 8, arbitrary: fc.nat(3 * KIB) }, { weight: 1, arbitrary: fc.nat(300 * KIB) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(size, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 1, max: 40 }),
        async (sizes, at) => {
          const rows = records(sizes);
          const blocks: Array<Promise<Block>> = [];
          const builder = new BlockBuilder((block) => blocks.push(block), 0);
          for (let from = 0; from < rows.length; from += at)
            for (const piece of joined(rows.slice(from, from + at).map((row) => row.piece))) builder.add(piece);
          builder.end();
          let next = 0;
          for (const { bytes, rawBytes, rows: count, least, greatest } of await Promise.all(blocks)) {
            const ids = rows.slice(next, next + count).map((row) => row.id);
            const raw = Buffer.concat(rows.slice(next, next + count).map((row) => row.piece.bytes));
            expect(gunzipSync(bytes).equals(raw)).to.equal(true);
            expect([rawBytes, least, greatest]).to.deep.equal([raw.length, [...ids].sort()[0], [...ids].sort().at(-1)]);
            expect(raw.length <= 64 * KIB || count === 1).to.equal(true);
            next += count;
          }
          expect(next).to.equal(rows.length);
        }
      ),
      { numRuns: 25 }
    );
  });
});
