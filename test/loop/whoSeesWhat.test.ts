import { expect } from 'chai';
import type { Refusal } from '../../src/model/refusal.js';
import type { Row, UserRights } from '../org/engine/contracts.js';
import { readField } from '../org/engine/schema/fieldNotation.js';
import { apexClass, deployAs } from '../support/deploys.js';
import { World } from '../support/world.js';

const ACCOUNTS = { records: [{ object: 'Account' }] };

/** None of this may look like a change of the records, let alone like a deletion. */
describe('who sees what', () => {
  let world: World;
  let account = '';
  beforeEach(async () => {
    world = await World.start();
    for (const word of ['Secret__c:secret(20)', 'Deals__c~:int']) world.org.schema.putField('Account', readField(word));
    account = world.insert('Ada Admin', 'Account', {
      Name: 'Roastery',
      Phone: '1',
      Website: 'a.example',
      Secret__c: 'S1',
    });
  });
  afterEach(() => world.close());

  const may = (rights: Partial<UserRights>): void => void Object.assign(world.user('Ada Admin').rights, rights);
  const refusalOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'not refused',
      (error: Refusal) => error.key
    );

  it('a user without View All: the snapshot has a hole, and no row that is not seen is taken for deleted', async () => {
    const whole = await world.snapshot(ACCOUNTS);
    may({ viewAllData: false, modifyAllData: false, hiddenRows: new Set([account]) });
    const partial = await world.snapshot(ACCOUNTS);
    expect([partial.complete, partial.gaps[0]?.severity]).to.deep.equal([false, 'hole']);
    expect(await refusalOf(world.plan(partial))).to.equal('snapshotIncomplete');
    expect(await refusalOf(world.plan(whole))).to.equal('viewAllNeeded');
    expect(await refusalOf(world.validate(whole))).to.equal('viewAllNeeded');
  });

  it('what a hole touches stays as it is where the hole is accepted, and the rest goes back', async () => {
    const other = world.insert('Ada Admin', 'Account', { Name: 'Other' });
    may({ viewAllData: false, modifyAllData: false, hiddenRows: new Set([account]) });
    const partial = await world.snapshot({
      ...ACCOUNTS,
      metadata: [{ type: 'ApexClass', fullName: 'DiscountLimits' }],
    });
    may({ viewAllData: true, modifyAllData: true, hiddenRows: new Set() });
    await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
      'ApexClass:DiscountLimits',
    ]);
    for (const id of [account, other]) world.update('Dov Deployer', 'Account', id, { Phone: '2' });
    const plan = await world.plan(partial, { everybody: true, acceptGaps: true, choice: { onConflict: 'restore' } });
    expect(plan.steps.map(({ target }) => target)).to.deep.equal(['metadata:ApexClass:DiscountLimits']);
    expect(plan.leftOut.find(({ target }) => target === `record:Account:${other}`)?.why).to.match(
      /^the snapshot is incomplete there: all objects/
    );
    expect(plan.request?.choice).to.not.have.property('holes');
    expect((await world.apply(plan)).status).to.equal('succeeded');
  });

  it('a field hidden when the snapshot was taken is not compared, and never written', async () => {
    may({ hiddenFields: new Set(['Account.Phone']) });
    const snapshot = await world.snapshot(ACCOUNTS);
    may({ hiddenFields: new Set() });
    world.update('Dov Deployer', 'Account', account, { Phone: '2' });
    expect((await world.plan(snapshot)).empty).to.equal(true);
    expect((await world.validate(snapshot)).verdict).to.equal('restored');
  });

  it('a field hidden by now is said, and left out: the rest of the row goes back', async () => {
    const snapshot = await world.snapshot(ACCOUNTS);
    world.update('Dov Deployer', 'Account', account, { Phone: '2', Website: 'b.example' });
    may({ hiddenFields: new Set(['Account.Phone']) });
    const plan = await world.plan(snapshot);
    expect(plan.findings.map(({ code, subject }) => [code, subject])).to.deep.include(['fieldsGone', 'Account.Phone']);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(world.row('Account', account)).to.include({ Phone: '2', Website: 'a.example' });
    const { verdict, checked } = await world.validate(snapshot, run);
    expect([verdict, checked.notChecked]).to.deep.equal(['restoredExceptKept', ['Account.Secret__c', 'Account.Phone']]);
  });

  it('a field hidden by now leaves something to do, also where nothing else changed', async () => {
    const snapshot = await world.snapshot(ACCOUNTS);
    may({ hiddenFields: new Set(['Account.Phone']) });
    for (const driftOnly of [false, true]) {
      const plan = await world.plan(snapshot, { driftOnly });
      expect([plan.empty, plan.manual.map(({ target }) => target)]).to.deep.equal([
        false,
        ['metadata:CustomField:Account.Phone'],
      ]);
    }
    const { verdict, checked, findings } = await world.validate(snapshot);
    expect([verdict, checked.notChecked]).to.deep.equal(['restoredExceptKept', ['Account.Secret__c', 'Account.Phone']]);
    expect(findings.map(({ code, subject }) => `${code} ${subject}`)).to.deep.equal(['fieldsGone Account.Phone']);
    const without = await world.plan(snapshot, { choice: { exclude: ['metadata:CustomField:Account.Phone'] } });
    expect([without.empty, without.leftOut.length]).to.deep.equal([true, 1]);
  });

  it('encrypted text that is read masked, by one and not by the other, is no change and never written', async () => {
    may({ viewEncryptedData: false });
    const snapshot = await world.snapshot(ACCOUNTS);
    may({ viewEncryptedData: true });
    world.update('Dov Deployer', 'Account', account, { Secret__c: 'S2', Phone: '2' });
    const run = await world.apply(await world.plan(snapshot));
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(world.row('Account', account)).to.include({ Secret__c: 'S2', Phone: '1' });
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('a roll-up that moved, and the stamp of its row with it, is no change', async () => {
    world.org.rollUps.add({
      parent: 'Account',
      field: 'Deals__c',
      child: 'Opportunity',
      link: 'AccountId',
      operation: 'COUNT',
    });
    const snapshot = await world.snapshot(ACCOUNTS);
    const before = world.row('Account', account)?.SystemModstamp;
    const deal = { Name: 'First', StageName: 'Proposal', CloseDate: '2026-12-01', AccountId: account };
    world.insert('Dov Deployer', 'Opportunity', deal);
    expect(world.row('Account', account)).to.include({ Deals__c: 1 }).and.not.include({ SystemModstamp: before });
    expect((await world.plan(snapshot)).empty).to.equal(true);
    expect((await world.validate(snapshot)).verdict).to.equal('restored');
  });

  it('a picklist value that got another label, with new stamps on its rows, is no change', async () => {
    world.update('Ada Admin', 'Account', account, { Rating: 'Warm' });
    const snapshot = await world.snapshot(ACCOUNTS);
    world.org.clock.advance(60_000);
    const field = world.org.schema.field('Account', 'Rating');
    if (field === undefined) throw new Error('no Rating');
    const picklistValues = (field.picklistValues ?? []).map((value) => ({ ...value, label: `${value.label}!` }));
    world.org.schema.putField('Account', { ...field, picklistValues });
    const row = world.org.store.get('Account', account) as Row;
    world.org.store.put('Account', {
      ...row,
      SystemModstamp: world.org.clock.now(),
      LastModifiedDate: world.org.clock.now(),
      LastModifiedById: world.user('Dov Deployer').id,
    });
    expect((await world.plan(snapshot, { everybody: true })).empty).to.equal(true);
    expect((await world.validate(snapshot)).verdict).to.equal('restored');
  });
});

