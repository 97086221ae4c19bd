import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { gzipMember, type Member } from '../../../src/snapshot/gzipMembers.js';
import { SpareBuffers } from '../../../src/snapshot/spareBuffers.js';

describe('gzip members', () => {
  const spare = new SpareBuffers(1024 * 1024);

  it('are each a whole gzip file, and one when joined, however many are made at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 100_000 }), { maxLength: 20 }), async (contents) => {
        const raw = contents.map((bytes) => Buffer.from(bytes));
        const members = (await Promise.all(raw.map((bytes) => gzipMember(bytes, spare)))).map(({ bytes }) => bytes);
        expect(members.map((member) => gunzipSync(member).toString('hex'))).to.deep.equal(
          raw.map((bytes) => bytes.toString('hex'))
        );
        if (raw.length > 0) expect(gunzipSync(Buffer.concat(members)).equals(Buffer.concat(raw))).to.equal(true);
      }),
      { numRuns: 30 }
    );
  });

  it('are the same bytes for the same rows, whatever was made before', async () => {
    const made = async (raw: Buffer): Promise<Buffer> => (await gzipMember(raw, spare)).bytes;
    const rows = Buffer.from('"a","b"\n'.repeat(20_000));
    const first = await made(rows);
    await Promise.all([made(Buffer.alloc(0)), made(Buffer.from('x')), made(rows.subarray(7))]);
    expect((await made(rows)).equals(first)).to.equal(true);
  });

  it('stay what they are until their buffers are given back, which the next ones lie in', async () => {
    const round = fc.array(fc.record({ size: fc.integer({ min: 1, max: 100_000 }), stays: fc.boolean() }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 6 }), async (rounds) => {
        const own = new SpareBuffers(1024 * 1024);
        const waiting: Array<{ readonly raw: Buffer; readonly member: Member }> = [];
        const buffers = new Set<Buffer>();
        let made = 0;
        for (const blocks of rounds) {
          const packed = await Promise.all(
            blocks.map(async ({ size, stays }) => {
              made += 1;
              const raw = Buffer.alloc(size, `row ${made}`);
              return { raw, stays, member: await gzipMember(raw, own) };
            })
          );
          for (const { raw, stays, member } of packed) {
            buffers.add(member.whole);
            waiting.push({ raw, member });
            if (stays) continue;
            waiting.pop();
            own.give(member.whole);
          }
          for (const { raw, member } of waiting) expect(gunzipSync(member.bytes).equals(raw)).to.equal(true);
        }
        // All of these are small when packed, so that any buffer fits any of them.
        const most = Math.max(...rounds.map((blocks) => blocks.length));
        expect(buffers.size).to.be.at.most(waiting.length + most);
      }),
      { numRuns: 30 }
    );
  });
});
