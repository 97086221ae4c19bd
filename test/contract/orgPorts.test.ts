import { expect } from 'chai';
import { AuthInfo, Connection, Org } from '@salesforce/core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectOrg } from '../../src/org/connectOrg.js';
import { OrgRequestError } from '../../src/org/orgHttp.js';
import type { OrgPorts } from '../../src/org/ports.js';
import type { Answers, RowResult } from '../../src/org/ports/records.js';
import { recordAt } from '../../src/records/csvRecords.js';
import { readableFields } from '../../src/records/objectDescribe.js';
import { select } from '../../src/records/soql.js';
import type { OrgUser } from '../org/engine/contracts.js';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import { startPracticeOrg, type RunningOrg } from '../org/http/server.js';
import { brightcup } from '../org/seed/brightcup.js';
import { InProcessOrg } from '../support/inProcessOrg.js';

const ADA = { name: 'Ada Admin', username: 'ada.admin@brightcup.example', id: '0055g000001AdaQ' };
const CLEO = {
  name: 'Cleo Colleague',
  username: 'cleo.colleague@brightcup.example',
  id: '0055g000001CleS',
  rights: {
    viewAllData: false,
    modifyAllData: false,
    viewEncryptedData: false,
    hiddenFields: new Set(['Product2.Family']),
    hiddenObjects: new Set(['Task']),
    hiddenRows: new Set(['a0V5g00000Br006EAB']),
  },
};
const RULE = 'SBQQ__PriceRule__c';

interface Side {
  readonly org: PracticeOrg;
  readonly ports: OrgPorts;
}

/** What an adapter answered: a value, or its error in every part that callers look at. */
async function answer(work: Promise<unknown>): Promise<unknown> {
  try {
    return { value: await work };
  } catch (error) {
    if (!(error instanceof OrgRequestError)) throw error;
    const { name, code, message, status, mayHaveActed } = error;
    return { error: { name, code, message, status, mayHaveActed } };
  }
}

/** A whole backup: rows, header, and every record as text. */
async function backup(ports: OrgPorts, soql: string, all = false): Promise<unknown> {
  const { jobId, startedAt } = await ports.startBackup(soql, { all });
  const rows = (await ports.awaitBackups([jobId])).get(jobId) ?? -1;
  const headers: unknown[] = [];
  const pages: string[][] = [];
  const read = await ports.readBackup(jobId, rows, {
    header: (cells) => headers.push(cells),
    records: async (piece, page) => {
      for (const index of piece.ends.keys()) (pages[page] ??= []).push(String(recordAt(piece, index)));
    },
    endOfPage: () => undefined,
  });
  await ports.deleteBackup(jobId);
  return { startedAt, rows, read, headers, records: pages.flat() };
}

