import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seedId } from '../org/seed/seedIds.js';
import { proves } from './support/proves.js';
import { setStage, type Stage } from './support/stage.js';
import { twoAtATime } from './support/twoAtATime.js';

describe('stock sf writes records of a practice org', () => {
  let stage: Stage;
  let answers: Record<keyof ReturnType<typeof commands>, Promise<any>>;

  const commands = (at: Stage) => {
    const product = seedId(at.org, 'Product2', 1);
    return {
      create: () =>
        at.sf(['data', 'create', 'record', '-s', 'Product2', '-v', "Name='Crema Nova' Family=Machines IsActive=true"]),
      get: () => at.sf(['data', 'get', 'record', '-s', 'Product2', '-i', product]),
      getWhere: () =>
        at.sf([
          'data',
          'get',
          'record',
          '-s',
          'SBQQ__PriceRule__c',
          '-w',
          `Id=${seedId(at.org, 'SBQQ__PriceRule__c', 1)}`,
        ]),
      update: () =>
        at.sf(['data', 'update', 'record', '-s', 'Product2', '-i', product, '-v', 'Description=\'Twice as "strong"\'']),
      delete: () =>
        at.sf(['data', 'delete', 'record', '-s', 'SBQQ__PriceRule__c', '-i', seedId(at.org, 'SBQQ__PriceRule__c', 3)]),
      incomplete: () => at.refused(['data', 'create', 'record', '-s', 'Product2', '-v', 'Family=Beans']),
      unknown: () =>
        at.refused(['data', 'update', 'record', '-s', 'Product2', '-i', '01t000000000001AAA', '-v', 'Family=Beans']),
      tree: () => at.sf(['data', 'import', 'tree', '-f', at.file('tree.json', JSON.stringify(tree))]),
      exportTree: () =>
        at.sf([
          'data',
          'export',
          'tree',
          '-q',
          "SELECT Name, (SELECT SBQQ__Index__c FROM SBQQ__PriceConditions__r) FROM SBQQ__PriceRule__c WHERE Name = 'Two-year care'",
          '-d',
          'tree',
        ]),
      apex: () =>
        at.cli.run([
          'apex',
          'run',
          '--file',
          at.file('script.apex', 'System.debug(1);'),
          '--target-org',
          'practice',
          '--json',
        ]),
    };
  };
  const tree = {
    records: [
      {
        attributes: { type: 'SBQQ__PriceRule__c', referenceId: 'rule' },
        Name: 'Planted',
        SBQQ__PriceConditions__r: {
          records: [{ attributes: { type: 'SBQQ__PriceCondition__c', referenceId: 'condition' }, SBQQ__Index__c: 1 }],
        },
      },
    ],
  };

  before(async () => {
    stage = await setStage();
    answers = twoAtATime(commands(stage));
  });
  after(() => stage.close());

  it(
    'creates, reads, updates and deletes',
    proves('sf', ['record.create', 'record.get', 'record.update', 'record.delete'], async () => {
      const { id } = await answers.create;
      expect(stage.org.row('Product2', id)).to.include({
        Name: 'Crema Nova',
        Family: 'Machines',
        IsActive: true,
        CreatedById: stage.org.firstUser.id,
      });
      expect((await answers.get).Name).to.equal(stage.org.row('Product2', seedId(stage.org, 'Product2', 1))?.['Name']);
      expect((await answers.getWhere).Name).to.equal(
        stage.org.row('SBQQ__PriceRule__c', seedId(stage.org, 'SBQQ__PriceRule__c', 1))?.['Name']
      );
      await answers.update;
      expect(stage.org.row('Product2', seedId(stage.org, 'Product2', 1))?.['Description']).to.equal(
        'Twice as "strong"'
      );
      await answers.delete;
      expect(
        stage.org.store.get('SBQQ__PriceRule__c', seedId(stage.org, 'SBQQ__PriceRule__c', 3))?.['IsDeleted']
      ).to.equal(true);
    })
  );

  it(
    'hears why a write is refused',
    proves('sf', ['record.refused'], async () => {
      expect((await answers.incomplete).stdout)
        .to.include('REQUIRED_FIELD_MISSING')
        .and.to.include('[Name]');
      expect((await answers.unknown).stdout).to.include('INVALID_CROSS_REFERENCE_KEY');
    })
  );

  it(
    'plants records with their children and digs them out',
    proves('sf', ['composite.tree'], async () => {
      const planted = await answers.tree;
      const ids = new Map<string, string>(planted.map((one: any) => [one.refId, one.id]));
      expect(stage.org.row('SBQQ__PriceCondition__c', ids.get('condition') ?? '')).to.include({
        SBQQ__Rule__c: ids.get('rule'),
        SBQQ__Index__c: 1,
      });
      await answers.exportTree;
      const exported = JSON.parse(
        readFileSync(join(stage.place.cwd, 'tree', 'SBQQ__PriceRule__c-SBQQ__PriceCondition__c.json'), 'utf8')
      );
      expect(exported.records[0].SBQQ__PriceConditions__r.records).to.have.lengthOf(3);
    })
  );

  it(
    'is told that Apex does not run',
    proves('sf', ['apex.refused'], async () => {
      const { code, json } = await answers.apex;
      expect(code).to.equal(1);
      expect(JSON.stringify(json)).to.include('cannot run Apex');
    })
  );
});
