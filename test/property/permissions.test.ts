import { expect } from 'chai';
import { faultsOf, playPermissionCase } from '../support/permissionCase.js';
import { World } from '../support/world.js';

/**
 * Random permission sets and profiles, random deployments, and a colleague who changes other rows by hand: after the way
 * back every row is as in the snapshot, the colleague's rows are as the colleague left them, and a second plan has no step.
 * PERMISSION_CASES: how many. PERMISSION_SEED: the first seed.
 */
const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

describe('permissions, whatever the state and the deployment', function () {
  this.timeout(0);
  const first = number('PERMISSION_SEED', 1);
  const cases = number('PERMISSION_CASES', 3);

  it(`${cases} random cases go back over HTTP, from seed ${first}`, async () => {
    let rows = 0;
    let conflicts = 0;
    for (let seed = first; seed < first + cases; seed += 1) {
      const world = await World.start();
      try {
        const played = await playPermissionCase(world, seed);
        rows += played.plan.steps.reduce((n, step) => n + step.count, 0);
        conflicts += played.plan.conflicts.length;
        expect(faultsOf(played), `play it again with PERMISSION_SEED=${seed} PERMISSION_CASES=1`).to.deep.equal([]);
      } finally {
        await world.close();
      }
    }
    console.log(`      ${rows} rows went back, ${conflicts} conflicts were kept`);
    expect(rows).to.be.above(0);
  });
});
