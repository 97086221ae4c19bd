import { expect } from 'chai';
import { checkPlan } from '../../src/apply/checkPlan.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import { openBaseline } from '../../src/snapshot/baseline.js';
import { deployAs } from '../support/deploys.js';
import { World } from '../support/world.js';

const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
const objectFile = (inner: string): Record<string, string> => ({
  'objects/Installation_Visit__c.object': `<?xml version="1.0" encoding="UTF-8"?>\n<CustomObject ${NS}>${inner}</CustomObject>\n`,
});
const recordType = (name: string): string =>
  `<recordTypes><fullName>${name}</fullName><active>true</active><label>${name}</label></recordTypes>`;
const status = (...values: readonly string[]): string =>
  `<fields><fullName>Status__c</fullName><label>Status</label><type>Picklist</type><valueSet><valueSetDefinition><sorted>false</sorted>${values
    .map((value) => `<value><fullName>${value}</fullName><default>false</default><label>${value}</label></value>`)
    .join('')}</valueSetDefinition></valueSet></fields>`;
const textOf = (world: World, type: string, name: string): string =>
  JSON.stringify(world.side.components.get(type, name)?.content);

describe('what no API deletes is made harmless', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const RECORD_TYPES = ['Repair', 'Upgrade'].map((name) => `RecordType:Installation_Visit__c.${name}`);
  const SCOPE = {
    metadata: [
      { type: 'RecordType', fullName: 'Installation_Visit__c.Repair' },
      { type: 'RecordType', fullName: 'Installation_Visit__c.Upgrade' },
      { type: 'CustomField', fullName: 'Installation_Visit__c.Visit_Date__c' },
    ],
  };

  it('record types are switched off, with what else of their object goes back, in one deployment', async () => {
    const snapshot = await world.snapshot(SCOPE);
    const field = '<fields><fullName>Visit_Date__c</fullName><label>Appointment</label><type>Date</type></fields>';
    await deployAs(world, 'Dov Deployer', objectFile(`${field}${recordType('Repair')}${recordType('Upgrade')}`), [
      'CustomField:Installation_Visit__c.Visit_Date__c',
      ...RECORD_TYPES,
    ]);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation, target, risk }) => [operation, target, risk])).to.deep.equal([
      ['restoreComponent', 'metadata:CustomField:Installation_Visit__c.Visit_Date__c', 'lossless'],
      ...RECORD_TYPES.map((target) => ['deactivateComponent', `metadata:${target}`, 'lossy']),
    ]);
    const org = await world.as('Ada Admin');
    const checked = await checkPlan(
      org,
      await openBaseline(world.store, parseStoreId(snapshot.id) as StoreId, plan.orgId),
      plan,
      await world.store.open('plans', parseStoreId(plan.id) as StoreId),
      { names: [] },
      world.chance,
      SILENT
    );
    expect(checked.map(({ code }) => code)).to.deep.equal(['checkPassed']);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1, neutralised: 2 });
    expect(run.status).to.equal('succeeded');
    for (const name of ['Repair', 'Upgrade'])
      expect(textOf(world, 'RecordType', `Installation_Visit__c.${name}`)).to.include('"active","text":"false"');
    const validation = await world.validate(snapshot, run);
    expect(validation.verdict).to.equal('restoredExceptKept');
    // Planned again there is nothing to do, and it says so.
    const again = await world.plan(snapshot);
    expect(again.steps).to.deep.equal([]);
    expect(again.leftOut.map(({ target }) => target)).to.deep.equal(RECORD_TYPES.map((name) => `metadata:${name}`));
    expect((await world.apply(plan)).status).to.equal('alreadyApplied');
    await deployAs(world, 'Cleo Colleague', objectFile(recordType('Repair')), [
      'RecordType:Installation_Visit__c.Repair',
    ]);
    const later = await world.validate(snapshot, run);
    expect([later.verdict, later.findings.find(({ severity }) => severity === 'error')?.subject]).to.deep.equal([
      'notRestored',
      'metadata:RecordType:Installation_Visit__c.Repair',
    ]);
  });

  it('picklist values that were added are deactivated, and named before and after', async () => {
    const FIELD = 'CustomField:Installation_Visit__c.Status__c';
    const snapshot = await world.snapshot({
      metadata: [{ type: 'CustomField', fullName: 'Installation_Visit__c.Status__c' }],
    });
    await deployAs(world, 'Dov Deployer', objectFile(status('Planned', 'Confirmed', 'Done', 'Lost')), [FIELD]);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation, risk }) => [operation, risk])).to.deep.equal([['restoreComponent', 'lossy']]);
    expect(plan.steps[0]?.reason).to.include('inactive: Lost');
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors.map(({ code }) => code))).to.deep.equal([]);
    expect(run.totals).to.deep.equal({ neutralised: 1 });
    const field = world.org.schema.get('Installation_Visit__c')?.fields.find(({ name }) => name === 'Status__c');
    expect(field?.picklistValues?.map(({ value, active }) => [value, active])).to.deep.equal([
      ['Planned', true],
      ['Confirmed', true],
      ['Done', true],
      ['Lost', false],
    ]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restoredExceptKept');
    const again = await world.plan(snapshot);
    expect(again.steps).to.deep.equal([]);
    expect(again.leftOut[0]?.why).to.include('Lost');
  });
});
