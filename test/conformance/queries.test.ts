import { expect } from 'chai';
import { freshHome, stockSf } from '../e2e/support/stockCli.js';
import { proves } from './support/proves.js';
import { setStage, type Stage } from './support/stage.js';
import { twoAtATime } from './support/twoAtATime.js';

describe('stock sf reads a practice org', () => {
  let stage: Stage;
  let answers: Record<keyof ReturnType<typeof commands>, Promise<any>>;

  const commands = (at: Stage) => ({
    login: async () => {
      const home = freshHome();
      try {
        const cli = stockSf({ home: home.path, cwd: home.path });
        await cli.login(at.running.url, at.running.token, 'fresh');
        return (await cli.run(['org', 'display', '--target-org', 'fresh', '--json'])).json.result;
      } finally {
        home.dispose();
      }
    },
    expired: () =>
      at.cli.run(
        [
          'data',
          'query',
          '-q',
          'SELECT Id FROM Account',
          '--target-org',
          `${at.org.orgId.slice(0, 15)}!nobody`,
          '--json',
        ],
        {
          env: { SF_ORG_INSTANCE_URL: at.running.url },
        }
      ),
    limits: () => at.sf(['org', 'list', 'limits']),
    products: () => at.sf(['data', 'query', '-q', 'SELECT id, NAME, Family, Description FROM product2']),
    nested: () =>
      at.sf([
        'data',
        'query',
        '-q',
        'SELECT Id, Name, (SELECT Name, SBQQ__Rule__r.Name FROM SBQQ__PriceConditions__r ORDER BY Name) FROM SBQQ__PriceRule__c WHERE Id IN (SELECT SBQQ__Rule__c FROM SBQQ__PriceCondition__c)',
      ]),
    grouped: () =>
      at.sf([
        'data',
        'query',
        '-q',
        'SELECT Family, COUNT(Id) rows, MAX(Name) FROM Product2 GROUP BY Family ORDER BY Family',
      ]),
    count: () => at.sf(['data', 'query', '-q', 'SELECT COUNT() FROM Product2 WHERE IsActive = true']),
    tooling: () =>
      at.sf([
        'data',
        'query',
        '-t',
        '-q',
        'SELECT DeveloperName, ActiveVersion.VersionNumber FROM FlowDefinition ORDER BY DeveloperName',
      ]),
    heavy: () => at.refused(['data', 'query', '-t', '-q', 'SELECT Id, Metadata FROM Flow']),
    badField: () => at.refused(['data', 'query', '-q', 'SELECT Id, Nope__c FROM Product2']),
    badObject: () => at.refused(['sobject', 'describe', '-s', 'Nope__c']),
    describe: () => at.sf(['sobject', 'describe', '-s', 'sbqq__pricecondition__c']),
    list: () => at.sf(['sobject', 'list', '-s', 'all']),
  });

  before(async () => {
    stage = await setStage();
    stage.org.switches.queryPageSize = 5;
    answers = twoAtATime(commands(stage));
  });
  after(() => stage.close());

  const rows = (object: string): any[] => [...stage.org.store.rows(object)].filter((row) => row['IsDeleted'] !== true);

  it(
    'logs in with a token and finds the org connected',
    proves('sf', ['login.token', 'login.limits'], async () => {
      expect(await answers.login).to.include({
        connectedStatus: 'Connected',
        id: stage.org.orgId,
        username: stage.org.firstUser.username,
      });
      expect((await answers.limits).map((limit: any) => limit.name)).to.include.members([
        'DailyApiRequests',
        'DailyBulkV2QueryJobs',
      ]);
    })
  );

  it(
    'hears of a session nobody has',
    proves('sf', ['login.expired'], async () => {
      const { code, json } = await answers.expired;
      expect([code, json.name]).to.deep.equal([1, 'INVALID_SESSION_ID']);
    })
  );

  it(
    'reads every row over several pages',
    proves('sf', ['query.plain', 'query.pages'], async () => {
      const { records, totalSize, done } = await answers.products;
      expect({ totalSize, done }).to.deep.equal({ totalSize: rows('Product2').length, done: true });
      const seen = records.map(({ attributes: _attributes, ...values }: any) => values);
      const there = rows('Product2').map(({ Id, Name, Family, Description }) => ({ Id, Name, Family, Description }));
      expect(seen).to.have.deep.members(there);
    })
  );

  it(
    'follows parents and children',
    proves('sf', ['query.parents', 'query.children', 'query.semiJoin'], async () => {
      const { records } = await answers.nested;
      const conditions = rows('SBQQ__PriceCondition__c');
      expect(records).to.have.lengthOf(new Set(conditions.map((row) => row.SBQQ__Rule__c)).size);
      for (const rule of records) {
        const own = conditions.filter((row) => row.SBQQ__Rule__c === rule.Id);
        const children = rule.SBQQ__PriceConditions__r;
        expect(children.records.map((child: any) => child.Name)).to.have.members(own.map((row) => row.Name));
        expect(children.totalSize).to.equal(own.length);
        expect(children.records[0].SBQQ__Rule__r.Name).to.equal(rule.Name);
      }
    })
  );

  it(
    'counts and groups',
    proves('sf', ['query.aggregate', 'query.count'], async () => {
      const { records } = await answers.grouped;
      for (const group of records) {
        const members = rows('Product2')
          .filter((row) => row.Family === group.Family)
          .map((row) => row.Name);
        expect(group.rows).to.equal(members.length);
        expect(members).to.include(group.expr0);
      }
      expect((await answers.count).totalSize).to.equal(rows('Product2').filter((row) => row.IsActive).length);
    })
  );

  it(
    'asks Tooling',
    proves('sf', ['query.tooling', 'query.toolingHeavy'], async () => {
      const { records } = await answers.tooling;
      expect(records.map((flow: any) => [flow.DeveloperName, flow.ActiveVersion?.VersionNumber ?? null])).to.deep.equal(
        stage.side.flows
          .all()
          .map((flow) => [flow.name, flow.versions.find((one) => one.status === 'Active')?.number ?? null])
          .sort()
      );
      const { json } = await answers.heavy;
      expect(json.message).to.include('no more than one row for retrieval');
    })
  );

  it(
    'hears why a query is refused',
    proves('sf', ['query.refused'], async () => {
      expect((await answers.badField).json.name).to.equal('INVALID_FIELD');
      expect((await answers.badObject).json.name).to.equal('NOT_FOUND');
    })
  );

  it(
    'describes objects and lists them',
    proves('sf', ['describe.object', 'describe.global'], async () => {
      const described = await answers.describe;
      const schema = stage.org.schema.get('SBQQ__PriceCondition__c');
      expect(described.name).to.equal(schema?.name);
      expect(described.fields.map((field: any) => field.name)).to.deep.equal(schema?.fields.map((field) => field.name));
      expect(described.fields.find((field: any) => field.name === 'SBQQ__Rule__c')).to.include({
        cascadeDelete: true,
        updateable: false,
        type: 'reference',
      });
      expect(await answers.list).to.include.members(stage.org.schema.names());
    })
  );
});
