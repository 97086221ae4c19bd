import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { CREMA_UNO } from '../../scripts/demo/story.js';
import { askChoice } from '../../src/cli/askChoice.js';
import { openOldPlan, refreshedFrom } from '../../src/cli/refreshPlan.js';
import { apexClass, deployAs, flow, permissionSet, textField } from '../support/deploys.js';
import { KEY, Typist } from '../support/typist.js';
import { World } from '../support/world.js';
import { refusalOf } from '../unit/support/refusals.js';

const RULE = 'a0V5g00000Br006EAB';
const RULES = 'SBQQ__PriceRule__c';
const FIELD = { type: 'CustomField', fullName: 'Product2.Origin__c' };
const CLASSES = ['DiscountLimits', 'Added'].map((fullName) => ({ type: 'ApexClass', fullName }));
const SCOPE = {
  flows: 'all' as const,
  metadata: [...CLASSES, FIELD],
  records: [{ object: 'Product2' }, { object: RULES }],
};

describe('conflicts', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());
  const later = (): void => world.org.clock.advance(60_000);

  it('keep a row that a colleague created and the deployment took along with its parent: both come back', async () => {
    const ACTION = 'SBQQ__PriceAction__c';
    const snapshot = await world.snapshot({ records: [{ object: RULES }, { object: ACTION }] });
    later();
    const values = { SBQQ__Rule__c: RULE, SBQQ__Value__c: '7' };
    const hers = world.insert('Cleo Colleague', ACTION, values);
    const his = world.insert('Dov Deployer', ACTION, values);
    later();
    world.delete('Dov Deployer', RULE);
    later();
    const dov = { changedBy: ['dov.deployer@brightcup.example'] };
    const plan = await world.plan(snapshot, dov);
    expect(plan.conflicts.map(({ target, kind, changedBy }) => [target, kind, changedBy])).to.deep.equal([
      [`record:${ACTION}:${hers}`, 'createdByOther', 'cleo.colleague@brightcup.example'],
    ]);
    const named = [{ selector: `record:${ACTION}:${hers}`, decision: 'restore' as const }];
    expect((await world.plan(snapshot, { ...dov, choice: { resolve: named } })).summary.deleteRecords).to.equal(2);
    const run = await world.apply(plan);
    expect(run.status).to.equal('succeeded');
    expect([hers, his].map((id) => world.row(ACTION, id) !== undefined)).to.deep.equal([true, false]);
    expect(world.row(RULES, RULE)).to.not.equal(undefined);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restoredExceptKept');
  });

  it('keep a lookup that a colleague set, and that the deletion of its target had emptied', async () => {
    const snapshot = await world.snapshot({ records: [{ object: RULES }, { object: 'Product2' }] });
    later();
    const target = world.row(RULES, RULE)?.SBQQ__Product__c;
    expect(target).to.equal(null);
    world.update('Cleo Colleague', RULES, RULE, { SBQQ__Product__c: CREMA_UNO });
    const saved = world.row(RULES, RULE);
    later();
    world.delete('Dov Deployer', CREMA_UNO);
    // An org in which emptying a lookup leaves the last editor alone.
    const { LastModifiedById = null, LastModifiedDate = null } = saved ?? {};
    world.org.store.put(RULES, { ...world.row(RULES, RULE), LastModifiedById, LastModifiedDate });
    later();
    const plan = await world.plan(snapshot, { changedBy: ['dov.deployer@brightcup.example'] });
    expect((await world.apply(plan)).status).to.equal('succeeded');
    expect(world.row('Product2', CREMA_UNO)).to.not.equal(undefined);
    expect(world.row(RULES, RULE)?.SBQQ__Product__c).to.equal(CREMA_UNO);
  });

  it('make a plan stale where a colleague fills an empty lookup of a row that is to go', async () => {
    const snapshot = await world.snapshot({ records: [{ object: RULES }, { object: 'Product2' }] });
    later();
    const [, , other = ''] = [...world.org.store.rows('Product2')].map(({ Id }) => String(Id));
    const rule = world.insert('Dov Deployer', RULES, { Name: 'Spring' });
    world.delete('Dov Deployer', CREMA_UNO);
    later();
    const plan = await world.plan(snapshot, { changedBy: ['dov.deployer@brightcup.example'] });
    expect(plan.summary).to.include({ deleteRecords: 1 });
    world.update('Cleo Colleague', RULES, rule, { SBQQ__Product__c: other });
    const refusal = await refusalOf(() => world.apply(plan));
    expect([refusal.key, ...refusal.tokens].join(' ')).to.match(/^planStale .*SBQQ__Product__c changed/);
    expect(world.row(RULES, rule)?.SBQQ__Product__c).to.equal(other);
  });

  it('are kept by default; what is overwritten as asked is saved first, and can be put back', async () => {
    const before = await world.snapshot(SCOPE);
    await deployAs(
      world,
      'Dov Deployer',
      { ...apexClass('DiscountLimits', 'public class DiscountLimits { }'), ...flow('Machine_Finder', 'bad') },
      ['ApexClass:DiscountLimits', 'Flow:Machine_Finder']
    );
    world.update('Dov Deployer', RULES, RULE, { SBQQ__EvaluationOrder__c: 999 });
    later();
    const hers = 'public class DiscountLimits { /* hers */ }';
    await deployAs(
      world,
      'Cleo Colleague',
      { ...apexClass('DiscountLimits', hers), ...flow('Machine_Finder', 'hers') },
      ['ApexClass:DiscountLimits', 'Flow:Machine_Finder']
    );
    world.update('Cleo Colleague', RULES, RULE, { SBQQ__EvaluationOrder__c: 5, SBQQ__LookupObject__c: null });
    world.update('Cleo Colleague', 'Product2', CREMA_UNO, { Family: 'Hers' });
    const dov = { changedBy: ['dov.deployer@brightcup.example'], until: before.finishedAt };

    const keeping = await world.plan(before, dov);
    expect(keeping.steps).to.deep.equal([]);
    expect(keeping.conflicts.map(({ decision }) => decision)).to.deep.equal(['keep', 'keep', 'keep', 'keep']);

    const plan = await world.plan(before, {
      ...dov,
      choice: { onConflict: 'restore', resolve: [{ selector: 'record:Product2', decision: 'keep' }] },
    });
    const run = await world.apply(plan);
    expect(run.status).to.equal('succeeded');
    expect(world.row('Product2', CREMA_UNO)?.Family).to.equal('Hers');
    const root = join(world.folder, '.rollback', 'runs', run.runId, 'quarantine');
    const saved = (path: string): string => readFileSync(join(root, path), 'utf8');
    const [header = '', line = ''] = saved(`records/${RULES}.csv`).split('\n');
    expect([header, line]).to.deep.equal(['"Id","SBQQ__EvaluationOrder__c"', `"${RULE}","5"`]);
    expect(saved('metadata/classes/DiscountLimits.cls')).to.equal(hers);
    expect(saved('metadata/flows/Machine_Finder.flow')).to.include('hers');
    const note = saved('put-back.txt');
    expect(note).to.include('It was version 5');
    expect(note).to.include('by cleo.colleague@brightcup.example').and.to.not.include(world.folder);
    for (const target of ['flow:Machine_Finder', 'metadata:ApexClass:DiscountLimits', `record:${RULES}:${RULE}`])
      expect(note).to.include(target);

    // Put back as the note says: a load of the file, a deployment of the folder.
    const { ingest } = world.org.jobs;
    const job = String(
      ingest.create(world.user('Cleo Colleague'), '66.0', { operation: 'update', object: RULES })['id']
    );
    ingest.upload(job, saved(`records/${RULES}.csv`));
    ingest.changeState(job, 'UploadComplete');
    const files = ['classes/DiscountLimits.cls', 'classes/DiscountLimits.cls-meta.xml', 'flows/Machine_Finder.flow'];
    await deployAs(
      world,
      'Cleo Colleague',
      Object.fromEntries(files.map((path) => [path, saved(`metadata/${path}`)])),
      ['ApexClass:DiscountLimits', 'Flow:Machine_Finder']
    );
    expect(world.row(RULES, RULE)?.SBQQ__EvaluationOrder__c).to.equal(5);
    expect((await world.plan(before, { driftOnly: true })).conflicts.map(({ target }) => target)).to.include(
      'metadata:ApexClass:DiscountLimits'
    );
  });

  it('of a row that several changed, only what others did is saved, and each of it is named', async () => {
    const before = await world.snapshot({ records: [{ object: RULES }] });
    world.update('Dov Deployer', RULES, RULE, { Name: 'Deployed', SBQQ__EvaluationOrder__c: 999 });
    later();
    await world.following(before);
    world.update('Cleo Colleague', RULES, RULE, { SBQQ__EvaluationOrder__c: 5, SBQQ__LookupObject__c: 'Hers' });
    const plan = await world.plan(before, { choice: { onConflict: 'restore' } });
    expect(plan.conflicts.map(({ kind, fields }) => [kind, fields])).to.deep.equal([
      ['changedLater', ['SBQQ__LookupObject__c']],
      ['editedSince', ['SBQQ__EvaluationOrder__c']],
    ]);
    const { runId } = await world.apply(plan);
    const root = join(world.folder, '.rollback', 'runs', runId, 'quarantine');
    const [header = '', line = ''] = readFileSync(join(root, `records/${RULES}.csv`), 'utf8').split('\n');
    // The name that was deployed is not hers: it must not come back with her work.
    expect([header, line]).to.deep.equal([
      '"Id","SBQQ__EvaluationOrder__c","SBQQ__LookupObject__c"',
      `"${RULE}","5","Hers"`,
    ]);
    const note = readFileSync(join(root, 'put-back.txt'), 'utf8').split('\n');
    expect(note.find((text) => text.startsWith(`record:${RULES}:${RULE}`)))
      .to.include('SBQQ__LookupObject__c changed since by cleo')
      .and.to.include('SBQQ__EvaluationOrder__c changed since by cleo');
  });

  it('a choice by hand leaves out what was unticked, and overwrites what was ticked', async () => {
    const before = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
      'ApexClass:DiscountLimits',
    ]);
    world.update('Dov Deployer', RULES, RULE, { SBQQ__EvaluationOrder__c: 999 });
    world.update('Cleo Colleague', 'Product2', CREMA_UNO, { Family: 'Hers' });
    const row = `record:Product2:${CREMA_UNO}`;
    const cancelling = new Typist([['Which changes', [KEY.ctrlC]]]);
    const refusal = await refusalOf(() =>
      world.plan(before, {}, (choice, draft, names) => askChoice(choice, draft, names, cancelling.console))
    );
    expect([refusal.key, await world.store.ids('plans')]).to.deep.equal(['choiceCancelled', []]);

    const typist = new Typist([
      ['Which changes go back?', [KEY.space, KEY.enter]],
      ['Overwrite any', [KEY.space, KEY.enter]],
    ]);
    const plan = await world.plan(before, {}, (choice, draft, names) =>
      askChoice(choice, draft, names, typist.console)
    );
    const listed = typist.screens.map((screen) => screen.match(/[◉◯] \S+ {2}.*/g)?.map((line) => line.trim()));
    // Everything that would go back is ticked, nothing that would overwrite somebody's work is.
    expect(listed).to.deep.equal([
      ['◉ metadata:ApexClass:DiscountLimits  restore', `◉ record:${RULES}:${RULE}  update  "Filter kit on the ho…`],
      [`◯ ${row}  "Crema Uno"  Family changed since by cl…`],
    ]);
    expect(typist.screens[1]?.replace(/\s+/g, ' ')).to.include('cleo.colleague@brightcup.example');
    expect(plan.steps.map(({ target }) => target)).to.deep.equal(['record:Product2', `record:${RULES}`]);
    expect(plan.leftOut.map(({ target }) => target)).to.deep.equal(['metadata:ApexClass:DiscountLimits']);
    expect(plan.conflicts.map(({ decision }) => decision)).to.deep.equal(['restore']);
  });

  it('something left out that the rest needs is named, never added', async () => {
    const before = await world.snapshot({ flows: ['Newcomer'], metadata: [FIELD] });
    const bad = flow('Newcomer', '{!$Record.Origin__c}');
    await deployAs(world, 'Dov Deployer', { ...textField('Product2', 'Origin__c', 'Origin'), ...bad }, [
      `${FIELD.type}:${FIELD.fullName}`,
      'Flow:Newcomer',
    ]);
    const plan = await world.plan(before, { choice: { deleteFlows: true, exclude: ['flow:Newcomer'] } });
    expect(plan.leftOut.map(({ target }) => target)).to.deep.equal(['flow:Newcomer']);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.manual.map(({ target }) => target)).to.deep.equal([`metadata:${FIELD.type}:${FIELD.fullName}`]);
    const both = await world.plan(before, { choice: { deleteFlows: true } });
    expect(both.steps.map(({ operation }) => operation)).to.include.members(['deleteFlowVersion', 'deleteComponent']);
  });

  it('a new component that something kept uses stays, in the scope of the snapshot or outside of it', async () => {
    const before = await world.snapshot({
      metadata: [...CLASSES, FIELD, { type: 'ApexClass', fullName: 'Unused' }],
    });
    const first = await deployAs(
      world,
      'Dov Deployer',
      {
        ...apexClass('Added', 'public class Added { }'),
        ...apexClass('Unused', 'public class Unused { }'),
        ...textField('Product2', 'Origin__c', 'Origin'),
        ...permissionSet('Promotion', 'P', ['Product2.Origin__c']),
      },
      ['ApexClass:Added', 'ApexClass:Unused', 'CustomField:Product2.Origin__c', 'PermissionSet:Promotion']
    );
    later();
    const hers = 'public class DiscountLimits { Added helper; }';
    await deployAs(world, 'Cleo Colleague', apexClass('DiscountLimits', hers), ['ApexClass:DiscountLimits']);
    await deployAs(world, 'Cleo Colleague', flow('Her_Flow', '{!$Record.Origin__c}'), ['Flow:Her_Flow']);
    const plan = await world.plan(before, { deployments: [first] });
    // What only grants access to the field is no reason that it stays.
    expect(plan.steps.map(({ target }) => target)).to.deep.equal(['metadata:ApexClass:Unused', 'permission:Promotion']);
    expect(plan.conflicts.map(({ target, kind, current }) => [target, kind, current])).to.deep.equal([
      ['metadata:ApexClass:Added', 'usedByKept', 'used by metadata:ApexClass:DiscountLimits'],
      ['metadata:ApexClass:DiscountLimits', 'otherDeployment', 'changed since'],
      ['metadata:CustomField:Product2.Origin__c', 'usedByKept', 'used by flow:Her_Flow'],
    ]);
  });

  it('a plan made anew says what differs from the old one, and who carried that one out', async () => {
    const before = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
      'ApexClass:DiscountLimits',
    ]);
    world.update('Dov Deployer', RULES, RULE, { SBQQ__EvaluationOrder__c: 999 });
    const old = await world.plan(before, { choice: { exclude: ['flow:*'] } });
    later();
    world.update('Cleo Colleague', RULES, RULE, { SBQQ__EvaluationOrder__c: 5 });
    world.update('Dov Deployer', 'Product2', CREMA_UNO, { Family: 'New' });
    const stored = await openOldPlan(world.store, old.id, old.orgId);
    const now = await world.plan(before, stored.plan.request);
    expect(now.request?.choice.exclude).to.deep.equal(['flow:*']);
    const other = await openOldPlan(world.store, now.id, now.orgId);
    expect(await refreshedFrom(world.store, stored, other)).to.deep.equal({
      from: old.id,
      appliedBy: null,
      changes: [
        { change: 'added', what: 'updateRecords', target: `record:Product2:${CREMA_UNO}` },
        { change: 'added', what: 'conflict', target: `record:${RULES}:${RULE}` },
        { change: 'gone', what: 'updateRecords', target: `record:${RULES}:${RULE}` },
      ],
    });
    const run = await world.apply(now);
    const again = await openOldPlan(world.store, (await world.plan(before, now.request)).id, now.orgId);
    expect((await refreshedFrom(world.store, other, again)).appliedBy).to.equal(run.runId);
  });
});
