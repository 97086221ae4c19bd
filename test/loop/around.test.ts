import { expect } from 'chai';
import type { Comparison } from '../../src/compare/comparison.js';
import { compareSnapshots, compareWithOrg } from '../../src/compare/compareStates.js';
import { checkPlans } from '../../src/inventory/checkPlans.js';
import { readInventory } from '../../src/inventory/readInventory.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import type { Check } from '../../src/preflight/facts.js';
import { judgeFacts } from '../../src/preflight/judgeFacts.js';
import { readFacts } from '../../src/preflight/readFacts.js';
import { presetNamed } from '../../src/records/presets/presets.js';
import { compareReport } from '../../src/report/compareReport.js';
import type { Snapshot } from '../../src/snapshot/snapshotFormat.js';
import { verifySnapshot, type Verification } from '../../src/validate/verifySnapshot.js';
import { CREMA_UNO } from '../../scripts/demo/story.js';
import { apexClass, deployAs, flow, permissionSet, textField } from '../support/deploys.js';
import { World } from '../support/world.js';

const RULE = 'a0V5g00000Br006EAB';
const LIMITS = { type: 'ApexClass', fullName: 'DiscountLimits' };
const SCOPE = {
  flows: 'all' as const,
  metadata: [LIMITS, { type: 'ApexClass', fullName: 'Kettle' }, { type: 'CustomField', fullName: 'Product2.Promo__c' }],
  records: (presetNamed('cpq')?.objects ?? []).filter((entry) =>
    ['Product2', 'SBQQ__PriceRule__c'].includes(entry.object)
  ),
};
const idOf = (snapshot: Snapshot): StoreId => parseStoreId(snapshot.id) as StoreId;

