import { expect } from 'chai';
import { makeUndoPlan } from '../../src/apply/undo/makeUndoPlan.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { runQuery } from '../org/engine/soql/runQuery.js';
import { caseText, Crashes, type CrashCase, type Death } from '../support/crashes.js';
import { differences, Life, ONLY_PERMISSIONS, pictureOf } from '../support/crashStory.js';
import { deployAs, permissionSet } from '../support/deploys.js';
import { accessFile, permissionsOf } from '../support/permissions.js';
import { World } from '../support/world.js';

const idOf = (text: string): StoreId => parseStoreId(text) as StoreId;
const PLANNER = { type: 'PermissionSet', fullName: 'Installation_Planner' };

/** Crashes of a rollback of nothing but permissions. PERMISSION_CRASHES=all plays every one, which takes minutes. */
describe('a run with permission steps', function () {
  this.timeout(0);
  const all = process.env.PERMISSION_CRASHES === 'all';
  const seed = Number(process.env.CRASH_SEED ?? 20_261_121);
  let crashes: Crashes;
  before(async () => {
    crashes = await Crashes.begin('apply', ONLY_PERMISSIONS);
  });

  const deaths = (): Death[] => {
    const { operations, requests } = crashes.undisturbed;
    const atDisk = Array.from({ length: operations }, (_, operation) => operation).flatMap((operation) =>
      (['before', 'inside', 'after'] as const).map((moment) => ({ at: 'disk' as const, operation, moment }))
    );
    const atRequest = Array.from({ length: requests }, (_, n) => n + 1).flatMap((number) =>
      (['before', 'after'] as const).map((moment) => ({ at: 'request' as const, number, moment }))
    );
    if (all) return [...atDisk, ...atRequest];
    // The requests that write are among the last; the disk is asked more often than once before and after them.
    return [atDisk[seed % atDisk.length], ...atRequest.slice(-5, -2)].filter((death) => death !== undefined);
  };

  it(`ends like an undisturbed one when it is cut off and gone on with (seed ${seed})`, async () => {
    let cases = 0;
    for (const death of deaths()) {
      const crash: CrashCase = { deaths: [death], survival: 'none', seed };
      expect(await crashes.play(crash), caseText(crash)).to.deep.equal([]);
      cases += 1;
    }
    console.log(`      ${cases} crashes`);
  });

  it('is taken back row by row, and that is taken back again', async () => {
    const scene = await crashes.story.scene();
    const bad = pictureOf(scene);
    const life = new Life(scene, 1);
    const run = await life.apply(crashes.story.plan);
    const good = pictureOf(scene);
    expect(differences(bad, good)).to.not.deep.equal([]);
    const undone = await life.apply(await life.undo(idOf(run.runId)));
    expect(undone.totals).to.deep.equal({ restored: crashes.undisturbed.totals });
    expect(differences(bad, pictureOf(scene))).to.deep.equal([]);
    await life.apply(await life.undo(idOf(undone.runId)));
    expect(differences(good, pictureOf(scene))).to.deep.equal([]);
  });

  it('that was cut off and gone on with is taken back to what was before its first write', async () => {
    const scene = await crashes.story.scene();
    const bad = pictureOf(scene);
    const first = new Life(scene, 1);
    first.dieAtRequest(crashes.undisturbed.requests - 1);
    await first.apply(crashes.story.plan).catch(() => undefined);
    expect(first.isDead()).to.equal(true);
    scene.disk.powerOn('none');
    const life = new Life(scene, 2);
    const [id] = await life.store.ids('runs');
    const run = await life.resume(id as StoreId);
    expect(run.totals).to.deep.equal({ restored: crashes.undisturbed.totals });
    // What an item was before is what the org had before the run, also where the write came before the crash.
    const csv = (await (await life.store.open('runs', id as StoreId)).read('outcomes.csv')).toString();
    expect(csv.split('\n').find((line) => line.includes('Product2.Cups_Per_Day__c'))).to.include('Read, Edit');
    await life.apply(await life.undo(idOf(run.runId)));
    expect(differences(bad, pictureOf(scene))).to.deep.equal([]);
  });
});

