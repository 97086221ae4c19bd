import { Connection } from '@jsforce/jsforce-node';
import { expect } from 'chai';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { type RunningOrg, startPracticeOrg } from '../../org/http/server.js';
import { seedCatalogue } from '../../org/seed/catalogue.js';
import { seedId } from '../../org/seed/seedIds.js';

describe('practice org over HTTP', () => {
  let running: RunningOrg;
  let connection: Connection;

  beforeEach(async () => {
    const org = new PracticeOrg();
    seedCatalogue(org);
    running = await startPracticeOrg({ org });
    connection = new Connection({ accessToken: running.token, instanceUrl: running.url, version: '66.0' });
  });

  afterEach(() => running.close());

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(running.url + path, { headers: { authorization: `Bearer ${running.token}`, ...headers } });

  it('tells who the token belongs to and refuses others', async () => {
    expect(await connection.identity()).to.include({
      user_id: running.org.firstUser.id,
      organization_id: running.org.orgId,
    });
    const answer = await get('//services/data/v66.0/limits', { authorization: 'Bearer 00D000000000001!nope' });
    expect(answer.status).to.equal(401);
    expect(answer.headers.get('content-type')).to.equal('application/json;charset=UTF-8');
    expect(await answer.json()).to.deep.equal([
      { message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' },
    ]);
  });

  it('pages queries, with cursors of queryAll read under query', async () => {
    running.org.switches.queryPageSize = 5;
    const first = await connection.query('SELECT Id FROM Product2', { scanAll: true });
    expect(first).to.include({ totalSize: 14, done: false });
    expect(first.nextRecordsUrl).to.match(/\/services\/data\/v66\.0\/query\/01g\w{15}-5$/);
    const second = await connection.queryMore(String(first.nextRecordsUrl));
    const third = await connection.queryMore(String(second.nextRecordsUrl));
    expect(third).to.include({ totalSize: 14, done: true });
    expect(new Set([first, second, third].flatMap((page) => page.records.map((record) => record['Id']))).size).to.equal(
      14
    );
    const gone = await get('/services/data/v66.0/query/01g000000000001AAA-5');
    expect([gone.status, await gone.text()]).to.deep.equal([
      400,
      '[{"message":"invalid query locator","errorCode":"INVALID_QUERY_LOCATOR"}]',
    ]);
  });

  it('describes objects with references and children', async () => {
    const rule = await connection.describe('sbqq__pricerule__c');
    expect(rule).to.include({
      name: 'SBQQ__PriceRule__c',
      undeletable: true,
      keyPrefix: running.org.schema.get('SBQQ__PriceRule__c')?.keyPrefix,
    });
    expect(rule.childRelationships).to.deep.include.members([
      rule.childRelationships.find((child) => child.childSObject === 'SBQQ__PriceAction__c'),
    ]);
    const condition = await connection.describe('SBQQ__PriceCondition__c');
    const field = (name: string): unknown => condition.fields.find((candidate) => candidate.name === name);
    expect(field('SBQQ__Rule__c')).to.include({
      cascadeDelete: true,
      updateable: false,
      createable: true,
      relationshipOrder: 0,
      nillable: false,
    });
    expect(field('SBQQ__TestedVariable__c')).to.include({ restrictedDelete: true, relationshipOrder: null });
    expect(field('Name')).to.include({ autoNumber: true, createable: false, nameField: true });
    expect((await connection.describe('PricebookEntry')).undeletable).to.equal(false);
    expect((await connection.describeGlobal()).sobjects.map((object) => object.name)).to.include.members([
      'Product2',
      'SBQQ__QuoteTerm__c',
      'UserPermissionAccess',
    ]);
  });

  it('saves, reads, updates and deletes single records', async () => {
    const rules = connection.sobject('SBQQ__PriceRule__c');
    const created = await rules.create({ Name: 'New' });
    expect(created).to.include({ success: true });
    await rules.update({ Id: String(created.id), SBQQ__EvaluationOrder__c: 5 });
    expect(await rules.retrieve(String(created.id))).to.include({
      Name: 'New',
      SBQQ__EvaluationOrder__c: 5,
      IsDeleted: false,
    });
    await rules.destroy(String(created.id));
    const answer = await get(`/services/data/v66.0/sobjects/SBQQ__PriceRule__c/${created.id}`);
    expect([answer.status, ((await answer.json()) as Array<{ errorCode: string }>)[0]?.errorCode]).to.deep.equal([
      404,
      'ENTITY_IS_DELETED',
    ]);
  });

  it('takes an ingest job with its rows in one request, up to 100,000 characters', async () => {
    const send = async (rows: string): Promise<{ status: number; body: any }> => {
      const form = new FormData();
      const job = JSON.stringify({ object: 'SBQQ__PriceRule__c', operation: 'insert' });
      form.append('job', new Blob([job], { type: 'application/json' }));
      form.append('content', new Blob([rows], { type: 'text/csv' }), 'content');
      const headers = { authorization: `Bearer ${running.token}` };
      const path = `${running.url}/services/data/v66.0/jobs/ingest`;
      const answer = await fetch(path, { method: 'POST', headers, body: form });
      return { status: answer.status, body: await answer.json() };
    };
    const { body } = await send('Name\nOne request\n');
    expect(body).to.include({ state: 'UploadComplete', operation: 'insert' });
    const { records } = await connection.query("SELECT Id FROM SBQQ__PriceRule__c WHERE Name = 'One request'");
    expect(records).to.have.length(1);
    const jobs = running.org.jobs.ingest.list().length;
    expect((await send(`Name\n${'x'.repeat(100_000)}\n`)).status).to.equal(400);
    expect(running.org.jobs.ingest.list(), 'no job stays behind').to.have.length(jobs);
  });

  it('answers collections in the order sent, with 200 for failed rows too', async () => {
    const [first, second] = [1, 2].map((number) => seedId(running.org, 'SBQQ__PriceRule__c', number));
    const results = await connection.sobject('SBQQ__PriceRule__c').update([
      { Id: first ?? '', SBQQ__EvaluationOrder__c: 77 },
      { Id: second ?? '', SBQQ__ConditionsMet__c: 'Custom' },
    ]);
    expect(results.map((result) => result.success)).to.deep.equal([true, false]);
    expect(results[1]).to.deep.nested.include({ 'errors[0].statusCode': 'FIELD_CUSTOM_VALIDATION_EXCEPTION' });
    const undone = await connection.sobject('SBQQ__PriceRule__c').update(
      [
        { Id: first ?? '', SBQQ__EvaluationOrder__c: 78 },
        { Id: second ?? '', SBQQ__ConditionsMet__c: 'Custom' },
      ],
      { allOrNone: true }
    );
    expect(undone[0]).to.deep.nested.include({
      success: false,
      'errors[0].statusCode': 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    });
    expect(running.org.row('SBQQ__PriceRule__c', first ?? '')?.['SBQQ__EvaluationOrder__c']).to.equal(77);
    const read = await connection.request<unknown[]>({
      method: 'POST',
      url: '/services/data/v66.0/composite/sobjects/SBQQ__PriceRule__c',
      body: JSON.stringify({ ids: [first, '000000000000000AAA'], fields: ['Name'] }),
    });
    expect(read).to.have.lengthOf(2);
    expect(read[1]).to.equal(null);
    const removed = await connection.sobject('SBQQ__PriceRule__c').destroy([first ?? '', second ?? '']);
    expect(removed.map((result) => result.success)).to.deep.equal([true, true]);
  });

  it('undeletes and empties the bin by SOAP', async () => {
    const id = seedId(running.org, 'SBQQ__PriceRule__c', 3);
    const condition = seedId(running.org, 'SBQQ__PriceCondition__c', 3);
    await connection.sobject('SBQQ__PriceRule__c').destroy(id);
    const results = await connection.soap.undelete([condition, id]);
    expect(results[0]).to.deep.nested.include({ success: false, 'errors[0].statusCode': 'UNDELETE_FAILED' });
    expect(results[1]).to.include({ success: true, id });
    expect(running.org.row('SBQQ__PriceCondition__c', condition)).to.include({ IsDeleted: false });
    await connection.sobject('SBQQ__PriceRule__c').destroy(id);
    await connection.soap.emptyRecycleBin([id]);
    expect((await connection.soap.undelete([id]))[0]).to.deep.nested.include({ success: false });
  });

  it('runs Bulk jobs for the client library', async () => {
    const connectionForBulk = new Connection({ accessToken: running.token, instanceUrl: running.url, version: '66.0' });
    connectionForBulk.bulk2.pollInterval = 10;
    const rows: unknown[] = [];
    for await (const row of await connectionForBulk.bulk2.query("SELECT Id, Name FROM Product2 WHERE Family = 'Beans'"))
      rows.push(row);
    expect(rows).to.have.lengthOf(3);
    const loaded = await connectionForBulk.bulk2.loadAndWaitForResults({
      object: 'Account',
      operation: 'insert',
      input: [
        { Name: 'Bulk A', Type: 'Customer' },
        { Name: '', Type: 'Customer' },
      ],
    });
    expect(loaded.successfulResults).to.have.lengthOf(1);
    expect(loaded.failedResults[0]?.sf__Error).to.contain('REQUIRED_FIELD_MISSING');
    expect(loaded.unprocessedRecords).to.have.lengthOf(0);
  });

  it('answers a batch of queries and a composite that is all or none', async () => {
    const batch = await connection.request<{
      hasErrors: boolean;
      results: Array<{ statusCode: number; result: { totalSize?: number } }>;
    }>({
      method: 'POST',
      url: '/services/data/v66.0/composite/batch',
      body: JSON.stringify({
        batchRequests: [
          { method: 'GET', url: 'v66.0/query?q=SELECT+COUNT()+FROM+Product2' },
          { method: 'GET', url: 'v66.0/query?q=SELECT+Nope+FROM+Product2' },
        ],
      }),
    });
    expect(batch).to.deep.nested.include({
      hasErrors: true,
      'results[0].result.totalSize': 14,
      'results[1].statusCode': 400,
    });
    const composite = await connection.request<{ compositeResponse: Array<{ httpStatusCode: number }> }>({
      method: 'POST',
      url: '/services/data/v66.0/composite',
      body: JSON.stringify({
        allOrNone: true,
        compositeRequest: [
          {
            method: 'POST',
            url: '/services/data/v66.0/sobjects/SBQQ__PriceRule__c',
            referenceId: 'rule',
            body: { Name: 'Composite' },
          },
          {
            method: 'POST',
            url: '/services/data/v66.0/sobjects/SBQQ__PriceAction__c',
            referenceId: 'action',
            body: { SBQQ__Rule__c: '@{rule.id}', Nope: 1 },
          },
        ],
      }),
    });
    expect(composite.compositeResponse.map((part) => part.httpStatusCode)).to.deep.equal([400, 400]);
    expect((await connection.query("SELECT Id FROM SBQQ__PriceRule__c WHERE Name = 'Composite'")).totalSize).to.equal(
      0
    );
  });

  it('refuses an update of a record that changed since', async () => {
    const id = seedId(running.org, 'SBQQ__PriceRule__c', 1);
    const patch = (since: string): Promise<Response> =>
      fetch(`${running.url}/services/data/v66.0/sobjects/SBQQ__PriceRule__c/${id}`, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${running.token}`,
          'content-type': 'application/json',
          'if-unmodified-since': since,
        },
        body: '{"Name":"x"}',
      });
    expect((await patch('Thu, 01 Jan 2025 00:00:00 GMT')).status).to.equal(412);
    expect((await patch('Mon, 02 Mar 2026 09:00:00 GMT')).status).to.equal(204);
  });

  it('counts, limits and feeds what was deleted', async () => {
    const id = seedId(running.org, 'SBQQ__PriceRule__c', 1);
    await connection.sobject('SBQQ__PriceRule__c').destroy(id);
    const deleted = await connection
      .sobject('SBQQ__PriceRule__c')
      .deleted('2026-03-01T00:00:00Z', '2026-03-03T00:00:00Z');
    expect(deleted.deletedRecords.map((record) => record.id)).to.deep.equal([id]);
    expect(await connection.limits()).to.have.nested.property('DailyApiRequests.Max');
    expect(await (await get('/services/data/v66.0/limits/recordCount?sObjects=Product2')).json()).to.deep.equal({
      sObjects: [{ count: 14, name: 'Product2' }],
    });
    const answer = await get('/services/data/v66.0/sobjects');
    expect(answer.headers.get('sforce-limit-info')).to.match(/^api-usage=\d+\/\d+$/);
    expect(answer.headers.get('content-encoding')).to.equal('gzip');
    expect(Math.abs(Date.parse(String(answer.headers.get('date'))) - running.org.clock.millis())).to.be.lessThan(1000);
    expect((await get('/services/data/v66.0/nothing/here')).status).to.equal(404);
  });

  it('lets faults happen as the switchboard says', async () => {
    const create = (name: string): Promise<Response> =>
      fetch(`${running.url}/services/data/v66.0/sobjects/Account`, {
        method: 'POST',
        headers: { authorization: `Bearer ${running.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ Name: name }),
      });
    const failure = async (name: string): Promise<string> =>
      create(name).then(
        (answer) => String(answer.status),
        () => 'reset'
      );
    const faults = running.org.switches.faults;
    const posts = (fault: (typeof faults)[number]['fault']): void =>
      void faults.splice(0, 1, { when: ({ method }) => method === 'POST', fault });
    posts('resetAfter');
    expect(await failure('Acted')).to.equal('reset');
    posts('resetBefore');
    expect(await failure('Not acted')).to.equal('reset');
    posts('status503');
    expect(await failure('Busy')).to.equal('503');
    posts('status403Limit');
    expect(await (await create('Limit')).json()).to.deep.equal([
      { message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' },
    ]);
    faults.length = 0;
    expect(
      (
        await connection.query("SELECT Name FROM Account WHERE Name IN ('Acted', 'Not acted', 'Busy', 'Limit')")
      ).records.map((record) => record['Name'])
    ).to.deep.equal(['Acted']);
    expect(
      running.org.opLog.entries.filter((entry) => entry.kind === 'request' && entry.method === 'POST')
    ).to.have.lengthOf(3);
  });

  it('runs beside another org that knows nothing of it', async () => {
    const other = await startPracticeOrg({ org: new PracticeOrg({ orgId: '00D5g00000Oth02', isSandbox: true }) });
    try {
      const there = new Connection({ accessToken: other.token, instanceUrl: other.url, version: '66.0' });
      expect((await there.query('SELECT IsSandbox FROM Organization')).records[0]).to.include({ IsSandbox: true });
      expect((await there.query('SELECT Id FROM Product2')).totalSize).to.equal(0);
      expect(
        (
          await fetch(`${other.url}/services/oauth2/userinfo`, {
            headers: { authorization: `Bearer ${running.token}` },
          })
        ).status
      ).to.equal(401);
    } finally {
      await other.close();
    }
  });
});
