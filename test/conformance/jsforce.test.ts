import { Connection } from '@jsforce/jsforce-node';
import { expect } from 'chai';
import { declareObject } from '../org/engine/schema/declareObject.js';
import { PracticeOrg } from '../org/engine/practiceOrg.js';
import { firstOf, nthOf } from '../org/engine/requestRules.js';
import { startPracticeOrg, type RunningOrg } from '../org/http/server.js';
import { brightcup } from '../org/seed/brightcup.js';
import { seedId } from '../org/seed/seedIds.js';
import { proves } from './support/proves.js';

/** The client library by itself, without the CLI's or our own code around it. */
describe('jsforce and a practice org', () => {
  let running: RunningOrg;
  let org: PracticeOrg;
  let ada: Connection;

  const connect = (name: string, to: RunningOrg = running): Connection =>
    new Connection({ accessToken: to.tokens[name] ?? '', instanceUrl: to.url, version: '66.0', maxRequest: 10 });
  const codeOf = (work: PromiseLike<unknown>): Promise<string> =>
    Promise.resolve(work).then(
      () => 'no refusal',
      (error: { errorCode?: string; name?: string }) => error.errorCode ?? error.name ?? ''
    );
  const rule = (number: number): string => seedId(org, 'SBQQ__PriceRule__c', number);

  beforeEach(async () => {
    ({ org } = brightcup());
    org.switches.jobPolls = 0;
    running = await startPracticeOrg({ org });
    ada = connect('Ada Admin');
    ada.bulk2.pollInterval = 10;
  });
  afterEach(() => running.close());

  it(
    'fetches all pages by itself',
    proves('jsforce', ['query.pages', 'query.all', 'query.plain'], async () => {
      org.switches.queryPageSize = 4;
      await ada
        .sobject('Product2')
        .destroy((await ada.query("SELECT Id FROM Product2 WHERE Family = 'Service' LIMIT 1")).records[0]?.Id ?? '')
        .catch(() => undefined);
      const { records, totalSize } = await ada.query('SELECT Id, IsDeleted FROM Product2', {
        autoFetch: true,
        maxFetch: 1000,
        scanAll: true,
      });
      const there = [...org.store.rows('Product2')];
      expect(totalSize).to.equal(there.length);
      expect(records.map((record) => [record.Id, record['IsDeleted']])).to.have.deep.members(
        there.map((row) => [row['Id'], row['IsDeleted']])
      );
    })
  );

  it(
    'brings records back from the bin',
    proves('jsforce', ['bin.undelete', 'bin.cascade', 'bin.lookups', 'bin.emptied', 'bin.feeds'], async () => {
      const variable = [...org.store.rows('SBQQ__SummaryVariable__c')][0];
      const condition = [...org.store.rows('SBQQ__PriceCondition__c')].find((row) => row['SBQQ__Rule__c'] === rule(3));
      await ada.sobject('SBQQ__PriceRule__c').destroy(rule(3));
      expect(org.store.get('SBQQ__PriceCondition__c', String(condition?.['Id']))?.['IsDeleted']).to.equal(true);
      const feed = await ada.sobject('SBQQ__PriceRule__c').deleted('2026-03-01T00:00:00Z', '2026-03-03T00:00:00Z');
      expect(feed.deletedRecords.map((one) => one.id)).to.deep.equal([rule(3)]);
      const [alone] = await ada.soap.undelete([String(condition?.['Id'])]);
      expect(alone).to.deep.nested.include({ success: false, 'errors[0].statusCode': 'UNDELETE_FAILED' });
      expect((await ada.soap.undelete([rule(3)]))[0]).to.include({ success: true, id: rule(3) });
      expect(org.row('SBQQ__PriceCondition__c', String(condition?.['Id']))).to.include({ IsDeleted: false });
      expect(variable).to.not.equal(undefined);
      const [parent, child] = ['Head office', 'Branch'].map((Name) => ada.sobject('Account').create({ Name }));
      const [headId, branchId] = (await Promise.all([parent, child])).map((result) => String(result?.id));
      await ada.sobject('Account').update({ Id: String(branchId), ParentId: String(headId) });
      await ada.sobject('Account').destroy(String(headId));
      expect(org.row('Account', String(branchId))?.['ParentId']).to.equal(null);
      await ada.soap.undelete([String(headId)]);
      expect(org.row('Account', String(branchId))?.['ParentId']).to.equal(headId);
      await ada.sobject('Account').destroy(String(branchId));
      await ada.soap.emptyRecycleBin([String(branchId)]);
      expect((await ada.soap.undelete([String(branchId)]))[0]).to.include({ success: false });
    })
  );

  it(
    'cannot bring back a value that somebody else has by now',
    proves('jsforce', ['bin.duplicate'], async () => {
      org.schema.addObject(declareObject({ name: 'Locker__c', keyPrefix: 'aZ2', fields: 'Code__c@#:text(20)' }));
      const lockers = ada.sobject('Locker__c');
      const first = await lockers.create({ Name: 'First', Code__c: 'A' });
      await lockers.destroy(String(first.id));
      await lockers.create({ Name: 'Second', Code__c: 'A' });
      expect((await ada.soap.undelete([String(first.id)]))[0]).to.deep.nested.include({
        success: false,
        'errors[0].statusCode': 'DUPLICATE_VALUE',
      });
    })
  );

  it(
    'reads and lists metadata',
    proves('jsforce', ['metadata.read', 'metadata.list', 'metadata.types'], async () => {
      const listed = await ada.metadata.list([{ type: 'ApexClass' }, { type: 'Flow' }]);
      expect(listed.map((one) => one.fullName)).to.include.members(['MachineSizing', 'Machine_Finder']);
      const read = (await ada.metadata.read('Flow', ['Machine_Finder-1', 'Nobody'])) as unknown as Array<{
        fullName?: string;
        label?: string;
      }>;
      expect(read[0]).to.include({ fullName: 'Machine_Finder-1', label: 'Machine Finder' });
      expect(read[1]?.fullName ?? null).to.equal(null);
      expect((await ada.metadata.describe()).metadataObjects.map((type) => type.xmlName)).to.include('PermissionSet');
    })
  );

  it(
    'switches flow versions through Tooling',
    proves(
      'jsforce',
      ['flow.activate', 'flow.deleteVersion', 'flow.interviews', 'query.viewFilter', 'apex.refused'],
      async () => {
        const flow = org.attached.length > 0 ? running.metadata.flows.get('Machine_Finder') : undefined;
        const update = (activeVersionNumber: number): Promise<unknown> =>
          ada.tooling.sobject('FlowDefinition').update({ Id: flow?.id ?? '', Metadata: { activeVersionNumber } });
        await update(1);
        const active = (): number | undefined =>
          running.metadata.flows.get('Machine_Finder')?.versions.find((one) => one.status === 'Active')?.number;
        expect(active()).to.equal(1);
        await update(0);
        expect(active()).to.equal(undefined);
        running.metadata.pauseInterview('Machine_Finder', 2);
        const versionId = (number: number): string => flow?.versions.find((one) => one.number === number)?.id ?? '';
        expect(await codeOf(ada.tooling.sobject('Flow').destroy(versionId(2)))).to.equal('DEPENDENCY_EXISTS');
        await ada.tooling.sobject('Flow').destroy(versionId(1));
        expect(running.metadata.flows.get('Machine_Finder')?.versions.map((one) => one.number)).to.not.include(1);
        expect(await codeOf(ada.query('SELECT DurableId FROM FlowVersionView'))).to.equal('MALFORMED_QUERY');
        expect(
          (await ada.query(`SELECT DurableId FROM FlowVersionView WHERE FlowDefinitionViewId = '${flow?.id ?? ''}'`))
            .totalSize
        ).to.be.greaterThan(0);
        expect(await ada.tooling.executeAnonymous('System.debug(1);')).to.include({ compiled: false, success: false });
      }
    )
  );

  it(
    'runs Bulk jobs',
    proves(
      'jsforce',
      [
        'bulkQuery.export',
        'ingest.insert',
        'ingest.update',
        'ingest.results',
        'ingest.hardDelete',
        'ingest.abort',
        'bulkQuery.refused',
      ],
      async () => {
        const rows: Array<Record<string, unknown>> = [];
        for await (const row of await ada.bulk2.query('SELECT Id, Name FROM SBQQ__PriceRule__c'))
          rows.push(row as Record<string, unknown>);
        expect(rows).to.have.deep.members(
          [...org.store.rows('SBQQ__PriceRule__c')].map(({ Id, Name }) => ({ Id, Name }))
        );
        const loaded = await ada.bulk2.loadAndWaitForResults({
          object: 'Account',
          operation: 'insert',
          input: 'Name,NumberOfEmployees\nOne,1\nTwo,many\n',
        });
        expect(loaded.successfulResults).to.have.lengthOf(1);
        expect(loaded.failedResults[0]?.sf__Error).to.include('INVALID_TYPE_ON_FIELD_IN_RECORD');
        const id = String(loaded.successfulResults[0]?.sf__Id);
        await ada.bulk2.loadAndWaitForResults({
          object: 'Account',
          operation: 'update',
          input: `Id,Name,NumberOfEmployees\n${id},,#N/A\n`,
        });
        expect(org.row('Account', id)).to.include({ Name: 'One', NumberOfEmployees: null });
        expect(
          await codeOf(
            ada.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'hardDelete', input: `Id\n${id}\n` })
          )
        ).to.equal('FEATURENOTENABLED');
        const job = ada.bulk2.createJob({ object: 'Account', operation: 'insert' });
        await job.open();
        await job.abort();
        expect((await job.check()).state).to.equal('Aborted');
        await job.delete();
        expect(await codeOf(ada.bulk2.query('SELECT DurableId FROM FlowDefinitionView'))).to.equal('INVALIDENTITY');
      }
    )
  );

  it(
    'hears of jobs that fail, and waits in vain for those that never end',
    proves('jsforce', ['bulkQuery.failed', 'bulkQuery.stuck', 'ingest.allowance', 'ingest.locks'], async () => {
      org.switches.jobFailure = 'InvalidBatch : Records not processed';
      await ada.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'insert', input: 'Name\nOne\n' }).then(
        () => expect.fail('the job did not fail'),
        (error: Error) => expect(error.message).to.include('InvalidBatch : Records not processed')
      );
      org.switches.jobFailure = '';
      org.switches.jobsStuck = true;
      ada.bulk2.pollTimeout = 50;
      const stuck = await ada.bulk2.query('SELECT Id FROM Account').then(
        () => 'ended',
        (error: Error) => error.name
      );
      expect(stuck).to.match(/timeout/i);
      org.switches.jobsStuck = false;
      ada.bulk2.pollTimeout = 30_000;
      org.switches.bulkRowAllowance = 2;
      const cut = await ada.bulk2.loadAndWaitForResults({
        object: 'Account',
        operation: 'insert',
        input: 'Name\nA\nB\nC\n',
      });
      expect([cut.successfulResults.length, cut.failedResults.length, cut.unprocessedRecords.length]).to.deep.equal([
        2, 0, 0,
      ]);
      org.switches.bulkRowAllowance = Number.POSITIVE_INFINITY;
      org.switches.firstTryLocks = true;
      const input = `Id,Name\n${cut.successfulResults[0]?.sf__Id},Again\n`;
      const first = await ada.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'update', input });
      expect(first.failedResults[0]?.sf__Error).to.match(/^UNABLE_TO_LOCK_ROW:/);
      expect(
        (await ada.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'update', input })).successfulResults
      ).to.have.lengthOf(1);
    })
  );

  it(
    'writes several records in one call',
    proves(
      'jsforce',
      ['collections.partial', 'collections.allOrNone', 'collections.retrieve', 'collections.mixedDml', 'record.upsert'],
      async () => {
        const rules = ada.sobject('SBQQ__PriceRule__c');
        const records = [
          { Id: rule(1), SBQQ__EvaluationOrder__c: 70 },
          { Id: '000000000000000', SBQQ__EvaluationOrder__c: 71 },
        ];
        const results = await rules.update(records);
        expect(results.map((result) => result.success)).to.deep.equal([true, false]);
        expect(org.row('SBQQ__PriceRule__c', rule(1))?.['SBQQ__EvaluationOrder__c']).to.equal(70);
        await rules.update(
          records.map((record) => ({ ...record, SBQQ__EvaluationOrder__c: 80 })),
          { allOrNone: true }
        );
        expect(org.row('SBQQ__PriceRule__c', rule(1))?.['SBQQ__EvaluationOrder__c']).to.equal(70);
        const read = await ada.request<unknown[]>({
          method: 'POST',
          url: '/services/data/v66.0/composite/sobjects/SBQQ__PriceRule__c',
          body: JSON.stringify({ ids: [rule(1), '000000000000000AAA'], fields: ['Name'] }),
        });
        expect(read[1]).to.equal(null);
        const mixed = await ada.requestPost<Array<{ errors: Array<{ statusCode: string }> }>>('/composite/sobjects', {
          records: [
            { attributes: { type: 'Account' }, Name: 'A' },
            { attributes: { type: 'Group' }, Name: 'G' },
          ],
        });
        expect(mixed[1]?.errors[0]?.statusCode).to.equal('MIXED_DML_OPERATION');
        org.schema.addObject(declareObject({ name: 'Locker__c', keyPrefix: 'aZ2', fields: 'Code__c@#:text(20)' }));
        const made = await ada.sobject('Locker__c').upsert({ Code__c: 'A', Name: 'One' }, 'Code__c');
        await ada.sobject('Locker__c').upsert({ Code__c: 'A', Name: 'Two' }, 'Code__c');
        expect([...org.store.rows('Locker__c')].map((row) => [row['Id'], row['Name']])).to.deep.equal([
          [made.id, 'Two'],
        ]);
      }
    )
  );

  it(
    'sees and writes what the user may',
    proves(
      'jsforce',
      ['rights.rows', 'rights.masked', 'rights.readOnly', 'rights.attribution', 'describe.rights', 'orgs.two'],
      async () => {
        const people = new PracticeOrg({
          orgId: '00D5g00000Oth02',
          users: [
            { name: 'Ada Admin', username: 'ada@other.example' },
            {
              name: 'Sam Sales',
              username: 'sam@other.example',
              rights: {
                viewAllData: false,
                viewEncryptedData: false,
                modifyAllData: false,
                ownRowsOnly: new Set(['Account']),
                readOnlyObjects: new Set(['Product2']),
                hiddenFields: new Set(['Account.Rating']),
                hiddenObjects: new Set(['Contact']),
              },
            },
          ],
        });
        people.schema.addObject(declareObject({ name: 'Vault__c', keyPrefix: 'aZ3', fields: 'Pin__c:secret(20)' }));
        const other = await startPracticeOrg({ org: people });
        try {
          const [boss, sam] = [connect('Ada Admin', other), connect('Sam Sales', other)];
          await boss.sobject('Account').create({ Name: 'Hers' });
          const his = await sam.sobject('Account').create({ Name: 'His' });
          expect(
            (await sam.query<{ Name: string }>('SELECT Name FROM Account')).records.map((record) => record.Name)
          ).to.deep.equal(['His']);
          expect((await boss.query('SELECT Name FROM Account')).totalSize).to.equal(2);
          expect(people.row('Account', String(his.id))).to.include({ CreatedById: people.user('Sam Sales').id });
          expect(await codeOf(sam.sobject('Product2').create({ Name: 'No' }))).to.equal(
            'INSUFFICIENT_ACCESS_OR_READONLY'
          );
          const vault = await boss.sobject('Vault__c').create({ Name: 'V', Pin__c: '1234' });
          expect((await sam.query<{ Pin__c: string }>('SELECT Pin__c FROM Vault__c')).records[0]?.Pin__c).to.equal(
            '****'
          );
          expect(people.row('Vault__c', String(vault.id))?.['Pin__c']).to.equal('1234');
          expect((await sam.describe('Account')).fields.map((field) => field.name))
            .to.include('Phone')
            .and.to.not.include('Rating');
          expect(await codeOf(sam.describe('Contact'))).to.equal('NOT_FOUND');
          expect(
            await codeOf(connect('Ada Admin', { ...other, tokens: running.tokens }).query('SELECT Id FROM Account'))
          ).to.equal('INVALID_SESSION_ID');
        } finally {
          await other.close();
        }
      }
    )
  );

  it(
    'meets the troubles of a network and of a busy org',
    proves('jsforce', ['faults.lostAnswer', 'faults.limit', 'faults.drift', 'faults.slow'], async () => {
      const create = (Name: string): Promise<string> => codeOf(ada.sobject('Account').create({ Name }));
      const named = (Name: string): number =>
        [...org.store.rows('Account')].filter((row) => row['Name'] === Name).length;
      org.switches.faults.push(
        { when: nthOf('POST', /sobjects\/Account/, 1), fault: 'resetAfter' },
        { when: nthOf('POST', /sobjects\/Account/, 2), fault: 'resetBefore' },
        { when: nthOf('POST', /sobjects\/Account/, 3), fault: 'status403Limit' }
      );
      await create('Acted');
      await create('Lost');
      expect(await create('Third')).to.equal('REQUEST_LIMIT_EXCEEDED');
      expect([named('Acted'), named('Lost')]).to.deep.equal([1, 0]);
      org.switches.faults = [];
      org.switches.beforeRequest.push({
        when: nthOf('GET', /\/query/, 2),
        run: () =>
          void org.records.writeOne(org.user('Cleo Colleague'), {
            operation: 'update',
            id: rule(1),
            values: { Name: 'Drifted' },
          }),
      });
      const read = async (): Promise<string> =>
        (await ada.query<{ Name: string }>(`SELECT Name FROM SBQQ__PriceRule__c WHERE Id = '${rule(1)}'`)).records[0]
          ?.Name ?? '';
      expect(await read()).to.not.equal('Drifted');
      expect(await read()).to.equal('Drifted');
      org.switches.latencyOf = ({ path }) => (path.includes('/limits') ? 150 : 0);
      const from = performance.now();
      await ada.limits();
      expect(performance.now() - from).to.be.greaterThan(140);
      org.switches.faults = [{ when: firstOf('GET', /\/limits/, 1), fault: 'status503' }];
      expect(await ada.limits()).to.have.property('DailyApiRequests');
    })
  );
});
