import { expect } from 'chai';
import { caseText, Crashes, randomCase, type CrashCase } from '../support/crashes.js';
import { SIDE_BY_SIDE } from '../support/crashStory.js';
import { SEED } from '../support/faults/part.js';

/** A few of the crashes of which `npm run test:faults` plays all. FAULTS_SEED asks for others. */

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

  for (const code of ['ENOSPC', 'EROFS'] as const)
    it(`says so and can be gone on with when the disk refuses a write with ${code} (seed ${SEED})`, async () => {
      expect(await crashes.playRefusingDisk(SEED % crashes.undisturbed.operations, code)).to.deep.equal([]);
    });

  for (const [write, read] of [
    ['setActiveVersions', 'listFlows'],
    ['quickDeploy', 'awaitDeploy'],
    ['quickDeploy', 'retrieve'],
    ['writePermissions', 'readPermissions'],
    ['updateRows', 'query'],
    ['undeleteRows', 'query'],
    ['deleteRows', 'query'],
    ['uploadAndClose', 'awaitInsertJob'],
    ['uploadAndClose', 'query'],
  ] as const)
    it(`stops, and ends like an undisturbed one, when the org refuses ${read} right after ${write}`, async () => {
      expect(await crashes.playRefusedRead(write, read)).to.deep.equal([]);
    });

  it(`does not mind a clock that jumps to and fro (seed ${SEED})`, async () => {
    await holds({ ...randomCase(SEED, 1, crashes.undisturbed), clockJumps: true });
  });

  it(`ends like an undisturbed one, or asks a person, whatever the journal has lost (seed ${SEED})`, async () => {
    expect(await crashes.playCut(SEED % crashes.undisturbed.lines)).to.deep.equal([]);
  });

  it(`ends like an undisturbed one when it dies while a deployment and rows are under way (seed ${SEED})`, async () => {
    const both = await Crashes.begin('apply', SIDE_BY_SIDE);
    for (const lives of [1, 2]) {
      const crash: CrashCase = { ...randomCase(SEED + lives, lives, both.undisturbed), paced: true };
      expect(await both.play(crash), caseText(crash)).to.deep.equal([]);
    }
  });
});
