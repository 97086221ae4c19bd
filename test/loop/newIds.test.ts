import { expect } from 'chai';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { makeUndoPlan } from '../../src/apply/undo/makeUndoPlan.js';
import { SILENT } from '../../src/model/progress.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import type { Snapshot } from '../../src/snapshot/snapshotFormat.js';
import { World } from '../support/world.js';

/** An option of the practice org that the bad release deletes, and that leaves the recycle bin. */
const OPTION = 'SBQQ__ProductOption__c';
const SCOPE = { records: [{ object: OPTION }, { object: 'SBQQ__DiscountSchedule__c' }] };

describe('rows that came back under a new Id', function () {
  this.timeout(120_000);
  let world: World;
  let option: string;
  beforeEach(async () => {
    world = await World.start();
    option = living()[0] ?? '';
  });
  afterEach(() => world.close());

  const living = (): string[] =>
    [...world.org.store.rows(OPTION)].filter((row) => row.IsDeleted !== true).map((row) => String(row.Id));
  const later = (): void => world.org.clock.advance(3_600_000);
  const lose = (id: string): void => {
    later();
    world.delete('Dov Deployer', id);
    world.purge('Dov Deployer', id);
    later();
  };
  const bringsBack = ({ summary }: RollbackPlan): number =>
    (summary.undeleteRecords ?? 0) + (summary.insertRecords ?? 0);
  const planAll = (snapshot: Snapshot): Promise<RollbackPlan> => world.plan(snapshot, { everybody: true });
  const back = async (snapshot: Snapshot): Promise<{ runId: string; fresh: string }> => {
    const run = await world.apply(await planAll(snapshot));
    expect(run.status).to.equal('succeeded');
    const [[, fresh = ''] = []] = Object.entries(run.idMap);
    return { runId: run.runId, fresh };
  };

  it('are not inserted once more by a plan back to an older snapshot, made after it or before', async () => {
    const older = await world.snapshot(SCOPE);
    later();
    const snapshot = await world.snapshot(SCOPE);
    const before = living().length;
    lose(option);
    const madeBefore = await planAll(older);
    expect(bringsBack(madeBefore)).to.equal(1);
    await back(snapshot);
    later();
    expect((await planAll(older)).empty).to.equal(true);
    expect((await world.validate(older)).verdict).to.equal('restored');
    expect(Object.keys((await world.apply(madeBefore)).totals)).to.deep.equal(['alreadyRestored']);
    expect(living()).to.have.length(before);
  });

  it('are inserted again when they are gone again, and known by their last Id by every snapshot', async () => {
    const older = await world.snapshot(SCOPE);
    const before = living().length;
    lose(option);
    const { fresh } = await back(older);
    const between = await world.snapshot(SCOPE);
    lose(fresh);
    const last = await back(between);
    expect(last.fresh).to.match(/^\w{18}$/);
    later();
    expect((await planAll(older)).empty).to.equal(true);
    lose(last.fresh);
    expect(bringsBack(await planAll(older))).to.equal(1);
    await back(older);
    expect((await planAll(between)).empty).to.equal(true);
    expect(living()).to.have.length(before);
  });

  it('come back from the bin under their new Id where the run that inserted them was taken back', async () => {
    const older = await world.snapshot(SCOPE);
    const snapshot = await world.snapshot(SCOPE);
    const before = living().length;
    lose(option);
    const { runId, fresh } = await back(snapshot);
    later();
    const org = await world.as('Ada Admin');
    const undo = await makeUndoPlan(org, world.store, parseStoreId(runId) as StoreId, world.chance, SILENT);
    expect((await world.apply(undo)).status).to.equal('succeeded');
    expect(living()).to.have.length(before - 1);
    later();
    expect((await planAll(older)).summary).to.deep.equal({ undeleteRecords: 1 });
    await back(older);
    expect(living()).to.include(fresh).and.to.have.length(before);
  });

  it('leave text with an old Id alone in a snapshot that was taken after them', async () => {
    const [schedule = ''] = [...world.org.store.rows('SBQQ__DiscountSchedule__c')].map((row) => String(row.Id));
    const text = (value: string): void =>
      world.update('Ada Admin', 'SBQQ__DiscountSchedule__c', schedule, { SBQQ__ExcludedPricebookIds__c: value });
    const snapshot = await world.snapshot(SCOPE);
    lose(option);
    await back(snapshot);
    later();
    text(option);
    const after = await world.snapshot(SCOPE);
    later();
    text('none');
    await world.apply(await planAll(after));
    expect(world.row('SBQQ__DiscountSchedule__c', schedule)?.SBQQ__ExcludedPricebookIds__c).to.equal(option);
  });

  it('of a run whose journal was edited are not known: a plan that may insert them once more says so', async () => {
    const snapshot = await world.snapshot(SCOPE);
    lose(option);
    const { runId } = await back(snapshot);
    later();
    const folder = await world.store.open('runs', parseStoreId(runId) as StoreId);
    const journal = (await folder.read('journal.ndjson')).toString('utf8');
    await folder.write('journal.ndjson', journal.replace('"idsMapped"', '"idsmapped"'));
    const plan = await planAll(snapshot);
    expect(bringsBack(plan)).to.equal(1);
    const [finding] = plan.findings.filter(({ code }) => code === 'runDamaged');
    expect(finding).to.include({ severity: 'warning', subject: runId });
    expect(finding?.message).to.match(/^What it did is not known: journal.ndjson was edited at line \d+\./);
    const nothing = await world.plan(snapshot, {
      everybody: true,
      choice: { exclude: [`record:${OPTION}:${option}`] },
    });
    expect(nothing.findings.map(({ code }) => code)).to.not.include('runDamaged');
  });
});