/** One suite, and the same answers, from the HTTP adapter and from the one in process, on two orgs that are alike. */
describe('the two ways to an org', () => {
  let running: RunningOrg;
  let http: Side;
  let inProcess: Side;
  let folder: string;

  async function overHttp(user: OrgUser): Promise<OrgPorts> {
    process.env.HOME = folder;
    process.env.SF_ROLLBACK_RETRY_MS ??= '5';
    const authInfo = await AuthInfo.create({
      username: user.token,
      accessTokenOptions: { accessToken: user.token, instanceUrl: running.url, loginUrl: running.url },
    });
    const connection = await Connection.create({ authInfo });
    connection.setApiVersion('66.0');
    return connectOrg(await Org.create({ connection }), connection, 'practice', 20_000);
  }

  async function bothAs(name: string): Promise<void> {
    http = { org: running.org, ports: await overHttp(running.org.user(name)) };
    inProcess = { org: inProcess.org, ports: new InProcessOrg(inProcess.org, inProcess.org.user(name)) };
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rollback-ports-'));
    const options = { users: [ADA, CLEO] };
    const { org } = brightcup(options);
    org.switches.jobPolls = 0;
    running = await startPracticeOrg({ org });
    const twin = brightcup(options).org;
    twin.switches.jobPolls = 0;
    inProcess = { org: twin, ports: new InProcessOrg(twin, twin.user('Ada Admin')) };
    await bothAs('Ada Admin');
  });

  afterEach(async () => {
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Asks both, wants the same answer, and gives it back for a look at what it says. */
  async function same(ask: (ports: OrgPorts, org: PracticeOrg) => Promise<unknown>): Promise<any> {
    const [left, right] = [await answer(ask(http.ports, http.org)), await answer(ask(inProcess.ports, inProcess.org))];
    // Text as JSON has no `undefined` and no maps: what a caller could tell apart is told apart.
    expect(right).to.deep.equal(left);
    return (left as { value?: unknown }).value ?? left;
  }

  const rows = (org: PracticeOrg, object: string): unknown[] =>
    [...org.store.rows(object)].sort((a, b) => (String(a.Id) < String(b.Id) ? -1 : 1));
  const children = (org: PracticeOrg): string[] =>
    [...org.store.rows('SBQQ__PriceCondition__c')].map((row) => String(row.Id)).sort();
  const rules = (org: PracticeOrg): string[] => [...org.store.rows(RULE)].map((row) => String(row.Id)).sort();
  const sameRows = (...objects: string[]): void => {
    for (const object of objects) expect(rows(inProcess.org, object), object).to.deep.equal(rows(http.org, object));
  };

  it('name the same org and user', async () => {
    expect(await same(async (ports) => ports.identity)).to.include({ username: ADA.username });
  });

  it('tell the same of users, packages, deployments, jobs and time', async () => {
    expect(await same((ports) => ports.serverTime())).to.match(/^\d{4}-.*Z$/);
    await same((ports) => ports.packageVersions());
    await same((ports) => ports.deploymentsSince('2020-01-01T00:00:00Z'));
    await same((ports, org) => ports.userNames([...org.users.map((user) => user.id), '005000000000000AAA']));
    await same((ports) => ports.userIds(['CLEO.colleague@brightcup.example', 'nobody@example.com']));
    expect(await same((ports) => ports.ingestJobsInFlight())).to.deep.equal([]);
    expect(await same((ports) => ports.viewsAllData())).to.equal(true);
  });

  it('describe every object alike', async () => {
    const names: ReadonlySet<string> = await same((ports) => ports.objectNames());
    expect(names.size).to.be.greaterThan(50);
    for (const name of ['Product2', 'PricebookEntry', RULE, 'SBQQ__PriceCondition__c', 'User', 'UserPermissionAccess'])
      expect((await same((ports) => ports.describe(name))).name).to.equal(name);
    expect((await same((ports) => ports.describe('Nothing__c'))).error).to.include({ code: 'NOT_FOUND', status: 404 });
  });

  it('answer queries alike: values of every type, parents, the bin, counts, and refusals', async () => {
    for (const object of ['Product2', RULE, 'SBQQ__PriceCondition__c']) {
      const fields = readableFields(await http.ports.describe(object)).map((field) => field.name);
      expect(await same((ports) => ports.query(select(fields, object, undefined, 'Id')))).to.not.have.length(0);
    }
    await same((ports) => ports.query('SELECT Id, SBQQ__Rule__r.Name FROM SBQQ__PriceCondition__c'));
    await same((ports) => ports.query('SELECT Id, Name FROM Product2'));
    await same((ports) => ports.query('SELECT Id FROM FlowDefinition', { tooling: true }));
    await same(async (ports, org) => ports.deleteRows(RULE, [String(rules(org)[0])]));
    const all = await same((ports) => ports.query(`SELECT Id, IsDeleted FROM ${RULE} ORDER BY Id`, { all: true }));
    expect(all.filter((row: { IsDeleted: boolean }) => row.IsDeleted)).to.have.length(1);
    expect(await same((ports) => ports.count(`SELECT COUNT() FROM ${RULE}`))).to.equal(all.length - 1);
    for (const [most, rows] of [
      [all.length, all.length],
      [all.length - 1, 'more, 0 taken'],
    ] as const) {
      const found = await same(async (ports) => {
        const taken: unknown[] = [];
        const fits = await ports.queryByPages(`SELECT Id FROM ${RULE}`, most, (page) => taken.push(...page), {
          all: true,
        });
        return fits ? taken.length : `more, ${taken.length} taken`;
      });
      expect(found).to.equal(rows);
    }
    expect((await same((ports) => ports.query('SELECT Nonsense__c FROM Product2'))).error.code).to.equal(
      'INVALID_FIELD'
    );
    expect((await same((ports) => ports.query('SELECT Id FROM Nothing__c', { all: true }))).error.code).to.equal(
      'INVALID_TYPE'
    );
    expect((await same((ports) => ports.count('SELECT'))).error.code).to.equal('MALFORMED_QUERY');
  });

  it('show a user with fewer rights the same', async () => {
    await bothAs('Cleo Colleague');
    expect(await same((ports) => ports.viewsAllData())).to.equal(false);
    expect((await same((ports) => ports.objectNames())).has('Task')).to.equal(false);
    expect((await same((ports) => ports.describe('Product2'))).fields.map((field: any) => field.name)).to.not.include(
      'Family'
    );
    expect((await same((ports) => ports.query('SELECT Family FROM Product2'))).error.code).to.equal('INVALID_FIELD');
    await same((ports) => ports.query(`SELECT Id FROM ${RULE} ORDER BY Id`));
    await same((ports) => ports.updateRows(RULE, [{ Id: 'a0V5g00000Br006EAB', Name: 'Hidden' }]));
    await same((ports) => backup(ports, `SELECT Id, Name FROM ${RULE} ORDER BY Id`));
  });

  it('back up alike, over several pages, with deleted rows, without rows, and refused', async () => {
    for (const { org } of [http, inProcess]) org.switches.bulkPageSize = 3;
    const fields = readableFields(await http.ports.describe('Product2')).map((field) => field.name);
    const whole = await same((ports) => backup(ports, select(fields, 'Product2', undefined, 'Id')));
    expect(whole.rows).to.be.greaterThan(6);
    expect([whole.read, whole.records.length, whole.headers]).to.deep.equal([whole.rows, whole.rows, [fields]]);
    await same(async (ports, org) => ports.deleteRows(RULE, [String(rules(org)[0])]));
    await same((ports) => backup(ports, `SELECT Id FROM ${RULE} ORDER BY Id`, true));
    expect((await same((ports) => backup(ports, `SELECT Id FROM ${RULE} WHERE Name = 'none'`))).rows).to.equal(0);
    expect((await same((ports) => ports.startBackup('SELECT Id FROM UserPermissionAccess'))).error.code).to.equal(
      'INVALIDENTITY'
    );
    expect((await same((ports) => ports.startBackup('SELECT Nonsense__c FROM Product2'))).error.status).to.equal(400);
  });

  it('update alike, each row on its own', async () => {
    const results: RowResult[] = await same((ports, org) => {
      const [first = '', second = '', third = ''] = rules(org);
      return ports.updateRows(RULE, [
        { Id: first, Name: 'Renamed', SBQQ__EvaluationOrder__c: 7, SBQQ__Active__c: false },
        { Id: second.slice(0, 15), SBQQ__Product__c: null },
        { Id: third, SBQQ__EvaluationOrder__c: 'many' },
        { Id: third, Nonsense__c: 1 },
        { Id: 'a0V5g00000Zz999AAA', Name: 'x' },
        { Id: 'no id', Name: 'x' },
      ]);
    });
    expect(results.map((result) => result.success)).to.deep.equal([true, true, false, false, false, false]);
    sameRows(RULE);
  });

  it('read behind a write what it left, unless one of the questions is refused', async () => {
    const asked = (org: PracticeOrg): string[] => {
      const one = (field: string): string => `SELECT Id, ${field} FROM ${RULE} WHERE Id = '${String(rules(org)[0])}'`;
      return [one('Name'), one('IsDeleted')];
    };
    const withRefused = (org: PracticeOrg): string[] => [
      ...asked(org),
      `SELECT Id, Nonsense__c FROM ${RULE} WHERE Id = '${String(rules(org)[0])}'`,
    ];
    const renamed = await same(async (ports, org) => {
      const read: unknown[] = [];
      const behind = { soqls: asked(org), answered: (answers: Answers) => void read.push(...answers) };
      await ports.updateRows(RULE, [{ Id: String(rules(org)[0]), Name: 'Renamed' }], behind);
      await ports.deleteRows(RULE, [String(rules(org)[0])], behind);
      return read;
    });
    expect(renamed.map(([, rows]: [string, unknown[]]) => rows.length)).to.deep.equal([1, 1, 1, 1]);
    expect(renamed[0][1][0].Name).to.equal('Renamed');
    expect([renamed[1][1][0].IsDeleted, renamed[3][1][0].IsDeleted]).to.deep.equal([false, true]);
    const none = await same(async (ports, org) => {
      const read: unknown[] = [];
      const behind = { soqls: withRefused(org), answered: (answers: Answers) => void read.push(...answers) };
      await ports.updateRows(RULE, [{ Id: String(rules(org)[1]), Name: 'Renamed' }], behind);
      return read;
    });
    expect(none).to.deep.equal([]);
    const living = await same(async (ports, org) => [
      ...(await ports.queryTogether(withRefused(org), { living: true })),
    ]);
    expect(living.map(([, rows]: [string, unknown[]]) => rows.length)).to.deep.equal([0, 0]);
    // One that is not there does not keep the others from being known.
    await same((ports) => ports.describeAll([RULE, 'Nothing__c', 'Product2']));
    expect((await same((ports) => ports.describe('Product2'))).name).to.equal('Product2');
  });

  it('write more than 200 rows in several transactions', async () => {
    const results: RowResult[] = await same((ports, org) =>
      ports.updateRows(
        RULE,
        Array.from({ length: 401 }, (_row, at) => ({ Id: String(rules(org)[0]), SBQQ__EvaluationOrder__c: at }))
      )
    );
    expect(results).to.have.length(401);
    expect(await same((ports) => ports.serverTime())).to.be.a('string');
    sameRows(RULE);
  });

  it('delete and undelete alike, with what goes and comes along', async () => {
    const deleted: RowResult[] = await same((ports, org) => {
      const [first = '', second = ''] = rules(org);
      return ports.deleteRows(RULE, [first, first, second, 'a0V5g00000Zz999AAA']);
    });
    expect(deleted.map((result) => result.success)).to.deep.equal([true, true, true, false]);
    sameRows(RULE, 'SBQQ__PriceCondition__c', 'SBQQ__PriceAction__c');
    const back: RowResult[] = await same((ports, org) => {
      const [first = '', , third = ''] = rules(org);
      return ports.undeleteRows([first.slice(0, 15), third, String(children(org)[0]), 'a0V5g00000Zz999AAA']);
    });
    expect(back.filter((result) => result.success)).to.have.length.within(1, 2);
    sameRows(RULE, 'SBQQ__PriceCondition__c', 'SBQQ__PriceAction__c');
    for (const { org } of [http, inProcess]) org.switches.binEmptied = true;
    expect((await same((ports, org) => ports.undeleteRows([String(rules(org)[1])])))[0]).to.include({
      code: 'UNDELETE_FAILED',
    });
  });

  for (const operation of ['update', 'delete'] as const) {
    it(`load alike through an ingest job: ${operation}`, async () => {
      const done = await same(async (ports, org) => {
        const job = await ports.createIngestJob(RULE, operation);
        const [first = '', second = ''] = rules(org);
        const csv =
          operation === 'update'
            ? `"Id","Name","SBQQ__EvaluationOrder__c"\n"${first}","a ""quoted"" name","#N/A"\n"${second}","b","many"\n`
            : `"Id"\n"${first}"\n"a0V5g00000Zz999AAA"\n`;
        await ports.uploadAndClose(job, csv);
        const { results, ...rest } = await ports.awaitIngestJob(job);
        return { ...rest, results: [...results].sort((a, b) => (a.id < b.id ? -1 : 1)) };
      });
      expect(done).to.include({ state: 'JobComplete' });
      expect(done.results.map((result: RowResult) => result.success)).to.have.members([true, false]);
      sameRows(RULE, 'SBQQ__PriceCondition__c');
    });
  }

  it('insert alike through an ingest job, and tell which row got which Id', async () => {
    const done = await same(async (ports) => {
      const job = await ports.createIngestJob(RULE, 'insert');
      const lines = ['"Name","SBQQ__EvaluationOrder__c"', '"a ""quoted""\nname","7"', '"b","many"', '"c","#N/A"'];
      await ports.uploadAndClose(job, `${lines.join('\n')}\n`);
      return ports.awaitInsertJob(job, ['SBQQ__EvaluationOrder__c', 'Name']);
    });
    expect(done.inserted.map((row: { cells: string[] }) => row.cells)).to.have.deep.members([
      ['7', 'a "quoted"\nname'],
      ['many', 'b'],
      ['#N/A', 'c'],
    ]);
    expect(done.inserted.filter((row: { newId?: string }) => row.newId !== undefined)).to.have.length(2);
    sameRows(RULE);
  });

  it('say alike why an ingest job failed as a whole, and refuse what cannot be loaded', async () => {
    const failed = await same(async (ports) => {
      const job = await ports.createIngestJob(RULE, 'update');
      await ports.uploadAndClose(job, '"Id","Nonsense__c"\n"a0V5g00000Br006EAB","x"\n');
      return ports.awaitIngestJob(job);
    });
    expect(failed).to.include({ state: 'Failed' });
    expect((await same((ports) => ports.createIngestJob('Nothing__c', 'update'))).error.code).to.equal('INVALIDENTITY');
    expect((await same((ports) => ports.awaitIngestJob('750000000000000AAA'))).error.code).to.equal('INVALIDJOB');
  });
});
