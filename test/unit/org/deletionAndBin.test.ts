import { expect } from 'chai';
import type { OpLogEntry, OrgUser } from '../../org/engine/contracts.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import type { WriteRequest } from '../../org/engine/records/recordDoor.js';
import { declareObject } from '../../org/engine/schema/declareObject.js';

function aBundle(): {
  org: PracticeOrg;
  ada: OrgUser;
  insert: (object: string, values: Record<string, unknown>) => string;
} {
  const org = new PracticeOrg();
  const ada = org.user('Ada Admin');
  return {
    org,
    ada,
    insert: (object, values) => org.records.writeOne(ada, { operation: 'insert', object, values }).id,
  };
}

function codeOf(org: PracticeOrg, user: OrgUser, request: WriteRequest): string {
  const [result] = org.records.write(user, [request]);
  return result?.success === false ? `${result.error.code}: ${result.error.message}` : 'ok';
}

function writes(org: PracticeOrg): string[] {
  return org.opLog.entries
    .filter((entry): entry is Extract<OpLogEntry, { kind: 'recordWrite' }> => entry.kind === 'recordWrite')
    .map((entry) => `${entry.operation} ${entry.id}`);
}

describe('practice org: deleting and the recycle bin', () => {
  it('takes the details along and brings them back with their master', () => {
    const { org, ada, insert } = aBundle();
    const schedule = insert('SBQQ__DiscountSchedule__c', { Name: 's' });
    const tier = insert('SBQQ__DiscountTier__c', { Name: 't', SBQQ__Schedule__c: schedule });
    const early = insert('SBQQ__DiscountTier__c', { Name: 'early', SBQQ__Schedule__c: schedule });
    org.records.writeOne(ada, { operation: 'delete', id: early });
    org.opLog.clear();
    org.records.writeOne(ada, { operation: 'delete', id: schedule });
    expect(writes(org)).to.deep.equal([`delete ${schedule}`, `cascadeDelete ${tier}`]);
    expect(codeOf(org, ada, { operation: 'undelete', id: tier })).to.equal(
      'UNDELETE_FAILED: Entity is not in the recycle bin'
    );
    expect(codeOf(org, ada, { operation: 'undelete', id: early })).to.match(/^UNDELETE_FAILED/);
    org.records.writeOne(ada, { operation: 'undelete', id: schedule });
    expect(org.row('SBQQ__DiscountTier__c', tier)).to.include({ Name: 't', SBQQ__Schedule__c: schedule });
    expect(org.row('SBQQ__DiscountTier__c', early)).to.equal(undefined);
    org.records.writeOne(ada, { operation: 'undelete', id: early });
    expect(codeOf(org, ada, { operation: 'undelete', id: schedule })).to.match(/^UNDELETE_FAILED/);
  });

  it('loses a detail for good, with its own details, when its second master is deleted too', () => {
    const { org, ada, insert } = aBundle();
    const declare = (name: string, keyPrefix: string, fields: string): void =>
      org.schema.addObject(declareObject({ name, keyPrefix, nameField: 'text', fields }));
    declare('Left__c', 'q01', '');
    declare('Right__c', 'q02', '');
    declare('Both__c', 'q03', 'Left__c:md(Left__c) Right__c:md(Right__c)');
    declare('Below__c', 'q04', 'Both__c:md(Both__c)');
    const [left, right] = [insert('Left__c', { Name: 'l' }), insert('Right__c', { Name: 'r' })];
    const both = insert('Both__c', { Name: 'b', Left__c: left, Right__c: right });
    const below = insert('Below__c', { Name: 'd', Both__c: both });
    for (const id of [left, right]) org.records.writeOne(ada, { operation: 'delete', id });
    for (const id of [left, right]) org.records.writeOne(ada, { operation: 'undelete', id });
    expect([org.row('Both__c', both), org.row('Below__c', below)]).to.deep.equal([undefined, undefined]);
    expect(codeOf(org, ada, { operation: 'undelete', id: both })).to.match(/^UNDELETE_FAILED/);
  });

  it('keeps id, values and creation of a row that comes back', () => {
    const { org, ada, insert } = aBundle();
    const id = insert('SBQQ__PriceRule__c', { Name: 'r' });
    const before = org.row('SBQQ__PriceRule__c', id);
    org.records.writeOne(ada, { operation: 'delete', id });
    org.records.writeOne(ada, { operation: 'undelete', id });
    const after = org.row('SBQQ__PriceRule__c', id);
    expect(after).to.include({ Id: id, Name: 'r', CreatedDate: before?.['CreatedDate'], IsDeleted: false });
    expect(String(after?.['SystemModstamp']) > String(before?.['SystemModstamp'])).to.equal(true);
  });

  it('blanks lookups to a deleted row, moves their stamps, and restores those nobody refilled', () => {
    const { org, ada, insert } = aBundle();
    const product = insert('Product2', { Name: 'p' });
    const other = insert('Product2', { Name: 'q' });
    const option = (): string =>
      insert('SBQQ__ProductOption__c', { SBQQ__Number__c: 1, SBQQ__OptionalSKU__c: product });
    const [left, refilled] = [option(), option()];
    const stamp = org.row('SBQQ__ProductOption__c', left)?.['LastModifiedDate'];
    org.records.writeOne(ada, { operation: 'delete', id: product });
    expect(org.row('SBQQ__ProductOption__c', left)?.['SBQQ__OptionalSKU__c']).to.equal(null);
    expect(org.row('SBQQ__ProductOption__c', left)?.['LastModifiedDate']).to.not.equal(stamp);
    org.records.writeOne(ada, { operation: 'update', id: refilled, values: { SBQQ__OptionalSKU__c: other } });
    org.records.writeOne(ada, { operation: 'undelete', id: product });
    expect(org.row('SBQQ__ProductOption__c', left)?.['SBQQ__OptionalSKU__c']).to.equal(product);
    expect(org.row('SBQQ__ProductOption__c', refilled)?.['SBQQ__OptionalSKU__c']).to.equal(other);
  });

  it('refuses to delete what a restricting lookup points to, also through a cascade', () => {
    const { org, ada, insert } = aBundle();
    const variable = insert('SBQQ__SummaryVariable__c', { Name: 'v' });
    const rule = insert('SBQQ__PriceRule__c', { Name: 'r' });
    insert('SBQQ__PriceCondition__c', { SBQQ__Rule__c: rule, SBQQ__TestedVariable__c: variable });
    expect(codeOf(org, ada, { operation: 'delete', id: variable })).to.match(
      /^DELETE_FAILED: Your attempt to delete v could not be completed because it is associated with the following Price Conditions/
    );
    org.records.writeOne(ada, { operation: 'delete', id: rule });
    expect(codeOf(org, ada, { operation: 'delete', id: variable })).to.equal('ok');
  });

  it('restricts by a lookup that must not be empty', () => {
    const { org, ada, insert } = aBundle();
    const quoteProcess = insert('SBQQ__QuoteProcess__c', { Name: 'p' });
    const asked = insert('SBQQ__ProcessInput__c', {
      Name: 'a',
      SBQQ__DisplayOrder__c: 1,
      SBQQ__QuoteProcess__c: quoteProcess,
    });
    const follows = insert('SBQQ__ProcessInput__c', {
      Name: 'b',
      SBQQ__DisplayOrder__c: 2,
      SBQQ__QuoteProcess__c: quoteProcess,
    });
    insert('SBQQ__ProcessInputCondition__c', {
      Name: 'c',
      SBQQ__Value__c: 'x',
      SBQQ__ProcessInput__c: follows,
      SBQQ__MasterProcessInput__c: asked,
    });
    expect(codeOf(org, ada, { operation: 'delete', id: asked })).to.match(/^DELETE_FAILED/);
    expect(codeOf(org, ada, { operation: 'delete', id: quoteProcess })).to.equal('ok');
  });

  it('answers for rows in the bin and for rows that went with their parent', () => {
    const { org, ada, insert } = aBundle();
    const rule = insert('SBQQ__PriceRule__c', { Name: 'r' });
    const action = insert('SBQQ__PriceAction__c', { SBQQ__Rule__c: rule });
    const results = org.records.write(ada, [
      { operation: 'delete', id: rule },
      { operation: 'delete', id: action },
    ]);
    expect(results.map((result) => (result.success ? 'ok' : result.error.code))).to.deep.equal([
      'ok',
      'ENTITY_IS_DELETED',
    ]);
    expect(codeOf(org, ada, { operation: 'update', id: rule, values: { Name: 'x' } })).to.equal(
      'ENTITY_IS_DELETED: entity is deleted'
    );
    expect(
      codeOf(org, ada, { operation: 'insert', object: 'SBQQ__PriceAction__c', values: { SBQQ__Rule__c: rule } })
    ).to.equal('ENTITY_IS_DELETED: entity is deleted');
  });

  it('cannot undelete price book entries by name, but brings them back with their product', () => {
    const { org, ada, insert } = aBundle();
    org.seed('Pricebook2', [{ Id: '01s5g00000Std01', Name: 'Standard', IsStandard: true }]);
    const product = insert('Product2', { Name: 'p' });
    const price = insert('PricebookEntry', { Pricebook2Id: '01s5g00000Std01', Product2Id: product, UnitPrice: 1 });
    org.records.writeOne(ada, { operation: 'delete', id: price });
    expect(codeOf(org, ada, { operation: 'undelete', id: price })).to.equal(
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: Entity type is not undeletable'
    );
    const second = insert('PricebookEntry', { Pricebook2Id: '01s5g00000Std01', Product2Id: product, UnitPrice: 2 });
    org.records.writeOne(ada, { operation: 'delete', id: product });
    org.records.writeOne(ada, { operation: 'undelete', id: product });
    expect(org.row('PricebookEntry', second)).to.include({ UnitPrice: 2 });
    expect(org.row('PricebookEntry', price)).to.equal(undefined);
  });

  it('deletes custom settings for good', () => {
    const { org, ada, insert } = aBundle();
    org.schema.addObject(
      declareObject({
        name: 'Coffee_Setting__c',
        keyPrefix: 'aZ0',
        customSetting: true,
        owned: false,
        fields: 'Value__c:text',
      })
    );
    const id = insert('Coffee_Setting__c', { Name: 'a', Value__c: 'b' });
    org.records.writeOne(ada, { operation: 'delete', id });
    expect(codeOf(org, ada, { operation: 'undelete', id })).to.match(
      /^CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY|^UNDELETE_FAILED/
    );
    expect(org.store.get('Coffee_Setting__c', id)).to.equal(undefined);
  });

  it('has nothing to bring back once the bin is emptied', () => {
    const { org, ada, insert } = aBundle();
    const [named, switched] = [
      insert('SBQQ__PriceRule__c', { Name: 'a' }),
      insert('SBQQ__PriceRule__c', { Name: 'b' }),
    ];
    for (const id of [named, switched]) org.records.writeOne(ada, { operation: 'delete', id });
    expect(codeOf(org, ada, { operation: 'purge', id: named })).to.equal('ok');
    expect(codeOf(org, ada, { operation: 'purge', id: named })).to.equal(
      'INVALID_ID_FIELD: invalid record id; no recycle bin entry found'
    );
    expect(codeOf(org, ada, { operation: 'undelete', id: named })).to.match(/^UNDELETE_FAILED/);
    org.switches.binEmptied = true;
    expect(codeOf(org, ada, { operation: 'undelete', id: switched })).to.match(/^UNDELETE_FAILED/);
  });

  it('loses values with their field and keeps rows when a field is added', () => {
    const { org, insert } = aBundle();
    const id = insert('Account', { Name: 'a', Phone: '1' });
    expect(org.fieldHoldsData('Account', 'Phone')).to.equal(true);
    org.schema.removeField('Account', 'Phone');
    org.schema.putField('Account', {
      name: 'Score__c',
      type: 'double',
      custom: true,
      nillable: true,
      createable: true,
      updateable: true,
    });
    expect(org.row('Account', id)).to.not.have.property('Phone');
    expect(org.row('Account', id)).to.have.property('Score__c', null);
  });
});