describe('around a rollback', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const badRelease = async (): Promise<void> => {
    await deployAs(
      world,
      'Dov Deployer',
      {
        ...flow('Machine_Finder', 'bad'),
        ...apexClass('DiscountLimits', 'public class DiscountLimits { }'),
        ...apexClass('Kettle', 'public class Kettle { }'),
        ...textField('Product2', 'Promo__c', 'Promo'),
      },
      ['Flow:Machine_Finder', 'ApexClass:DiscountLimits', 'ApexClass:Kettle', 'CustomField:Product2.Promo__c']
    );
    world.update('Dov Deployer', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 999 });
    world.insert('Dov Deployer', 'Product2', { Name: 'Bad machine', IsActive: true });
    world.delete('Dov Deployer', 'a0V5g00000Br005EAB');
    world.update('Cleo Colleague', 'Product2', CREMA_UNO, { Name: 'Her name' });
  };
  const withOrg = async (snapshot: Snapshot, only: string[] = [], values = false): Promise<Comparison> => {
    const org = await world.as('Ada Admin');
    org.forgetDescribes();
    return compareWithOrg(org, world.store, idOf(snapshot), { only, values }, SILENT);
  };
  const verify = async (snapshot: Snapshot): Promise<Verification> =>
    verifySnapshot(world.store, idOf(snapshot), { org: await world.as('Ada Admin'), tests: { names: [] } }, SILENT);

  describe('diff', () => {
    it('finds nothing where nothing happened', async () => {
      const snapshot = await world.snapshot(SCOPE);
      const comparison = await withOrg(snapshot);
      expect(comparison).to.deep.include({ equal: true, flows: [], components: [], records: [] });
    });

    it('tells what a release and a colleague did, lane by lane, and who', async () => {
      const snapshot = await world.snapshot(SCOPE);
      await badRelease();
      const { flows, components, records } = await withOrg(snapshot);
      expect(flows.map(({ flow: name, kind, versionsAdded }) => [name, kind, versionsAdded])).to.deep.equal([
        ['Machine_Finder', 'switched', [4]],
      ]);
      expect(flows[0]?.elements?.elements.length).to.be.greaterThan(0);
      expect(components.map(({ fullName, kind }) => `${kind} ${fullName}`)).to.deep.equal([
        'changed DiscountLimits',
        'created Kettle',
        'created Product2.Promo__c',
      ]);
      expect(components[0]?.content?.texts[0]).to.include({ path: 'classes/DiscountLimits.cls', added: 1 });
      expect(
        records.map(({ object, kind, fields, changedBy }) => [object, kind, fields.join(), changedBy?.split('.')[0]])
      ).to.have.deep.members([
        ['Product2', 'updated', 'Name', 'cleo'],
        ['Product2', 'inserted', '', 'dov'],
        ['SBQQ__PriceRule__c', 'updated', 'SBQQ__EvaluationOrder__c', 'dov'],
        ['SBQQ__PriceRule__c', 'deleted', '', 'dov'],
      ]);
    });

    it('says the same of two snapshots as of a snapshot and the org', async () => {
      const before = await world.snapshot(SCOPE);
      await badRelease();
      const org = await withOrg(before, [], true);
      const after = await world.snapshot(SCOPE);
      const two = await compareSnapshots(world.store, idOf(before), idOf(after), { only: [], values: true }, SILENT);
      expect(two.flows.map(({ changedBy: dropped, ...rest }) => (void dropped, rest))).to.deep.equal(
        org.flows.map(({ changedBy: dropped, ...rest }) => (void dropped, rest))
      );
      const content = ({ components }: Comparison): unknown[] =>
        components.map(({ fullName, kind, content: diff }) => [fullName, kind, diff]);
      expect(content(two)).to.deep.equal(content(org));
      const rows = ({ records }: Comparison): unknown[] =>
        records
          .map(({ id, kind, fields, values }) => [id, kind, fields, kind === 'updated' ? values : values?.length])
          .sort();
      expect(rows(two)).to.deep.equal(rows(org));
      expect(two.notCompared).to.deep.equal(org.notCompared);
    });

    it('names what only one of two snapshots covers, and counts it neither as equal nor as different', async () => {
      const wide = await world.snapshot(SCOPE);
      const narrow = await world.snapshot({ flows: ['Machine_Finder'], records: [{ object: 'Product2' }] });
      const compare = (a: Snapshot, b: Snapshot): Promise<Comparison> =>
        compareSnapshots(world.store, idOf(a), idOf(b), { only: [], values: false }, SILENT);
      for (const [a, b] of [
        [wide, narrow],
        [narrow, wide],
      ] as const) {
        const { equal, notCompared } = await compare(a, b);
        const what = notCompared.map((entry) => entry.what);
        expect(what).to.include.members(['SBQQ__PriceRule__c', 'metadata:ApexClass:DiscountLimits']);
        expect(what.filter((name) => name.startsWith('flow:')).length).to.be.greaterThan(0);
        expect(equal, JSON.stringify(notCompared)).to.equal(true);
      }
    });

    it('narrows with --only, and holds record values only where they were asked for', async () => {
      const snapshot = await world.snapshot(SCOPE);
      await badRelease();
      const comparison = await withOrg(snapshot, ['record:Product2']);
      expect([comparison.flows.length, comparison.components.length, comparison.records.length]).to.deep.equal([
        0, 0, 2,
      ]);
      expect(JSON.stringify(comparison)).to.not.include('Her name').and.to.not.include('Bad machine');
      const values = await withOrg(snapshot, [`record:Product2:${CREMA_UNO}`], true);
      expect(values.records[0]?.values).to.deep.equal([{ field: 'Name', before: 'Crema Uno', after: 'Her name' }]);
      const text = compareReport(await withOrg(snapshot, [], true), { width: 80, detail: true, more: '' });
      expect(text).to.include('Name: "Crema Uno" -> "Her name"').and.to.include('+public class DiscountLimits { }');
      for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80);
    });
  });

  describe('verify --deep', () => {
    it('asks the org with one check-only deployment, which it names, and counts rows again', async () => {
      const snapshot = await world.snapshot(SCOPE);
      world.insert('Cleo Colleague', 'Product2', { Name: 'New machine', IsActive: true });
      const { state, deep } = await verify(snapshot);
      expect(state).to.equal('whole');
      expect(deep?.deployment).to.include({ success: true });
      const products = snapshot.objects.find((part) => part.object === 'Product2')?.rows ?? 0;
      expect(deep?.counts.find(({ object }) => object === 'Product2')).to.include({
        snapshot: products,
        now: products + 1,
      });
    });

    it('says what the org would not take back, and in its own words why', async () => {
      await deployAs(
        world,
        'Ada Admin',
        { ...textField('Product2', 'Promo__c', 'Promo'), ...permissionSet('Promotion', 'P', ['Product2.Promo__c']) },
        ['CustomField:Product2.Promo__c', 'PermissionSet:Promotion']
      );
      world.org.clock.advance(60_000);
      const snapshot = await world.snapshot({ metadata: [{ type: 'PermissionSet', fullName: 'Promotion' }, LIMITS] });
      await deployAs(world, 'Ada Admin', permissionSet('Promotion', 'P'), ['PermissionSet:Promotion']);
      await deployAs(world, 'Ada Admin', {}, [], ['CustomField:Product2.Promo__c']);
      const { deep } = await verify(snapshot);
      expect(deep?.deployment).to.include({ success: false, components: 2 });
      expect(deep?.deployment?.id).to.match(/^0Af/);
      expect(deep?.deployment?.problems.map(({ target }) => target)).to.deep.equal([
        'metadata:PermissionSet:Promotion',
      ]);
      expect(deep?.deployment?.problems[0]?.problem).to.include('Promo__c');
    });
  });

  describe('doctor', () => {
    const doctor = async (person: 'Ada Admin' | 'Cleo Colleague', snapshot: Snapshot): Promise<readonly Check[]> => {
      const org = await world.as(person);
      org.forgetDescribes();
      return judgeFacts(await readFacts(org, world.store, { snapshotId: idOf(snapshot) }, world.chance, SILENT));
    };
    const notOk = (checks: readonly Check[]): string[] =>
      checks.filter(({ state }) => state !== 'ok').map(({ state, code }) => `${state} ${code}`);

    it('finds a healthy org ready, and what is in flight or gone in one that is not', async () => {
      const snapshot = await world.snapshot(SCOPE);
      expect(notOk(await doctor('Ada Admin', snapshot))).to.deep.equal([]);
      const folder = await world.store.open('snapshots', idOf(snapshot));
      await folder.write('flows.json', '{}');
      expect(notOk(await doctor('Ada Admin', snapshot))).to.deep.equal(['refused snapshot']);
    });
  });

  it('list --check tells plans that still fit from stale ones and from those that have nothing left to do', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    const org = await world.as('Ada Admin');
    const state = async (): Promise<unknown[]> => {
      org.forgetDescribes();
      const { plans } = await checkPlans(org, world.store, await readInventory(world.store, new Date()));
      return [plans[0]?.state, plans[0]?.problem];
    };
    expect(await state()).to.deep.equal(['open', null]);
    world.update('Cleo Colleague', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 5 });
    expect(await state()).to.deep.equal([
      'stale',
      `record:SBQQ__PriceRule__c:${RULE}: SBQQ__EvaluationOrder__c changed`,
    ]);
    world.update('Dov Deployer', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 999 });
    await world.apply(plan);
    expect(await state()).to.deep.equal(['applied', null]);
  });

  it('promise 1: list, diff, verify and doctor change nothing in the org', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    await world.plan(snapshot);
    const writes = await world.writesDuring(async () => {
      await checkPlans(await world.as('Ada Admin'), world.store, await readInventory(world.store, new Date()));
      await withOrg(snapshot, [], true);
      await verify(snapshot);
      const org = await world.as('Ada Admin');
      judgeFacts(await readFacts(org, world.store, { snapshotId: idOf(snapshot) }, world.chance, SILENT));
    });
    expect(writes).to.deep.equal([]);
  });
});
