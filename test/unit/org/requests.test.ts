import { expect } from 'chai';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { afterRequests, atRequest } from '../../org/engine/requestRules.js';
import { declareObject } from '../../org/engine/schema/declareObject.js';
import { startPracticeOrg, type RunningOrg } from '../../org/http/server.js';

describe('practice org: requests', () => {
  let running: RunningOrg;
  let org: PracticeOrg;

  beforeEach(async () => {
    org = new PracticeOrg();
    running = await startPracticeOrg({ org });
  });
  afterEach(() => running.close());

  const call = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {}
  ): Promise<Response> =>
    fetch(`${running.url}/services/data/v66.0${path}`, {
      method,
      headers: { authorization: `Bearer ${running.token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const json = async (answer: Promise<Response>): Promise<any> => (await answer).json();
  const names = (object: string): unknown[] =>
    [...org.store.rows(object)].filter((row) => row['IsDeleted'] !== true).map((row) => row['Name']);

  it('answer a describe or a record that has not changed since with 304', async () => {
    const first = await call('GET', '/sobjects/Account/describe');
    const since = String(first.headers.get('last-modified'));
    expect(
      (await call('GET', '/sobjects/Account/describe', undefined, { 'if-modified-since': since })).status
    ).to.equal(304);
    org.clock.advance(60_000);
    org.schema.removeField('Account', 'Rating');
    expect(
      (await call('GET', '/sobjects/Account/describe', undefined, { 'if-modified-since': since })).status
    ).to.equal(200);
    const { id } = await json(call('POST', '/sobjects/Account', { Name: 'A' }));
    const now = new Date(org.clock.millis()).toUTCString();
    const read = async (): Promise<number> =>
      (await call('GET', `/sobjects/Account/${id}`, undefined, { 'if-modified-since': now })).status;
    expect(await read()).to.equal(304);
    await call('PATCH', `/sobjects/Account/${id}`, { Name: 'B' });
    expect(await read()).to.equal(200);
  });

  it('plant trees of records, all or none', async () => {
    const tree = (index: unknown): object => ({
      records: [
        {
          attributes: { type: 'SBQQ__PriceRule__c', referenceId: 'r' },
          Name: 'R',
          SBQQ__PriceConditions__r: {
            records: [{ attributes: { type: 'SBQQ__PriceCondition__c', referenceId: 'c' }, SBQQ__Index__c: index }],
          },
        },
      ],
    });
    const bad = await call('POST', '/composite/tree/SBQQ__PriceRule__c', tree('x'));
    expect(bad.status).to.equal(400);
    expect(await bad.json()).to.deep.nested.include({
      hasErrors: true,
      'results[0].referenceId': 'c',
      'results[0].errors[0].statusCode': 'INVALID_TYPE_ON_FIELD_IN_RECORD',
    });
    expect(names('SBQQ__PriceRule__c')).to.deep.equal([]);
    const good = await call('POST', '/composite/tree/SBQQ__PriceRule__c', tree(1));
    expect(good.status).to.equal(201);
    expect(((await good.json()) as { results: unknown[] }).results).to.have.lengthOf(2);
  });

  it('run graphs, each for itself', async () => {
    const graph = (graphId: string, Name: string | undefined): object => ({
      graphId,
      compositeRequest: [
        {
          method: 'POST',
          url: '/services/data/v66.0/sobjects/Account',
          referenceId: 'parent',
          body: { Name: graphId },
        },
        {
          method: 'POST',
          url: '/services/data/v66.0/sobjects/Account',
          referenceId: 'child',
          body: { Name, ParentId: '@{parent.id}' },
        },
      ],
    });
    const { graphs } = await json(
      call('POST', '/composite/graph', { graphs: [graph('one', 'One child'), graph('two', undefined)] })
    );
    expect(graphs.map((one: any) => one.isSuccessful)).to.deep.equal([true, false]);
    expect(names('Account')).to.have.members(['one', 'One child']);
  });

  it('pass rules that warn of duplicates with the header', async () => {
    org.duplicateRules.add({ object: 'Account', fields: ['Name'], action: 'alert' });
    const create = (headers: Record<string, string>): Promise<Response> =>
      call('POST', '/sobjects/Account', { Name: 'Twin' }, headers);
    expect((await create({})).status).to.equal(201);
    expect(((await (await create({})).json()) as Array<{ errorCode: string }>)[0]?.errorCode).to.equal(
      'DUPLICATES_DETECTED'
    );
    expect(
      (await create({ 'sforce-duplicate-rule-header': 'allowSave=true; includeRecordDetails=false' })).status
    ).to.equal(201);
  });

  it('do not write custom metadata', async () => {
    org.schema.addObject(
      declareObject({
        name: 'Setting__mdt',
        keyPrefix: 'm00',
        owned: false,
        readOnly: true,
        fields: 'Value__c:text(20)',
      })
    );
    expect((await json(call('POST', '/sobjects/Setting__mdt', { Name: 'A' })))[0].errorCode).to.equal(
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'
    );
  });

  it('meet sessions that expire and colleagues who edit in between', async () => {
    const { id } = await json(call('POST', '/sobjects/Account', { Name: 'A' }));
    org.switches.beforeRequest = [
      {
        when: atRequest(3),
        run: () =>
          void org.records.writeOne(org.user('Cleo Colleague'), {
            operation: 'update',
            id,
            values: { Name: 'Cleo was here' },
          }),
      },
    ];
    org.switches.faults = [{ when: afterRequests(3), fault: 'status401' }];
    expect((await json(call('GET', `/sobjects/Account/${id}`))).Name).to.equal('A');
    expect((await json(call('GET', `/sobjects/Account/${id}`))).Name).to.equal('Cleo was here');
    expect((await call('GET', `/sobjects/Account/${id}`)).status).to.equal(401);
    const soap = await fetch(`${running.url}/services/Soap/u/66.0`, { method: 'POST', body: '<x/>' });
    expect([soap.status, (await soap.text()).includes('INVALID_SESSION_ID')]).to.deep.equal([500, true]);
  });

  it('take as long as the switches say, compressed only when asked', async () => {
    org.switches.latencyOf = ({ path }) => (path.endsWith('/limits') ? 100 : 0);
    const timed = async (path: string): Promise<number> => {
      const from = performance.now();
      await (await call('GET', path)).arrayBuffer();
      return performance.now() - from;
    };
    expect(await timed('/limits')).to.be.greaterThan(95);
    org.switches.latencyOf = undefined;
    org.switches.gzip = false;
    const answer = await call('GET', '/sobjects');
    expect(answer.headers.get('content-encoding')).to.equal(null);
    const size = (await answer.arrayBuffer()).byteLength;
    org.switches.bytesPerSecond = size * 4;
    expect(await timed('/sobjects')).to.be.within(150, 1500);
  });
});
