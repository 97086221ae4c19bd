import { expect } from 'chai';
import { makeUndoPlan } from '../../src/apply/undo/makeUndoPlan.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import { deployAs } from '../support/deploys.js';
import { World } from '../support/world.js';

const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
const OBJECT = 'CustomObject:Trip__c';
const FILES = {
  'objects/Trip__c.object': `<?xml version="1.0" encoding="UTF-8"?>\n<CustomObject ${NS}><deploymentStatus>Deployed</deploymentStatus><fields><fullName>Goal__c</fullName><label>Goal</label><length>80</length><type>Text</type></fields><fields><fullName>Machine__c</fullName><deleteConstraint>SetNull</deleteConstraint><label>Machine</label><referenceTo>Product2</referenceTo><relationshipName>Trips</relationshipName><type>Lookup</type></fields><fields><fullName>Before__c</fullName><deleteConstraint>SetNull</deleteConstraint><label>Before</label><referenceTo>Trip__c</referenceTo><relationshipName>After</relationshipName><type>Lookup</type></fields><label>Trip</label><nameField><label>Name</label><type>Text</type></nameField><pluralLabel>Trips</pluralLabel><sharingModel>ReadWrite</sharingModel><validationRules><fullName>Has_Goal</fullName><active>false</active><errorConditionFormula>ISBLANK(Goal__c)</errorConditionFormula><errorMessage>Where to?</errorMessage></validationRules></CustomObject>`,
};
const MEMBERS = [
  OBJECT,
  ...['Goal__c', 'Machine__c', 'Before__c'].map((field) => `CustomField:Trip__c.${field}`),
  'ValidationRule:Trip__c.Has_Goal',
];

describe('an object that the deployment deleted', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
    await deployAs(world, 'Ada Admin', FILES, MEMBERS);
  });
  afterEach(() => world.close());

  const trips = (): Array<Record<string, unknown>> =>
    [...(world.org.schema.get('Trip__c') ? world.org.store.storedRows('Trip__c') : [])].filter(
      (row) => row['IsDeleted'] !== true
    );
  const scope = {
    metadata: [{ type: 'CustomObject', fullName: 'Trip__c' }],
    records: [{ object: 'Trip__c' }],
  };

  it('is created again with its fields and rows in one plan; the rows follow each other to their new Ids', async () => {
    const [product] = [...world.org.store.storedRows('Product2')].map((row) => String(row['Id']));
    const first = world.insert('Ada Admin', 'Trip__c', { Name: 'North', Goal__c: 'Oslo', Machine__c: product ?? '' });
    world.insert('Ada Admin', 'Trip__c', { Name: 'South', Goal__c: null, Before__c: first });
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(scope);
    await deployAs(world, 'Dov Deployer', {}, [], [OBJECT]);
    expect(world.org.schema.get('Trip__c')).to.equal(undefined);

    const held = await world.plan(snapshot);
    expect([held.steps.length, held.manual.map(({ target }) => target)]).to.deep.equal([0, [`metadata:${OBJECT}`]]);
    expect(held.manual[0]?.what).to.include('2 rows in the snapshot').and.to.include('what the snapshot holds');

    const resolve = [{ selector: `metadata:${OBJECT}`, decision: 'restore' as const }];
    const plan = await world.plan(snapshot, { choice: { resolve } });
    const brief = plan.steps.map(({ operation, target, count, risk }) => [operation, target, count, risk]);
    expect(brief.filter(([operation]) => operation === 'insertRecords')).to.deep.equal([
      ['insertRecords', 'record:Trip__c', 2, 'lossy'],
    ]);
    expect(plan.findings.map(({ code }) => code)).to.not.include('objectGone');
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(run.status).to.equal('succeeded');
    const back = new Map(trips().map((row) => [row['Name'], row]));
    expect([...back.keys()].sort()).to.deep.equal(['North', 'South']);
    expect(back.get('North')).to.include({ Goal__c: 'Oslo', Machine__c: product });
    expect(back.get('South')?.['Before__c']).to.equal(back.get('North')?.['Id']);
    expect(back.get('North')?.['Id']).to.not.equal(first);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
    expect((await world.apply(plan)).status).to.equal('alreadyApplied');
  });

  it('goes again when the run is taken back, its rows first, each saved', async () => {
    world.insert('Ada Admin', 'Trip__c', { Name: 'North', Goal__c: 'Oslo' });
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(scope);
    await deployAs(world, 'Dov Deployer', {}, [], [OBJECT]);
    const resolve = [{ selector: `metadata:${OBJECT}`, decision: 'restore' as const }];
    const run = await world.apply(await world.plan(snapshot, { choice: { resolve } }));
    const id = parseStoreId(run.runId) as StoreId;
    const undo = await makeUndoPlan(await world.as('Ada Admin'), world.store, id, world.chance, SILENT);
    expect(undo.steps.map(({ operation, waitsFor }) => [operation, waitsFor])).to.deep.equal([
      ['deleteRecords', []],
      ['deleteComponent', ['s001']],
    ]);
    const undone = await world.apply(undo);
    expect(undone.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(undone.totals).to.deep.equal({ restored: 2 });
    expect(world.org.schema.get('Trip__c')).to.equal(undefined);
  });

  it('comes back without its rows where they are left out by name', async () => {
    world.insert('Ada Admin', 'Trip__c', { Name: 'North' });
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(scope);
    await deployAs(world, 'Dov Deployer', {}, [], [OBJECT]);
    const resolve = [{ selector: `metadata:${OBJECT}`, decision: 'restore' as const }];
    const plan = await world.plan(snapshot, { choice: { resolve, exclude: ['record:Trip__c'] } });
    expect(plan.steps.filter(({ lane }) => lane === 'records')).to.deep.equal([]);
    const only = await world.plan(snapshot, { choice: { resolve, only: [`metadata:${OBJECT}`] } });
    expect(only.steps.filter(({ lane }) => lane === 'records').map(({ operation }) => operation)).to.deep.equal([
      'insertRecords',
    ]);
  });

  it('says which of its rows do not come back with it', async () => {
    world.insert('Ada Admin', 'Trip__c', { Name: 'North', Goal__c: 'Oslo' });
    const south = world.insert('Ada Admin', 'Trip__c', { Name: 'South', Goal__c: 'Rome' });
    world.org.clock.advance(60_000);
    const where = "Name LIKE '%th'";
    const snapshot = await world.snapshot({ ...scope, records: [{ object: 'Trip__c', where }] });
    await deployAs(world, 'Dov Deployer', {}, [], [OBJECT]);
    const resolve = [{ selector: `metadata:${OBJECT}`, decision: 'restore' as const }];
    const plan = await world.plan(snapshot, { choice: { resolve, exclude: [`record:Trip__c:${south}`] } });
    expect(plan.steps.find(({ operation }) => operation === 'insertRecords')?.count).to.equal(1);
    expect(plan.findings.filter(({ subject }) => subject === 'Trip__c')).to.deep.equal([
      {
        code: 'refilledPartly',
        severity: 'warning',
        subject: 'Trip__c',
        message: `It is created again with its rows, but without 1 of the 2 rows in the snapshot and rows outside of the condition of the snapshot (${where}).`,
      },
    ]);
  });
});
