import { expect } from 'chai';
import { chooseEntry } from '../../../src/cli/storeIds.js';
import type { Entry, Inventory } from '../../../src/inventory/entry.js';
import { readInventory } from '../../../src/inventory/readInventory.js';
import type { Refusal } from '../../../src/model/refusal.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { ORG } from '../support/snapshots.js';
import { putPlan, putRun, putSnapshot, storeIdOf } from '../support/stores.js';

const KINDS = ['snapshot', 'plan', 'run'] as const;

describe('an id as a person types it', () => {
  let inventory: Inventory;
  before(async () => {
    const store = new MemoryStore();
    await putSnapshot(store, storeIdOf(1));
    await putPlan(store, storeIdOf(2));
    await putRun(store, storeIdOf(3), {});
    await putSnapshot(store, storeIdOf(4), { orgId: '00D000000000063EAA' });
    await putSnapshot(store, storeIdOf(5), { undoOf: storeIdOf(3) });
    inventory = await readInventory(store, new Date());
  });
  const choose = (typed: string, kinds: ReadonlyArray<Entry['kind']> = KINDS, orgId?: string): string => {
    const entry = chooseEntry(inventory, typed, kinds, orgId, '.rollback');
    return `${entry.kind} ${entry.id}`;
  };
  const refused = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      return (error as Refusal).key;
    }
    return 'nothing';
  };

  it('is whole, or a prefix that only one thing has', () => {
    expect(choose(storeIdOf(1))).to.equal(`snapshot ${storeIdOf(1)}`);
    expect(choose('20261121T060003')).to.equal(`run ${storeIdOf(3)}`);
    expect(refused(() => choose('2026'))).to.equal('ambiguousId');
    expect(refused(() => choose('2027'))).to.equal('notInStore');
  });

  it('may be looked for among one kind only', () => {
    expect(choose('20261121', ['plan'])).to.equal(`plan ${storeIdOf(2)}`);
    expect(refused(() => choose(storeIdOf(1), ['plan']))).to.equal('notInStore');
  });

  it('is the newest of the org with "latest", of any org where none is named', () => {
    expect(choose('latest', KINDS, ORG)).to.equal(`run ${storeIdOf(3)}`);
    // Nobody means the undo point of a run by it.
    expect(choose('latest', ['snapshot'], ORG)).to.equal(`snapshot ${storeIdOf(1)}`);
    expect(choose('latest')).to.equal(`snapshot ${storeIdOf(4)}`);
    expect(refused(() => choose('latest', KINDS, '00D000000000099EAA'))).to.equal('nothingInStore');
  });

  it('is with "latest" what was made from what is there, where the clock of this machine is behind that of the org', async () => {
    const store = new MemoryStore();
    const latest = async (): Promise<string> => {
      const { kind, id } = chooseEntry(await readInventory(store, new Date()), 'latest', KINDS, ORG, '.rollback');
      return `${kind} ${id}`;
    };
    await putSnapshot(store, storeIdOf(50));
    await putPlan(store, storeIdOf(2), { snapshotId: storeIdOf(50) });
    expect(await latest()).to.equal(`plan ${storeIdOf(2)}`);
    await putRun(store, storeIdOf(1), { planId: storeIdOf(2), snapshotId: storeIdOf(50) });
    expect(await latest()).to.equal(`run ${storeIdOf(1)}`);
    await putPlan(store, storeIdOf(3), { snapshotId: storeIdOf(50) });
    expect(await latest(), 'another plan after the run').to.equal(`plan ${storeIdOf(3)}`);
    await putSnapshot(store, storeIdOf(51));
    expect(await latest(), 'a snapshot from which nothing was made yet').to.equal(`snapshot ${storeIdOf(51)}`);
  });
});
