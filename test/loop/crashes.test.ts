import { expect } from 'chai';
import { caseText, Crashes, randomCase, type CrashCase } from '../support/crashes.js';

/** A few of the crashes of which `npm run test:faults` plays all. CRASH_SEED asks for others. */
const SEED = Number(process.env.CRASH_SEED ?? 20_261_121);

describe('a run that is cut off and gone on with', function () {
  this.timeout(120_000);
  let crashes: Crashes;
  before(async () => {
    crashes = await Crashes.begin();
  });

  const holds = async (crash: CrashCase): Promise<void> => {
    expect(await crashes.play(crash), caseText(crash)).to.deep.equal([]);
  };

  for (const moment of ['before', 'inside', 'after'] as const)
    it(`ends like an undisturbed one when the power goes ${moment} a write to the disk (seed ${SEED})`, async () => {
      const { operations } = crashes.undisturbed;
      const operation = SEED % operations;
      await holds({ deaths: [{ at: 'disk', operation, moment }], survival: 'none', seed: SEED });
    });

  it(`ends like an undisturbed one when it dies twice (seed ${SEED})`, async () => {
    await holds(randomCase(SEED, 2, crashes.undisturbed));
  });

  it(`ends like an undisturbed one, or asks a person, whatever the journal has lost (seed ${SEED})`, async () => {
    const lines: number[] = [];
    await crashes.playCuts((line, problems) => {
      lines.push(line);
      expect(problems, `journal cut behind line ${line}`).to.deep.equal([]);
    }, SEED % 40);
    expect(lines).to.deep.equal([SEED % 40]);
  });
});
