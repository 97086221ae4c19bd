import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf, sha256 } from '../../../src/model/digest.js';

/** The same JSON value with the keys of every object in another order. */
function keysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysReversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, keysReversed(entry)])
  );
}

describe('digests', () => {
  it('are SHA-256 in lower-case hexadecimal', () => {
    expect(sha256('abc')).to.equal('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256(Buffer.from('abc'))).to.equal(sha256('abc'));
    expect(sha256('é')).to.equal(sha256(Buffer.from('é', 'utf8')));
  });

  it('of a JSON value do not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 4 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        expect(digestOf(keysReversed(value))).to.equal(digestOf(value));
      })
    );
  }).timeout(30_000);

  it('of JSON values survive being written and read', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 4 }), (value) => {
        expect(digestOf(JSON.parse(JSON.stringify(value)))).to.equal(digestOf(value));
      })
    );
  }).timeout(30_000);

  it('depend on the order of a list, on every value and on what is empty', () => {
    const digests = [
      {},
      [],
      null,
      '',
      0,
      false,
      [1, 2],
      [2, 1],
      { a: 1 },
      { a: '1' },
      { a: null },
      { b: 1 },
      [[1], 2],
      [1, [2]],
    ].map(digestOf);
    expect(new Set(digests).size).to.equal(digests.length);
  });

  it('take a key without value for a missing one, as JSON does', () => {
    expect(digestOf({ a: 1, b: undefined })).to.equal(digestOf({ a: 1 }));
  });

  it('are not made of what JSON cannot hold', () => {
    expect(() => digestOf(undefined)).to.throw();
    expect(() => digestOf({ n: Number.NaN })).to.throw();
  });
});
