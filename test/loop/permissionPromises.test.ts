import { expect } from 'chai';
import type { Refusal } from '../../src/model/refusal.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { runQuery } from '../org/engine/soql/runQuery.js';
import { deployAs } from '../support/deploys.js';
import { accessFile, fieldGrant } from '../support/permissions.js';
import { World } from '../support/world.js';

const SET = 'Installation_Planner';
const SCOPE = { metadata: [{ type: 'PermissionSet', fullName: SET }] };
const CUPS = 'Product2.Cups_Per_Day__c';
const WATER = 'Product2.Water_Connection__c';

describe('promises, for permission rows', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const idOf = (soql: string): string =>
    String(runQuery(world.org, world.user('Ada Admin'), 'data', soql).records[0]?.['Id']);
  const rowOf = (field: string): string =>
    idOf(`SELECT Id FROM FieldPermissions WHERE Field = '${field}' AND Parent.Name = '${SET}'`);
  const badRelease = async (): Promise<void> => {
    await deployAs(
      world,
      'Dov Deployer',
      accessFile(world, 'PermissionSet', SET, fieldGrant(CUPS, true) + fieldGrant(WATER, true), [
        '<name>RunFlow</name>',
        '<name>ViewSetup</name>',
      ]),
      [`PermissionSet:${SET}`]
    );
    world.org.clock.advance(60_000);
  };

  it('1 read-only until apply: snapshot, plan and validate write no row', async () => {
    const writes = await world.writesDuring(async () => {
      const snapshot = await world.snapshot(SCOPE);
      await world.plan(snapshot);
      await world.validate(snapshot);
    });
    expect(writes).to.deep.equal([]);
  });

  it('2 nothing outside the plan: apply writes exactly the rows the plan lists', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    const rows = [rowOf(CUPS), rowOf(WATER)].sort();
    const writes = await world.writesDuring(() => world.apply(plan));
    const written = writes.flatMap((entry) =>
      entry.kind === 'permissionWrite' ? [`${entry.operation} ${entry.object} ${entry.id}`] : [`? ${entry.kind}`]
    );
    // Both user permissions are columns of the one set: one goes in the first wave, the other comes in the last.
    const set = `update PermissionSet ${idOf(`SELECT Id FROM PermissionSet WHERE Name = '${SET}'`)}`;
    expect(written.sort()).to.deep.equal([...rows.map((id) => `delete FieldPermissions ${id}`), set, set].sort());
  });

  it('4 a row that moved makes the plan stale, and is named; one that is back is no obstacle', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    world.delete('Cleo Colleague', rowOf(WATER));
    world.update('Cleo Colleague', 'FieldPermissions', rowOf(CUPS), { PermissionsEdit: false });
    const writes = await world.writesDuring(async () => {
      const error = await world.apply(plan).catch((caught: unknown) => caught as Refusal);
      expect((error as Refusal).key).to.equal('planStale');
      expect(
        ((error as Refusal).data as { moved: Array<{ target: string }> }).moved.map(({ target }) => target)
      ).to.deep.equal([`permission:${SET}:${CUPS}`]);
    });
    expect(writes).to.deep.equal([]);
    world.update('Cleo Colleague', 'FieldPermissions', rowOf(CUPS), { PermissionsEdit: true });
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 3, alreadyRestored: 1 });
    expect((await world.apply(plan)).status).to.equal('alreadyApplied');
  });

  it('4 what moves during the run becomes a conflict, unwritten', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    const row = rowOf(CUPS);
    let reads = 0;
    world.org.switches.beforeRequest = [
      {
        when: ({ path }) => path.endsWith('/composite/batch') && (reads += 1) === 2,
        run: () => world.update('Cleo Colleague', 'FieldPermissions', row, { PermissionsEdit: false }),
      },
    ];
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 3, conflict: 1 });
    expect(rowOf(CUPS)).to.equal(row);
  });

  it('3 and 6 each row is saved before it is written, and accounted for once', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    const run = await world.apply(plan);
    const folder = await world.store.open('runs', parseStoreId(run.runId) as StoreId);
    const saved = await Promise.all(
      (await folder.list('undo/permissions')).map(async (path) => (await folder.read(path)).toString())
    );
    for (const name of [CUPS, WATER, 'ViewSetup']) expect(saved.join('\n')).to.include(`"target":"${name}"`);
    const items = (await folder.read('outcomes.csv')).toString().trim().split('\n').slice(1);
    expect(items).to.have.length(plan.steps.reduce((n, step) => n + step.count, 0));
    expect(new Set(items.map((line) => line.split('","')[2])).size).to.equal(items.length);
  });
});
