import { expect } from 'chai';
import type { RunResult } from '../../src/apply/runResult.js';
import { datasetScope } from '../../src/cli/config/configScope.js';
import { parseConfig } from '../../src/cli/config/parseConfig.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import type { ObjectScope } from '../../src/snapshot/scope.js';
import { OrgError, type Row } from '../org/engine/contracts.js';
import { to18 } from '../org/engine/ids.js';
import { declareObject } from '../org/engine/schema/declareObject.js';
import { readField } from '../org/engine/schema/fieldNotation.js';
import { World } from '../support/world.js';

const DOV = { changedBy: ['dov.deployer@brightcup.example'] };
const PRICES: readonly ObjectScope[] = [{ object: 'Product2' }, { object: 'Pricebook2' }, { object: 'PricebookEntry' }];

const stepsOf = (plan: RollbackPlan): string[] =>
  plan.steps.map((step) => `${step.operation} ${step.target} ${step.count}`);

const errorsOf = (run: RunResult): string[][] =>
  run.steps.flatMap((step) => step.errors.map(({ code, message }) => [code, message]));

describe('kinds of records that go back', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const living = (object: string): Row[] =>
    [...world.org.store.rows(object)].filter((row) => row.IsDeleted !== true).map((row) => ({ ...row }));
  const addFields = (object: string, words: string): void => {
    for (const word of words.split(' ')) world.org.schema.putField(object, readField(word));
  };
  const files = async (run: RunResult, name: string): Promise<string> =>
    (await (await world.store.open('runs', run.runId as never)).read(name)).toString('utf8');
  const isBack = async (...[snapshot, run]: Parameters<World['validate']>): Promise<void> => {
    const { verdict, findings } = await world.validate(snapshot, run);
    expect(verdict, JSON.stringify(findings)).to.equal('restored');
  };

  describe('PricebookEntry', () => {
    const book = (standard: boolean): string =>
      String(living('Pricebook2').find((row) => row.IsStandard === standard)?.Id);
    let product = '';
    let number = 0;
    const id = (): string => to18(`01u5g00000Zz${String((number += 1)).padStart(3, '0')}`) ?? '';
    const put = (values: Row): string => {
      const row = { Id: id(), Product2Id: product, IsActive: true, UseStandardPrice: false, ...values };
      world.org.seed('PricebookEntry', [row]);
      return row.Id;
    };
    const prices = (of = product): string[] =>
      living('PricebookEntry')
        .filter((row) => row.Product2Id === of)
        .map((row) => [row.CurrencyIsoCode, row.Pricebook2Id, row.UnitPrice, row.UseStandardPrice].join(' '))
        .sort();

    beforeEach(() => {
      product = world.insert('Ada Admin', 'Product2', { Name: 'Priced', IsActive: true });
    });

    it('comes back under a new Id with the standard price first, in every currency of a multi-currency org', async () => {
      addFields('PricebookEntry', 'CurrencyIsoCode^:pick');
      for (const CurrencyIsoCode of ['EUR', 'USD']) {
        // The custom price has the smaller Id, so its turn would be first.
        put({ Pricebook2Id: book(false), UnitPrice: 90, UseStandardPrice: CurrencyIsoCode === 'USD', CurrencyIsoCode });
        put({ Pricebook2Id: book(true), UnitPrice: CurrencyIsoCode === 'USD' ? 90 : 100, CurrencyIsoCode });
      }
      const before = prices();
      const snapshot = await world.snapshot({ records: PRICES });
      world.delete('Dov Deployer', product);
      world.org.switches.binEmptied = true;
      const run = await world.apply(await world.plan(snapshot));
      expect(run.status, JSON.stringify(errorsOf(run))).to.equal('succeeded');
      expect(prices(run.idMap[product])).to.deep.equal(before);
      await isBack(snapshot, run);
    });

    it('that uses the standard price follows it, and its price is never written', async () => {
      const standard = put({ Pricebook2Id: book(true), UnitPrice: 100 });
      const follower = put({ Pricebook2Id: book(false), UnitPrice: 100, UseStandardPrice: true });
      const { snapshot, plan, run } = await world.rolledBack({ records: PRICES }, () =>
        world.update('Dov Deployer', 'PricebookEntry', standard, { UnitPrice: 140 })
      );
      expect(stepsOf(plan)).to.deep.equal(['updateRecords record:PricebookEntry 1']);
      expect(run.status, JSON.stringify(errorsOf(run))).to.equal('succeeded');
      expect(world.row('PricebookEntry', follower)?.UnitPrice).to.equal(100);
      await isBack(snapshot, run);
    });

    for (const way of ['taken', 'refused'] as const) {
      it(`gets a price of its own back where both at once are ${way}`, async () => {
        put({ Pricebook2Id: book(true), UnitPrice: 100 });
        const own = put({ Pricebook2Id: book(false), UnitPrice: 80 });
        world.org.switches.priceWithItsSwitch = way;
        const { snapshot, run } = await world.rolledBack({ records: PRICES }, () =>
          world.update('Dov Deployer', 'PricebookEntry', own, { UseStandardPrice: true })
        );
        expect(run.status, JSON.stringify(errorsOf(run))).to.equal('succeeded');
        expect(world.row('PricebookEntry', own)).to.include({ UnitPrice: 80, UseStandardPrice: false });
        await isBack(snapshot, run);
      });
    }

    it('that the deployment added goes, the standard price last', async () => {
      const { snapshot, run } = await world.rolledBack({ records: PRICES }, () => {
        const values = { Product2Id: product, UnitPrice: 10, IsActive: true };
        world.insert('Dov Deployer', 'PricebookEntry', { ...values, Pricebook2Id: book(true) });
        world.insert('Dov Deployer', 'PricebookEntry', { ...values, Pricebook2Id: book(false) });
      });
      expect(run.totals, JSON.stringify(errorsOf(run))).to.deep.equal({ restored: 2 });
      expect(prices()).to.deep.equal([]);
      await isBack(snapshot, run);
    });

    it('leaves the standard price book alone but for its fields: it is never deleted or made anew', async () => {
      const { snapshot, plan, run } = await world.rolledBack({ records: PRICES }, () =>
        world.update('Dov Deployer', 'Pricebook2', book(true), { IsActive: false, Description: 'bad' })
      );
      expect(stepsOf(plan)).to.deep.equal(['updateRecords record:Pricebook2 1']);
      expect(run.status).to.equal('succeeded');
      await isBack(snapshot, run);
    });
  });

  describe('an owner who is inactive by now', () => {
    const OLGA = to18('0055g000001OlgX') ?? '';
    let kept = '';
    let gone = '';
    beforeEach(() => {
      const Email = 'olga@brightcup.example';
      world.org.seed('User', [{ Id: OLGA, Username: Email, Email, LastName: 'Olga', Alias: 'olga', IsActive: true }]);
      kept = world.insert('Ada Admin', 'Account', { Name: 'Kept', OwnerId: OLGA, Phone: '1' });
      gone = world.insert('Ada Admin', 'Account', { Name: 'Gone', OwnerId: OLGA, Phone: '2' });
    });
    const leave = (): void => world.update('Ada Admin', 'User', OLGA, { IsActive: false });

    it('stays the owner of rows that are undeleted or that keep him', async () => {
      const { snapshot, run } = await world.rolledBack({ records: [{ object: 'Account' }] }, () => {
        world.update('Dov Deployer', 'Account', kept, { Phone: '9' });
        world.delete('Dov Deployer', gone);
        leave();
      });
      expect(run.status, JSON.stringify(errorsOf(run))).to.equal('succeeded');
      expect([world.row('Account', kept)?.Phone, world.row('Account', gone)?.OwnerId]).to.deep.equal(['1', OLGA]);
      await isBack(snapshot, run);
    });

    it('is a conflict of its own where the row would be given to him again: everything else goes back', async () => {
      const snapshot = await world.snapshot({ records: [{ object: 'Account' }] });
      world.update('Dov Deployer', 'Account', kept, { OwnerId: world.user('Dov Deployer').id, Phone: '9' });
      world.delete('Dov Deployer', gone);
      world.org.switches.binEmptied = true;
      leave();
      const plan = await world.plan(snapshot);
      expect(plan.conflicts.map(({ target, kind, decision }) => [target, kind, decision])).to.deep.equal([
        [`record:Account:${kept}`, 'ownerInactive', 'keep'],
      ]);
      expect(plan.findings.map(({ code, subject }) => [code, subject])).to.deep.equal([['ownerInactive', 'Account']]);
      const run = await world.apply(plan);
      expect(run.status, JSON.stringify(errorsOf(run))).to.equal('succeeded');
      expect(world.row('Account', kept)?.Phone).to.equal('1');
      expect(world.row('Account', run.idMap[gone] ?? '')).to.include({
        Phone: '2',
        OwnerId: world.user('Ada Admin').id,
      });
      expect((await world.validate(snapshot, run)).verdict).to.equal('restoredExceptKept');

      const named = { choice: { resolve: [{ selector: `record:Account:${kept}`, decision: 'restore' as const }] } };
      const refused = await world.apply(await world.plan(snapshot, named));
      expect(errorsOf(refused)).to.deep.equal([
        ['INACTIVE_OWNER_OR_USER', `operation performed with inactive user [${OLGA.slice(0, 15)}] as owner of record`],
      ]);
    });
  });

  it('record types: a row gets its own back by Id; one that is inactive is refused by name, and tried again once it is not', async () => {
    const [direct = '', partner = ''] = ['0125g000000Dir', '0125g000000Par'].map((id) => to18(`${id}1`) ?? '');
    for (const [Id, DeveloperName] of [
      [direct, 'Direct'],
      [partner, 'Partner'],
    ] as const)
      world.org.seed('RecordType', [
        { Id, Name: DeveloperName, DeveloperName, SobjectType: 'Account', IsActive: true },
      ]);
    const rows = [direct, partner].map((RecordTypeId) =>
      world.insert('Ada Admin', 'Account', { Name: 'A', RecordTypeId })
    );
    const snapshot = await world.snapshot({ records: [{ object: 'Account' }] });
    world.update('Dov Deployer', 'Account', rows[0] ?? '', { RecordTypeId: partner });
    world.update('Dov Deployer', 'Account', rows[1] ?? '', { RecordTypeId: direct });
    world.org.store.put('RecordType', { ...world.org.store.get('RecordType', partner), IsActive: false });
    const plan = await world.plan(snapshot);
    const first = await world.apply(plan);
    expect(first.totals).to.deep.equal({ restored: 1, failed: 1 });
    expect(errorsOf(first)[0]?.[1]).to.match(/Record Type ID: this ID value isn't valid for the user/);
    world.org.store.put('RecordType', { ...world.org.store.get('RecordType', partner), IsActive: true });
    const second = await world.apply(plan);
    expect(second.totals).to.deep.equal({ restored: 1, alreadyRestored: 1 });
    expect(rows.map((id) => world.row('Account', id)?.RecordTypeId)).to.deep.equal([direct, partner]);
    await isBack(snapshot, second);
  });

  it('multi-currency: the currency of a row is a value like any other', async () => {
    addFields('Account', 'CurrencyIsoCode:pick');
    const account = world.insert('Ada Admin', 'Account', { Name: 'A', CurrencyIsoCode: 'EUR', AnnualRevenue: 1000 });
    const { snapshot, plan, run } = await world.rolledBack({ records: [{ object: 'Account' }] }, () =>
      world.update('Dov Deployer', 'Account', account, { CurrencyIsoCode: 'USD' })
    );
    expect(stepsOf(plan)).to.deep.equal(['updateRecords record:Account 1']);
    expect(world.row('Account', account)).to.include({ CurrencyIsoCode: 'EUR', AnnualRevenue: 1000 });
    await isBack(snapshot, run);
  });

  it('names and addresses made of parts: only the parts are written, also in rows inserted again', async () => {
    addFields('Account', 'IsPersonAccount-:check FirstName:text(40) LastName:text(80)');
    // The org's own rule for person accounts: their name is not to be sent.
    world.org.beforeSave('Account', ({ row, before }) => {
      if (row.IsPersonAccount !== true) return;
      const derived = `${String(row.FirstName)} ${String(row.LastName)}`;
      if (row.Name !== (before?.Name ?? null) && row.Name !== derived)
        throw new OrgError('INVALID_FIELD_FOR_INSERT_UPDATE', 'Account: bad field names on insert/update call: Name');
      row.Name = derived;
    });
    const business = world.insert('Ada Admin', 'Account', {
      Name: 'Roastery',
      BillingCity: 'Bremen',
      BillingStreet: 'Am Kai 1',
    });
    const person = business.slice(0, 10) + 'Pers1';
    world.org.seed('Account', [
      { Id: to18(person) ?? '', Name: 'Pia Berg', FirstName: 'Pia', LastName: 'Berg', IsPersonAccount: true },
    ]);
    const contact = world.insert('Ada Admin', 'Contact', { FirstName: 'Jo', LastName: 'Ito', MailingCity: 'Bonn' });
    const snapshot = await world.snapshot({ records: [{ object: 'Account' }, { object: 'Contact' }] });
    expect(snapshot.objects.find(({ object }) => object === 'Account')?.fields)
      .to.include('BillingCity')
      .and.not.include('BillingAddress');
    world.update('Dov Deployer', 'Account', business, { BillingCity: 'Berlin', BillingStreet: null });
    world.update('Dov Deployer', 'Account', to18(person) ?? '', { LastName: 'Tal' });
    world.delete('Dov Deployer', contact);
    world.org.switches.binEmptied = true;
    const run = await world.apply(await world.plan(snapshot));
    expect(run.status, JSON.stringify(errorsOf(run))).to.equal('succeeded');
    expect(world.row('Account', business)).to.include({ BillingCity: 'Bremen', BillingStreet: 'Am Kai 1' });
    expect(world.row('Account', to18(person) ?? '')).to.include({ LastName: 'Berg', Name: 'Pia Berg' });
    expect(world.row('Contact', run.idMap[contact] ?? '')).to.include({ Name: 'Jo Ito', MailingCity: 'Bonn' });
    await isBack(snapshot, run);
  });

  it('custom settings, list and hierarchy: they have no recycle bin, so deleted ones come back as new rows', async () => {
    const ada = world.user('Ada Admin').id;
    world.org.schema.addObject(
      declareObject({
        name: 'Rate__c',
        keyPrefix: 'aX1',
        customSetting: true,
        owned: false,
        fields: 'Percent__c:num(5,2)',
      })
    );
    world.org.schema.addObject(
      declareObject({
        name: 'Limits__c',
        keyPrefix: 'aX2',
        customSetting: true,
        owned: false,
        fields: 'SetupOwnerId!^#:ref(Organization|User) Max__c:num(5,0) On__c:check',
      })
    );
    const rates = ['A', 'B', 'C'].map((Name) => world.insert('Ada Admin', 'Rate__c', { Name, Percent__c: 5 }));
    const org = world.insert('Ada Admin', 'Limits__c', {
      Name: 'Org',
      SetupOwnerId: world.org.orgId,
      Max__c: 10,
      On__c: true,
    });
    const mine = world.insert('Ada Admin', 'Limits__c', { Name: 'Ada', SetupOwnerId: ada, Max__c: 99 });
    const snapshot = await world.snapshot({ records: [{ object: 'Rate__c' }, { object: 'Limits__c' }] });
    world.update('Dov Deployer', 'Rate__c', rates[0] ?? '', { Percent__c: 50 });
    world.delete('Dov Deployer', rates[1] ?? '');
    world.insert('Dov Deployer', 'Rate__c', { Name: 'D', Percent__c: 1 });
    world.update('Dov Deployer', 'Limits__c', org, { Max__c: 0, On__c: false });
    world.delete('Dov Deployer', mine);
    const plan = await world.plan(snapshot);
    expect(stepsOf(plan)).to.have.members([
      'updateRecords record:Rate__c 1',
      'insertRecords record:Rate__c 1',
      'deleteRecords record:Rate__c 1',
      'updateRecords record:Limits__c 1',
      'insertRecords record:Limits__c 1',
    ]);
    const run = await world.apply(plan);
    expect(run.status, JSON.stringify(errorsOf(run))).to.equal('succeeded');
    expect(
      living('Rate__c')
        .map((row) => `${String(row.Name)} ${String(row.Percent__c)}`)
        .sort()
    ).to.deep.equal(['A 5', 'B 5', 'C 5']);
    expect(living('Limits__c').map((row) => [row.SetupOwnerId, row.Max__c, row.On__c])).to.have.deep.members([
      [world.org.orgId, 10, true],
      [ada, 99, false],
    ]);
    await isBack(snapshot, run);
    expect((await world.plan(snapshot)).empty).to.equal(true);
  });

  it('what a dataset of rollback.yml knows of its objects counts like what a preset knows', async () => {
    const naming = { nameField: 'text' as const, owned: false };
    world.org.schema.addObject(
      declareObject({ ...naming, name: 'Bean__c', keyPrefix: 'aX3', fields: 'Active__c:check=true' })
    );
    world.org.schema.addObject(
      declareObject({
        ...naming,
        name: 'Blend__c',
        keyPrefix: 'aX4',
        fields: 'Active__c:check=true Main_Bean__c:ref(Bean__c) Recipe__c:long(1000) Note__c:long(1000)',
      })
    );
    world.org.schema.addObject(
      declareObject({ ...naming, name: 'Sale__c', keyPrefix: 'aX5', fields: 'Blend__c:ref(Blend__c)' })
    );
    const bean = world.insert('Ada Admin', 'Bean__c', { Name: 'Arabica' });
    const text = `half ${bean}, half water`;
    const blend = world.insert('Ada Admin', 'Blend__c', {
      Name: 'House',
      Main_Bean__c: bean,
      Recipe__c: text,
      Note__c: text,
    });
    const { config } = parseConfig(
      `datasets:
  coffee:
    objects: [{ object: Bean__c, where: Active__c = true }, { object: Blend__c }, { object: Tea__c, optional: true }]
    softReferences: { Blend__c: [Recipe__c] }
    deactivate: { Blend__c: { field: Active__c, value: false } }
`,
      'rollback.yml'
    );
    const dataset = config.datasets?.coffee;
    if (!dataset) throw new Error('no dataset');
    const snapshot = await world.snapshot(datasetScope('coffee', dataset));
    expect(snapshot.gaps.map(({ name, severity }) => [name, severity])).to.deep.equal([['Tea__c', 'limit']]);
    world.delete('Dov Deployer', bean);
    const sold = world.insert('Dov Deployer', 'Blend__c', { Name: 'Bad' });
    world.insert('Cleo Colleague', 'Sale__c', { Name: 'first', Blend__c: sold });
    world.org.switches.binEmptied = true;
    const run = await world.apply(await world.plan(snapshot, { everybody: true }));
    expect(run.totals, JSON.stringify(errorsOf(run))).to.deep.equal({ restored: 3, neutralised: 1 });
    const fresh = run.idMap[bean] ?? '';
    expect(world.row('Blend__c', blend)).to.include({
      Main_Bean__c: fresh,
      Recipe__c: text.replace(bean, fresh),
      Note__c: text,
    });
    expect(world.row('Blend__c', sold)?.Active__c).to.equal(false);
  });

  it('rows that a validation rule refuses are named with its words, and are tried again alone when it is gone', async () => {
    const [good = '', bad = ''] = ['Good', 'Bad'].map((Name) =>
      world.insert('Ada Admin', 'Account', { Name, Phone: '1' })
    );
    const snapshot = await world.snapshot({ records: [{ object: 'Account' }] });
    for (const id of [good, bad]) world.update('Dov Deployer', 'Account', id, { Phone: '2' });
    const rule = world.org.beforeSave('Account', ({ row }) => {
      if (row.Id === bad) throw new OrgError('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'No calls after six.');
    });
    const plan = await world.plan(snapshot);
    const first = await world.apply(plan);
    expect([first.status, first.totals]).to.deep.equal(['partial', { restored: 1, failed: 1 }]);
    expect(first.steps[0]?.errors).to.deep.equal([
      { target: `record:Account:${bad}`, code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'No calls after six.' },
    ]);
    rule();
    const writes = await world.writesDuring(async () => {
      expect((await world.apply(plan)).totals).to.deep.equal({ restored: 1, alreadyRestored: 1 });
    });
    expect(writes.map((entry) => 'id' in entry && entry.id)).to.deep.equal([bad]);
    await isBack(snapshot, undefined);
  });

  it('approval variables that need two others at once come back after those, and text with an Id in it follows', async () => {
    const values = { sbaa__TargetObject__c: 'Quote', sbaa__Type__c: 'Summary' };
    const [list = '', net = ''] = ['List', 'Net'].map((Name) =>
      world.insert('Ada Admin', 'sbaa__ApprovalVariable__c', { ...values, Name })
    );
    const discount = world.insert('Ada Admin', 'sbaa__ApprovalVariable__c', {
      Name: 'Discount',
      sbaa__Type__c: 'Discount',
      sbaa__ListVariable__c: list,
      sbaa__NetVariable__c: net,
      sbaa__FilterValue__c: `${list.slice(0, 15)},${net}`,
    });
    world.org.beforeSave('sbaa__ApprovalVariable__c', ({ operation, row }) => {
      if (operation === 'delete' || row.sbaa__Type__c !== 'Discount') return;
      if (row.sbaa__ListVariable__c === null || row.sbaa__NetVariable__c === null)
        throw new OrgError('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'A discount needs a list and a net variable.');
    });
    const snapshot = await world.snapshot({ records: [{ object: 'sbaa__ApprovalVariable__c' }] });
    for (const id of [discount, list, net]) world.delete('Dov Deployer', id);
    world.org.switches.binEmptied = true;
    const run = await world.apply(await world.plan(snapshot));
    expect(run.status, JSON.stringify(errorsOf(run))).to.equal('succeeded');
    const [newList = '', newNet = ''] = [list, net].map((id) => run.idMap[id]);
    expect(world.row('sbaa__ApprovalVariable__c', run.idMap[discount] ?? '')).to.include({
      sbaa__ListVariable__c: newList,
      sbaa__NetVariable__c: newNet,
      sbaa__FilterValue__c: `${newList.slice(0, 15)},${newNet}`,
    });
    await isBack(snapshot, run);
  });

  it('auto-numbers that a new row got are in idmap.csv beside those it had', async () => {
    const option = living('SBQQ__ProductOption__c')[0] as Row;
    const snapshot = await world.snapshot({ records: [{ object: 'SBQQ__ProductOption__c' }] });
    world.delete('Dov Deployer', String(option.Id));
    world.org.switches.binEmptied = true;
    const run = await world.apply(await world.plan(snapshot, DOV));
    const fresh = run.idMap[String(option.Id)] ?? '';
    const name = String(world.row('SBQQ__ProductOption__c', fresh)?.Name);
    expect(name).to.match(/^PO-/).and.not.equal(option.Name);
    expect(await files(run, 'idmap.csv')).to.equal(
      `"object","old","new","oldNumber","newNumber"\n"SBQQ__ProductOption__c","${String(option.Id)}","${fresh}","${String(option.Name)}","${name}"\n`
    );
  });

  it('a preset’s condition goes without a field that this org does not have, and says so', async () => {
    world.org.schema.removeField('SBQQ__BlockPrice__c', 'SBQQ__OrderProduct__c');
    const where = 'SBQQ__QuoteLine__c = null AND SBQQ__OrderProduct__c = null';
    const snapshot = await world.snapshot({ records: [{ object: 'SBQQ__BlockPrice__c', where, preset: 'cpq' }] });
    expect(snapshot.objects[0]).to.include({ where: 'SBQQ__QuoteLine__c = null' });
    expect(snapshot.complete).to.equal(true);
    expect(snapshot.gaps[0]).to.include({ name: 'SBQQ__BlockPrice__c.SBQQ__OrderProduct__c', severity: 'limit' });
    expect((await world.plan(snapshot, { everybody: true })).empty).to.equal(true);
  });
});
