import { expect } from 'chai';
import type { Choice } from '../../src/plan/choice/choice.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { deployAs } from '../support/deploys.js';
import { World } from '../support/world.js';

const NUMBER = 'metadata:CustomField:Product2.Cups_Per_Day__c';
const TICK = 'metadata:CustomField:Product2.Water_Connection__c';

describe('a field that the deployment deleted', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
    world.side.habits.fieldHolders = new Set();
    world.update('Ada Admin', 'Product2', product(), { Cups_Per_Day__c: 120, Water_Connection__c: true });
    world.org.clock.advance(60_000);
  });
  afterEach(() => world.close());

  const SCOPE = {
    metadata: ['Cups_Per_Day__c', 'Water_Connection__c'].map((name) => ({
      type: 'CustomField',
      fullName: `Product2.${name}`,
    })),
    records: [{ object: 'Product2' }],
  };
  const values = (field: string): Array<[string, unknown]> =>
    [...world.org.store.storedRows('Product2')]
      .filter((row) => row.IsDeleted !== true)
      .map((row) => [String(row.Id), row[field] ?? null] as [string, unknown])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  const product = (): string => values('Name')[0]?.[0] ?? '';
  const deleteFields = async (): Promise<void> => {
    const fields = ['CustomField:Product2.Cups_Per_Day__c', 'CustomField:Product2.Water_Connection__c'];
    await deployAs(world, 'Dov Deployer', {}, [], fields);
  };
  const again: Partial<Choice> = {
    resolve: [NUMBER, TICK].map((selector) => ({ selector, decision: 'restore' as const })),
  };

  it('is never restored for a snapshot of the records alone: it is a matter of hand, and the verdict says so', async () => {
    const snapshot = await world.snapshot({ records: [{ object: 'Product2' }] });
    await deleteFields();
    const plan = await world.plan(snapshot, { changedBy: ['dov.deployer@brightcup.example'] });
    expect([plan.empty, plan.steps.length]).to.deep.equal([false, 0]);
    expect(plan.manual.map(({ target }) => target)).to.deep.equal([NUMBER, TICK]);
    const { verdict, checked, findings } = await world.validate(snapshot);
    expect(verdict).to.equal('notRestored');
    expect(findings.filter(({ severity }) => severity === 'error').map(({ subject }) => subject)).to.deep.equal([
      NUMBER,
      TICK,
    ]);
    expect(checked.notChecked).to.deep.equal(['Product2.Cups_Per_Day__c', 'Product2.Water_Connection__c']);
  });

  it('is created again and filled from the snapshot in one plan; a row that was deleted meanwhile comes back first', async () => {
    const [numbers, ticks] = [values('Cups_Per_Day__c'), values('Water_Connection__c')];
    const snapshot = await world.snapshot(SCOPE);
    await deleteFields();
    const own = world.insert('Ada Admin', 'Product2', { Name: 'Later' });
    world.delete('Dov Deployer', product());
    expect(values('Cups_Per_Day__c').every(([, value]) => value === null)).to.equal(true);

    const held = await world.plan(snapshot, { changedBy: ['dov.deployer@brightcup.example'] });
    expect(held.manual.map(({ target }) => target)).to.deep.equal([NUMBER, TICK]);
    expect(held.manual[0]?.what).to.include('with what the snapshot holds of its data');

    const plan = await world.plan(snapshot, { changedBy: ['dov.deployer@brightcup.example'], choice: again });
    expect(held.findings.map(({ code, subject }) => `${code} ${subject}`)).to.include(
      'fieldsGone Product2.Cups_Per_Day__c'
    );
    expect(plan.findings.map(({ code }) => code)).to.not.include('fieldsGone');
    const refill = plan.steps.at(-1);
    expect(refill).to.include({ operation: 'updateRecords', target: 'record:Product2' });
    expect(refill?.reason).to.include('created again without its data');
    const before = plan.steps.filter(({ id }) => refill?.waitsFor.includes(id)).map(({ operation }) => operation);
    expect(before).to.include('recreateComponent').and.to.include('undeleteRecords');
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(run.status).to.equal('succeeded');
    const left = (now: Array<[string, unknown]>): Array<[string, unknown]> => now.filter(([id]) => id !== own);
    expect(left(values('Cups_Per_Day__c'))).to.deep.equal(numbers);
    expect(left(values('Water_Connection__c'))).to.deep.equal(ticks);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restoredExceptKept');
  });

  it('is said to stay out of reach where this user is not given access to it, row by row', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deleteFields();
    const plan = await world.plan(snapshot, { choice: again });
    // What a real org does with a new field: nobody sees it who is not given access.
    const { rights } = world.user('Ada Admin') as { rights: { hiddenFields: ReadonlySet<string> } };
    rights.hiddenFields = new Set(['Product2.Cups_Per_Day__c']);
    const run = await world.apply(plan);
    rights.hiddenFields = new Set();
    expect(run.status).to.equal('partial');
    const errors = run.steps.filter(({ operation }) => operation === 'updateRecords').flatMap((step) => step.errors);
    expect(new Set(errors.map(({ code }) => code))).to.deep.equal(new Set(['FIELD_NOT_VISIBLE']));
    expect(errors[0]?.message).to.include('Product2.Cups_Per_Day__c is not visible to this user');
  });

  /** Access to the fields comes back as well; here it does not matter. */
  const operations = ({ steps }: RollbackPlan): string[] =>
    steps.filter(({ lane }) => lane !== 'permissions').map(({ operation }) => operation);

  it('stays without its data where the rows are left out by name', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deleteFields();
    const plan = await world.plan(snapshot, { choice: { ...again, exclude: ['record:Product2'] } });
    expect(operations(plan)).to.deep.equal(['recreateComponent', 'recreateComponent']);
    const chosen = await world.plan(snapshot, { choice: { ...again, only: [NUMBER] } });
    expect(operations(chosen)).to.deep.equal(['recreateComponent', 'updateRecords']);
  });

  const partly = ({ findings }: RollbackPlan): Record<string, string> =>
    Object.fromEntries(
      findings.filter(({ code }) => code === 'refilledPartly').map(({ subject, message }) => [subject, message])
    );

  it('is said not to be filled in rows that the condition of the snapshot does not cover, or that were left out', async () => {
    const [, second = ''] = values('Name').map(([id]) => id);
    world.update('Ada Admin', 'Product2', second, { Cups_Per_Day__c: 60 });
    world.org.clock.advance(60_000);
    const whole = await world.snapshot(SCOPE);
    const where = `IsActive = true`;
    const covered = await world.snapshot({ ...SCOPE, records: [{ object: 'Product2', where }] });
    await deleteFields();
    expect(partly(await world.plan(whole, { choice: again }))).to.deep.equal({});

    const plan = await world.plan(covered, { choice: again });
    expect(operations(plan)).to.include('updateRecords');
    expect(Object.keys(partly(plan))).to.deep.equal(['Product2.Cups_Per_Day__c', 'Product2.Water_Connection__c']);
    expect(partly(plan)['Product2.Cups_Per_Day__c']).to.include(`the condition of the snapshot (${where})`);

    world.update('Dov Deployer', 'Product2', second, { Description: 'Changed' });
    const without = await world.plan(whole, { choice: { ...again, exclude: [`record:Product2:${second}`] } });
    expect(partly(without)).to.deep.equal({
      'Product2.Cups_Per_Day__c':
        'It is created again and filled, but not in 1 row left out by --exclude: there it stays empty.',
    });
    expect(without.findings.map(({ code }) => code)).to.not.include('fieldsGone');
  });
});

