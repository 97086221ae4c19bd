import { expect } from 'chai';
import type { Refusal } from '../../src/model/refusal.js';
import { World } from '../support/world.js';

const SCOPE = {
  flows: ['Machine_Finder'],
  metadata: [
    { type: 'ApexClass', fullName: 'MachineSizing' },
    { type: 'PermissionSet', fullName: 'Installation_Planner' },
    { type: 'Profile', fullName: 'Admin' },
  ],
};

describe('permission rows are read', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  for (const fault of ['status503', 'status500', 'resetBefore'] as const)
    it(`again by the same process after a describe failed for good (${fault})`, async () => {
      let broken = true;
      world.org.switches.faults = [{ when: ({ path }) => broken && path.endsWith('/composite/batch'), fault }];
      const failure = await world.snapshot(SCOPE).catch((error: unknown) => error as Refusal);
      expect(failure).to.be.instanceOf(Error);
      broken = false;
      const snapshot = await world.snapshot(SCOPE);
      expect(snapshot.complete).to.equal(true);
      expect(snapshot.counts.permissionRows).to.be.above(0);
    });

  it('the same whether a batch takes questions to the Tooling API or not', async () => {
    const counts = [];
    for (const toolingInBatch of ['answered', 'refused'] as const) {
      world.org.switches.toolingInBatch = toolingInBatch;
      const { counts: found, gaps } = await world.snapshot(SCOPE);
      counts.push([found.permissionRows, gaps.length]);
    }
    expect(counts[0]).to.deep.equal(counts[1]);
  });
});