describe('a component that the org lists and does not give', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  it('is neither new nor as before: it is left to a person, and nothing says that all is restored', async () => {
    const snapshot = await world.snapshot({ metadata: [{ type: 'ApexClass', fullName: '*' }] });
    expect((await world.validate(snapshot)).verdict).to.equal('restored');
    world.org.clock.advance(60_000);
    // Of a package: its body stays with its publisher.
    const xml = '<ApexClass><apiVersion>66.0</apiVersion><status>Active</status></ApexClass>';
    const hidden = { type: 'ApexClass', fullName: 'Guide', namespacePrefix: 'SBQQ', xml, body: 'class Guide {}' };
    world.side.seed({ components: [hidden] });
    const plan = await world.plan(snapshot, { everybody: true });
    expect([plan.empty, plan.steps.length, plan.manual.length]).to.deep.equal([false, 0, 1]);
    expect(plan.findings.map(({ code, subject }) => [code, subject])).to.deep.include([
      'notRead',
      plan.manual[0]?.target,
    ]);
    const { verdict, checked } = await world.validate(snapshot);
    expect([verdict, checked.notChecked]).to.deep.equal(['restoredExceptKept', [plan.manual[0]?.target]]);
  });
});

describe('custom metadata records', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const NAMESPACES =
    'xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
  const type = `<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><fields><fullName>Minutes__c</fullName><label>Minutes</label><precision>5</precision><scale>0</scale><type>Number</type></fields><label>Roast</label><pluralLabel>Roasts</pluralLabel></CustomObject>`;
  const roast = (name: string, minutes: number): Record<string, string> => ({
    [`customMetadata/Roast.${name}.md`]: `<?xml version="1.0" encoding="UTF-8"?>\n<CustomMetadata ${NAMESPACES}><label>${name}</label><protected>false</protected><values><field>Minutes__c</field><value xsi:type="xsd:double">${minutes}</value></values></CustomMetadata>\n`,
  });
  const member = (name: string): string => `CustomMetadata:Roast.${name}`;

  it('go back through the metadata lane: changed, created and deleted ones', async () => {
    await deployAs(
      world,
      'Ada Admin',
      { 'objects/Roast__mdt.object': type, ...roast('Light', 8), ...roast('Dark', 14) },
      ['CustomObject:Roast__mdt', member('Light'), member('Dark')]
    );
    world.org.clock.advance(60_000);
    const values = (name: string): string =>
      JSON.stringify(world.side.components.get('CustomMetadata', `Roast.${name}`)?.content ?? null);
    const before = ['Light', 'Dark', 'Burnt'].map(values);
    const { snapshot, plan, run } = await world.rolledBack(
      { metadata: [{ type: 'CustomMetadata', fullName: '*' }] },
      async () => {
        await deployAs(world, 'Dov Deployer', { ...roast('Light', 80), ...roast('Burnt', 99) }, [
          member('Light'),
          member('Burnt'),
        ]);
        await deployAs(world, 'Dov Deployer', {}, [], [member('Dark')]);
      }
    );
    expect(plan.steps.map((step) => `${step.operation} ${step.target}`)).to.have.members([
      'restoreComponent metadata:CustomMetadata:Roast.Light',
      'deleteComponent metadata:CustomMetadata:Roast.Burnt',
      'recreateComponent metadata:CustomMetadata:Roast.Dark',
    ]);
    expect(run.status, JSON.stringify(run.steps.flatMap(({ errors }) => errors))).to.equal('succeeded');
    expect(['Light', 'Dark', 'Burnt'].map(values)).to.deep.equal(before);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });
});