describe('a lookup that the deployment deleted together with a row that it named', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
    world.side.habits.fieldHolders = new Set();
  });
  afterEach(() => world.close());

  it('is said not to be filled where that row stays deleted', async () => {
    const field = 'Product2.Follows__c';
    const lookup = {
      'objects/Product2.object': `<?xml version="1.0" encoding="UTF-8"?>\n<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><fields><fullName>Follows__c</fullName><deleteConstraint>SetNull</deleteConstraint><label>Follows</label><referenceTo>Product2</referenceTo><relationshipName>Followers</relationshipName><type>Lookup</type></fields></CustomObject>`,
    };
    await deployAs(world, 'Ada Admin', lookup, [`CustomField:${field}`]);
    const [stays = '', goes = '', one = '', other = ''] = ['Stays', 'Goes', 'One', 'Other'].map((Name) =>
      world.insert('Ada Admin', 'Product2', { Name })
    );
    world.update('Ada Admin', 'Product2', one, { Follows__c: stays });
    world.update('Ada Admin', 'Product2', other, { Follows__c: goes });
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot({
      metadata: [{ type: 'CustomField', fullName: field }],
      records: [{ object: 'Product2' }],
    });
    await deployAs(world, 'Dov Deployer', {}, [], [`CustomField:${field}`]);
    world.delete('Cleo Colleague', goes);
    const resolve = [{ selector: `metadata:CustomField:${field}`, decision: 'restore' as const }];
    const plan = await world.plan(snapshot, { choice: { resolve } });
    expect(plan.steps.find(({ reason }) => reason.includes('created again without its data'))?.count).to.equal(1);
    expect(plan.findings.find(({ code }) => code === 'refilledPartly')).to.include({
      subject: field,
      message:
        'It is created again and filled, but not in 1 row that pointed to a row which stays deleted: there it stays empty.',
    });
  });
});