describe('undoing a run with permission steps', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const now = (): string[] => permissionsOf(world.org, world.user('Ada Admin'));
  const ask = (soql: string): Array<Record<string, unknown>> =>
    runQuery(world.org, world.user('Ada Admin'), 'data', soql).records;
  const setId = (name: string): string => String(ask(`SELECT Id FROM PermissionSet WHERE Name = '${name}'`)[0]?.Id);
  const undo = async (runId: string): Promise<RollbackPlan> =>
    makeUndoPlan(await world.as('Ada Admin'), world.store, idOf(runId), world.chance, SILENT);

  it('keeps what a colleague gave and took after it, in the very rows that it wrote', async () => {
    const { run } = await world.rolledBack({ metadata: [PLANNER] }, async () => {
      await deployAs(
        world,
        'Dov Deployer',
        permissionSet('Installation_Planner', 'Installation Planner', ['Product2.Cups_Per_Day__c']),
        ['PermissionSet:Installation_Planner']
      );
    });
    world.org.clock.advance(60_000);
    const parent = setId('Installation_Planner');
    // The run granted this row again: the colleague takes it away, and nothing with a time is left of it.
    const given = ask(`SELECT Id FROM FieldPermissions WHERE ParentId = '${parent}' AND Field LIKE '%Site_Notes__c'`);
    world.delete('Cleo Colleague', String(given[0]?.Id));
    // The run revoked this one: the colleague grants a part of it.
    world.insert('Cleo Colleague', 'FieldPermissions', {
      ParentId: parent,
      SobjectType: 'Product2',
      Field: 'Product2.Cups_Per_Day__c',
      PermissionsRead: true,
      PermissionsEdit: false,
    });
    const plan = await undo(run.runId);
    expect(plan.conflicts.map(({ target, kind, decision }) => [target, kind, decision])).to.deep.equal([
      ['permission:Installation_Planner:Product2.Cups_Per_Day__c', 'changedSince', 'keep'],
    ]);
    expect((await world.apply(plan)).status).to.equal('succeeded');
    expect(now()).to.include('PermissionSet Installation_Planner Product2.Cups_Per_Day__c Read');
    expect(now().join('\n')).not.to.include('Installation_Planner Installation_Visit__c.Site_Notes__c');
  });

  it('leaves a row alone that somebody took away which the run had cut back', async () => {
    const { run } = await world.rolledBack({ metadata: [PLANNER] }, async () => {
      await deployAs(
        world,
        'Dov Deployer',
        accessFile(
          world,
          'PermissionSet',
          'Installation_Planner',
          '<objectPermissions><allowCreate>true</allowCreate><allowDelete>false</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Opportunity</object><viewAllRecords>false</viewAllRecords></objectPermissions>',
          ['<editable>true</editable>', '<editable>false</editable>']
        ),
        ['PermissionSet:Installation_Planner']
      );
    });
    world.org.clock.advance(60_000);
    const parent = setId('Installation_Planner');
    const row = ask(`SELECT Id FROM FieldPermissions WHERE ParentId = '${parent}' AND Field LIKE '%Visit_Date__c'`);
    world.delete('Cleo Colleague', String(row[0]?.Id));
    const plan = await undo(run.runId);
    expect(plan.conflicts.map(({ target, kind }) => [target, kind])).to.deep.equal([
      ['permission:Installation_Planner:Installation_Visit__c.Visit_Date__c', 'changedSince'],
    ]);
    await world.apply(plan);
    expect(now().join('\n')).not.to.include('Installation_Planner Installation_Visit__c.Visit_Date__c');
  });

  it('assigns again what the run had unassigned because it was asked to', async () => {
    const scope = { metadata: [{ type: 'PermissionSet', fullName: 'Spring_Promotion' }] };
    const holders = (): unknown[] =>
      ask("SELECT Assignee.Username FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Spring_Promotion'");
    const { run } = await world.rolledBack(
      scope,
      async () => {
        await deployAs(
          world,
          'Dov Deployer',
          permissionSet('Spring_Promotion', 'Spring', ['Product2.Cups_Per_Day__c']),
          ['PermissionSet:Spring_Promotion']
        );
        world.insert('Dov Deployer', 'PermissionSetAssignment', {
          AssigneeId: world.user('Cleo Colleague').id,
          PermissionSetId: setId('Spring_Promotion'),
        });
      },
      { choice: { resolve: [{ selector: 'permission:Spring_Promotion:User:*', decision: 'restore' }] } }
    );
    expect(holders()).to.deep.equal([]);
    const undone = await world.apply(await undo(run.runId));
    expect(undone.totals).to.deep.equal({ restored: 2 });
    expect(holders()).to.have.length(1);
    expect(now()).to.include('PermissionSet Spring_Promotion Product2.Cups_Per_Day__c Edit Read');
    // And the undo of that: the assignment goes before its set.
    await world.apply(await undo(undone.runId));
    expect(world.side.components.get('PermissionSet', 'Spring_Promotion')).to.equal(undefined);
  });

  it('leaves a permission set that it brought back where somebody else has it by now', async () => {
    const { run } = await world.rolledBack({ metadata: [PLANNER] }, async () => {
      await deployAs(world, 'Dov Deployer', {}, [], ['PermissionSet:Installation_Planner']);
    });
    expect(run.status).to.equal('succeeded');
    world.insert('Cleo Colleague', 'PermissionSetAssignment', {
      AssigneeId: world.user('Cleo Colleague').id,
      PermissionSetId: setId('Installation_Planner'),
    });
    const plan = await undo(run.runId);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.manual.map(({ what }) => what).join()).to.include('is assigned to 1 user');
  });
});
