import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import type { OrgPorts } from '../../src/org/ports.js';
import { readRecordsNow } from '../../src/plan/records/readRecordsNow.js';
import { openBaseline } from '../../src/snapshot/baseline.js';
import type { Snapshot } from '../../src/snapshot/snapshotFormat.js';
import { World } from '../support/world.js';

describe('what is read of an org, and what is not', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const PRODUCTS = { records: [{ object: 'Product2' }] };
  const idOf = (snapshot: Snapshot): StoreId => parseStoreId(snapshot.id) as StoreId;
  const product = (): string => String([...world.org.store.rows('Product2')][0]?.['Id']);

  it('a row that came and went since the snapshot is seen also where everything is read', async () => {
    const snapshot = await world.snapshot(PRODUCTS);
    world.org.clock.advance(3_600_000);
    const passing = world.insert('Dov Deployer', 'Product2', { Name: 'Passing' });
    world.delete('Dov Deployer', passing);
    world.delete('Dov Deployer', product());
    const org = await world.as('Ada Admin');
    const baseline = await openBaseline(world.store, idOf(snapshot), org.identity.orgId);
    for (const full of [false, true]) {
      const { changes } = await readRecordsNow(org, baseline, full, SILENT);
      expect(
        changes.filter(({ kind }) => kind !== 'touched').map(({ id, kind, now }) => [id, kind, now?.LastModifiedById])
      ).to.have.deep.members([
        [passing, 'passing', world.user('Dov Deployer').id],
        [product(), 'deleted', world.user('Dov Deployer').id],
      ]);
    }
  });

  it('old rows that were never in scope, and went with their parent, come back with it and stay', async () => {
    const conditions = (): string[] =>
      [...world.org.store.rows('SBQQ__PriceCondition__c')]
        .filter((row) => row['IsDeleted'] !== true)
        .map((row) => String(row['Id']));
    const all = conditions();
    const [rule = ''] = [...world.org.store.rows('SBQQ__PriceCondition__c')].map((row) => String(row['SBQQ__Rule__c']));
    const where = "SBQQ__Field__c = 'None of them'";
    const snapshot = await world.snapshot({
      records: [{ object: 'SBQQ__PriceRule__c' }, { object: 'SBQQ__PriceCondition__c', where }],
    });
    world.org.clock.advance(3_600_000);
    world.delete('Dov Deployer', rule);
    expect(conditions().length).to.be.lessThan(all.length);
    for (const full of [false, true]) {
      const plan = await world.plan(snapshot, { full, changedBy: ['dov.deployer@brightcup.example'] });
      expect(plan.summary, `full: ${full}`).to.have.property('undeleteRecords', 1);
      expect(plan.summary, `full: ${full}`).not.to.have.property('deleteRecords');
      if (full) await world.apply(plan);
    }
    expect(conditions()).to.have.members(all);
  });

  it('a row that came and went stays with its parent where it is left out', async () => {
    const [rule = ''] = [...world.org.store.rows('SBQQ__PriceCondition__c')].map((row) => String(row['SBQQ__Rule__c']));
    const snapshot = await world.snapshot({
      records: [{ object: 'SBQQ__PriceRule__c' }, { object: 'SBQQ__PriceCondition__c' }],
    });
    world.org.clock.advance(3_600_000);
    world.insert('Dov Deployer', 'SBQQ__PriceCondition__c', {
      SBQQ__Rule__c: rule,
      SBQQ__Object__c: 'Quote',
      SBQQ__Field__c: 'Net Amount',
      SBQQ__Operator__c: 'equals',
      SBQQ__FilterType__c: 'Value',
      SBQQ__Value__c: '1',
    });
    world.delete('Dov Deployer', rule);
    const dov = { changedBy: ['dov.deployer@brightcup.example'] };
    expect((await world.plan(snapshot, dov)).summary).to.have.property('deleteRecords', 1);
    const exclude = ['record:SBQQ__PriceCondition__c'];
    expect((await world.plan(snapshot, { ...dov, choice: { exclude } })).summary).not.to.have.property('deleteRecords');
  });

  it('a row of a transaction that was open when the snapshot was taken was inserted since', async () => {
    const snapshot = await world.snapshot(PRODUCTS);
    world.org.clock.advance(-120_000);
    const id = world.insert('Dov Deployer', 'Product2', { Name: 'Committed late' });
    world.org.clock.advance(3_600_000);
    const plan = await world.plan(snapshot, { changedBy: ['dov.deployer@brightcup.example'] });
    expect(plan.summary).to.deep.equal({ deleteRecords: 1 });
    await world.apply(plan);
    expect(world.row('Product2', id)).to.equal(undefined);
  });

  it('a mask in place of encrypted text is not saved, and the snapshot says so', async () => {
    world.org.schema.putField('Product2', {
      ...{ name: 'Pin__c', type: 'encryptedstring', custom: true, length: 20 },
      ...{ nillable: true, createable: true, updateable: true },
    });
    world.update('Ada Admin', 'Product2', product(), { Pin__c: '1234' });
    const columns = async (snapshot: Snapshot): Promise<string> =>
      gunzipSync(
        await (await world.store.open('snapshots', idOf(snapshot))).read('records/Product2.csv.gz')
      ).toString();
    const said = ({ gaps }: Snapshot): unknown[] =>
      gaps.filter(({ name }) => name === 'Product2.Pin__c').map(({ severity, reason }) => [severity, reason]);
    const seeing = await world.snapshot(PRODUCTS);
    expect(await columns(seeing)).to.include('1234');
    expect(said(seeing)).to.deep.equal([['limit', 'encrypted text: backed up, but neither compared nor put back']]);

    const { rights } = world.user('Ada Admin') as { rights: { viewEncryptedData: boolean } };
    rights.viewEncryptedData = false;
    const masked = await world.snapshot(PRODUCTS);
    expect(masked.complete).to.equal(true);
    expect(await columns(masked)).not.to.match(/\*\*\*\*|Pin__c/);
    expect(said(masked)).to.deep.equal([
      ['limit', 'encrypted text, of which the org shows this user a mask (View Encrypted Data): not backed up'],
    ]);
    rights.viewEncryptedData = true;
  });

  it('a flow whose running version was saved since, and is not given, is neither changed nor as before', async () => {
    const FLOW = 'Machine_Finder';
    const snapshot = await world.snapshot({ flows: [FLOW] });
    world.org.clock.advance(60_000);
    const version = world.side.flows.get(FLOW)?.versions.find(({ status }) => status === 'Active');
    Object.assign(version ?? {}, { lastModified: { by: world.user('Cleo Colleague').id, at: world.org.clock.now() } });
    const org = (await world.as('Ada Admin')) as { -readonly [key in keyof OrgPorts]: OrgPorts[key] };
    const { retrieve } = org;
    org.retrieve = async (keys) => {
      const all = await retrieve(keys);
      return { ...all, components: all.components.filter(({ type }) => type !== 'Flow') };
    };
    const plan = await world.plan(snapshot);
    const validation = await world.validate(snapshot);
    org.retrieve = retrieve;
    expect(plan.steps).to.deep.equal([]);
    expect(plan.manual.map(({ target }) => target)).to.deep.equal([`flow:${FLOW}`]);
    expect(validation.checked.notChecked).to.include(`flow:${FLOW}`);
    expect(validation.verdict).not.to.equal('restored');
  });
});
