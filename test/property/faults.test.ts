import { expect } from 'chai';
import { grid } from '../support/faults/grid.js';
import { schedules } from '../support/faults/schedules.js';
import { mutations } from '../support/faults/mutations.js';
import { tampering } from '../support/faults/tampering.js';
import { SEED as seed, type Part } from '../support/faults/part.js';

/**
 * Faults of the network and the org, anywhere on the way from a snapshot to its validation: each command gives what it
 * always gives or refuses cleanly, and what was refused can be done again until the org is back. A short sample;
 * `npm run test:faults` plays all of it. FAULTS_SEED is the first seed of the schedules.
 */
describe('faults on the way', function () {
  this.timeout(0);
  const before = { ...process.env };
  beforeEach(() => {
    process.env.SF_ROLLBACK_RETRY_MS = '1';
    process.env.SF_ROLLBACK_TIMEOUT_MS = '3000';
  });
  afterEach(() => {
    for (const name of ['SF_ROLLBACK_RETRY_MS', 'SF_ROLLBACK_TIMEOUT_MS'])
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
  });

  async function sample(part: Part, cases: readonly number[]): Promise<void> {
    for (const at of cases) {
      const { counts, failures } = await part.play(at, 1);
      expect(failures.join('\n')).to.equal('');
      expect(counts.cases).to.equal(1);
    }
  }

  it('each fault at each request (a few of them)', async () => {
    const part = grid('in process');
    const total = await part.total();
    expect(total).to.be.greaterThan(1000);
    await sample(
      part,
      [1, 2, 3, 4, 5].map((share) => (share * 389 + seed) % total)
    );
  });

  it('random schedules in process (a few of them)', () => sample(schedules('in process', 10_000, seed), [0, 1, 2, 3]));

  it('bytes of a snapshot and a plan flipped, files cut (some of them)', async () => {
    const part = tampering();
    const total = await part.total();
    for (let at = seed % 7; at < total; at += Math.floor(total / 60)) {
      const { failures } = await part.play(at, 1);
      expect(failures.join('\n')).to.equal('');
    }
  });

  for (const parser of ['csv', 'csvFree', 'snapshot', 'plan', 'item', 'journal'] as const)
    it(`mutated inputs for the parser of ${parser} (a few of them)`, async () => {
      const { failures } = await mutations(parser, 1, seed).play(0, parser === 'csv' ? 500 : 60);
      expect(failures.join('\n')).to.equal('');
    });

  it('a random schedule over HTTP', () => sample(schedules('over HTTP', 300, seed), [0]));
});
