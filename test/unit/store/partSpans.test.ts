import { expect } from 'chai';
import { spansOf } from '../../../src/store/partSpans.js';

const KIB = 1024;
const spans = (
  ...parts: Array<[offset: number, bytes: number]>
): Array<[offset: number, bytes: number, parts: number]> =>
  [...spansOf(parts.map(([offset, bytes]) => ({ offset, bytes })))].map((span) => [
    span.offset,
    span.bytes,
    span.parts.length,
  ]);

describe('parts of a file', () => {
  it('that follow one another closely are read in one go', () => {
    expect(spans([0, 10], [10, 20], [30 * KIB, 5])).to.deep.equal([[0, 30 * KIB + 5, 3]]);
  });

  it('that lie apart, or come in another order, are read by themselves', () => {
    expect(spans([0, 10], [50 * KIB, 10], [50, 10])).to.deep.equal([
      [0, 10, 1],
      [50 * KIB, 10, 1],
      [50, 10, 1],
    ]);
  });

  it('are read a mebibyte at a time, a larger one as a whole', () => {
    const blocks = Array.from({ length: 100 }, (_, at): [number, number] => [at * 16 * KIB, 16 * KIB]);
    expect(spans(...blocks)).to.deep.equal([
      [0, 1024 * KIB, 64],
      [1024 * KIB, 576 * KIB, 36],
    ]);
    expect(spans([0, 4096 * KIB], [4096 * KIB, 1])).to.deep.equal([
      [0, 4096 * KIB, 1],
      [4096 * KIB, 1, 1],
    ]);
  });
});
