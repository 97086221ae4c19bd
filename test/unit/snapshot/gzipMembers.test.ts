import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { gzipMember } from '../../../src/snapshot/gzipMembers.js';

describe('gzip members', () => {
  it('are each a whole gzip file, and one when joined, however many are made at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 100_000 }), { maxLength: 20 }), async (contents) => {
        const raw = contents.map((bytes) => Buffer.from(bytes));
        const members = await Promise.all(raw.map(gzipMember));
        expect(members.map((member) => gunzipSync(member).toString('hex'))).to.deep.equal(
          raw.map((bytes) => bytes.toString('hex'))
        );
        if (raw.length > 0) expect(gunzipSync(Buffer.concat(members)).equals(Buffer.concat(raw))).to.equal(true);
      }),
      { numRuns: 30 }
    );
  });

  it('are the same bytes for the same rows, whatever was made before', async () => {
    const rows = Buffer.from('"a","b"\n'.repeat(20_000));
    const first = await gzipMember(rows);
    await Promise.all([gzipMember(Buffer.alloc(0)), gzipMember(Buffer.from('x')), gzipMember(rows.subarray(7))]);
    expect((await gzipMember(rows)).equals(first)).to.equal(true);
  });
});
