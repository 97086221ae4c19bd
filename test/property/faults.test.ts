import { expect } from 'chai';
import { grid } from '../support/faults/grid.js';
import { schedules } from '../support/faults/schedules.js';
import { mutations } from '../support/faults/mutations.js';
import { tampering } from '../support/faults/tampering.js';
import type { Parser } from '../support/faults/trials.js';
import { SEED as seed, type Part } from '../support/faults/part.js';
import { ORDER, PARTS } from '../support/faults/parts.js';
import { withFigures } from '../../scripts/faults/figuresPage.js';

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

  for (const [parser, ends] of Object.entries({
    csv: ['the same rows', 'refused by both'],
    csvFree: ['rows', 'a row was refused', 'a quote is open'],
    snapshot: ['refused: no JSON', 'refused: form', 'refused: digest', 'taken: as it was'],
    plan: ['refused: no JSON', 'refused: form', 'refused: digest', 'taken: as it was'],
    item: ['refused: no JSON', 'refused: form', 'taken'],
    journal: ['refused: edited', 'as it was'],
    config: ['refused', 'taken'],
  }) as Array<[Parser, readonly string[]]>)
    it(`mutated inputs for the parser of ${parser} get to all of its answers (a few of them)`, async () => {
      const { counts, failures } = await mutations(parser, 1, seed).play(0, 300);
      expect(failures.join('\n')).to.equal('');
      expect(counts).to.include.keys(ends);
    });

  it('are all in the order in which they are played', () => {
    expect([...ORDER].sort()).to.deep.equal(Object.keys(PARTS).sort());
  });

  it('figures of some parts leave the rows of the others as they are', () => {
    const page = (text: string): string =>
      `a\n<!-- figures: written by npm run test:faults -- --write -->${text}<!-- end of figures -->\nz`;
    const figure = { name: 'b', asked: '2', total: 2, played: 2, bad: 1, cpuSeconds: 1.4, seconds: 2 };
    const written = withFigures(page('\n| `c` | all | 1,000 | 1,000 | 7 | 8 |\n'), [figure], ['b', 'c'], 'Here.');
    expect(written).to.equal(
      page(
        '\n\n| Part | Asked | Played | As promised | CPU seconds | Seconds |\n|---|---|---:|---:|---:|---:|\n' +
          '| `b` | 2 | 2 | 1 | 1 | 2 |\n| `c` | all | 1,000 | 1,000 | 7 | 8 |\n| all | | 1,002 | 1,001 | 8 | 10 |\n\nHere.\n\n'
      )
    );
  });

  it('a random schedule over HTTP', () => sample(schedules('over HTTP', 300, seed), [0]));
});
