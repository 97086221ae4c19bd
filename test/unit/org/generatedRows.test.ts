import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { to18 } from '../../org/engine/ids.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { GeneratedIds } from '../../org/engine/records/generatedIds.js';
import { declareObject } from '../../org/engine/schema/declareObject.js';
import { wideObject } from '../../../scripts/bench/wideObject.js';
import { runQuery } from '../../org/engine/soql/runQuery.js';
import { startPracticeOrg } from '../../org/http/server.js';

const count = 5000;

function aFleet(seed = 'fleet'): {
  org: PracticeOrg;
  query: (soql: string, all?: boolean) => Array<Record<string, unknown>>;
} {
  const org = new PracticeOrg({ cpq: false });
  org.schema.addObject(
    declareObject({
      name: 'Machine__c',
      keyPrefix: 'aZ0',
      fields: 'Key__c@#:text(20) Notes__c:long(400) Cups__c:int Kind__c:pick(Big|Small) Active__c:check Price__c:money',
    })
  );
  org.generate('Machine__c', { rows: count, seed });
  org.switches.jobPolls = 0;
  return { org, query: (soql, all = false) => runQuery(org, org.firstUser, 'data', soql, { all }).records };
}

function bulk(org: PracticeOrg, soql: string, operation = 'query'): string[] {
  const id = String(org.jobs.query.create(org.firstUser, '66.0', { operation, query: soql })['id']);
  expect(org.jobs.query.poll(id)['state']).to.equal('JobComplete');
  let text = '';
  let locator: string | undefined;
  do {
    const page = org.jobs.query.results(id, '66.0', locator, undefined);
    text += locator === undefined ? page.csv : page.csv.slice(page.csv.indexOf('\n') + 1);
    locator = page.locator;
  } while (locator !== 'null');
  return parse(text).map((cells) => JSON.stringify(cells));
}

describe('practice org: generated rows', () => {
  it('have ids like any others, in their order', () => {
    const ids = new GeneratedIds('aZ0');
    for (const index of [0, 1, 61, 62, 3843, 3844, 999_999, 62 ** 5 - 1]) {
      expect(ids.at(index)).to.equal(to18(ids.at(index).slice(0, 15)));
      expect(ids.indexOf(ids.at(index))).to.equal(index);
    }
    expect(ids.at(61) < ids.at(62) && ids.at(9) < ids.at(10)).to.equal(true);
    expect(ids.indexOf('aZ1000000000000AAA')).to.equal(-1);
  });

  it('are the same for the same seed and others for another', () => {
    const rows = (seed: string): unknown =>
      aFleet(seed).query('SELECT Id, Cups__c, Notes__c FROM Machine__c ORDER BY Id LIMIT 20');
    expect(rows('a')).to.deep.equal(rows('a'));
    expect(rows('a')).to.not.deep.equal(rows('b'));
  });

  it('are counted, found by Id and key, ordered by Id, and filtered', () => {
    const { org, query } = aFleet();
    expect(runQuery(org, org.firstUser, 'data', 'SELECT COUNT() FROM Machine__c').totalSize).to.equal(count);
    const byId = query('SELECT Id FROM Machine__c ORDER BY Id').map((row) => String(row['Id']));
    expect(byId).to.deep.equal([...byId].sort());
    expect(query('SELECT Id FROM Machine__c').map((row) => row['Id'])).to.not.deep.equal(byId);
    expect(query('SELECT Id FROM Machine__c ORDER BY Id DESC LIMIT 3 OFFSET 2').map((row) => row['Id'])).to.deep.equal(
      [...byId].reverse().slice(2, 5)
    );
    expect(query(`SELECT Id FROM Machine__c WHERE Id > '${byId[99]}' ORDER BY Id LIMIT 1`)[0]?.['Id']).to.equal(
      byId[100]
    );
    const [row] = query(`SELECT Id, Key__c FROM Machine__c WHERE Id = '${byId[77]}'`);
    expect(
      query(`SELECT Id FROM Machine__c WHERE Key__c = '${String(row?.['Key__c']).toLowerCase()}'`).map(
        (one) => one['Id']
      )
    ).to.deep.equal([byId[77]]);
    const big = runQuery(
      org,
      org.firstUser,
      'data',
      "SELECT COUNT() FROM Machine__c WHERE Kind__c = 'Big' AND Active__c = true"
    ).totalSize;
    expect(big).to.be.within(100, count - 100);
    const [grouped] = query("SELECT COUNT(Id) n FROM Machine__c WHERE Kind__c = 'Big' AND Active__c = true");
    expect(grouped?.['n']).to.equal(big);
  });

  it('are found by their values as by looking at each of them', () => {
    const { org, query } = aFleet();
    const ada = org.firstUser;
    const [first, second] = query('SELECT Id FROM Machine__c ORDER BY Id LIMIT 2').map((row) => String(row['Id']));
    const since = org.clock.now().replace('+0000', 'Z');
    org.records.writeOne(ada, { operation: 'update', id: first ?? '', values: { Kind__c: 'Small', Cups__c: null } });
    org.records.writeOne(ada, { operation: 'update', id: second ?? '', values: { Kind__c: 'Big' } });
    const stamps = query('SELECT SystemModstamp FROM Machine__c ORDER BY Id LIMIT 1 OFFSET 2000');
    const middle = String(stamps[0]?.['SystemModstamp']).replace('+0000', 'Z');
    const found = [
      `SystemModstamp >= ${since}`,
      `SystemModstamp >= ${middle}`,
      `(SystemModstamp >= ${middle}) AND (Kind__c = 'Big')`,
      `(SystemModstamp >= ${since}) AND (Kind__c = 'big' AND Active__c = true)`,
      "Kind__c = 'Big' OR Active__c = true",
      "NOT (Kind__c = 'Big' AND Active__c = true)",
      "Kind__c = 'Big' AND (NOT Active__c = true)",
      'Cups__c = null AND CreatedBy.IsActive = true',
      "Key__c = 'K-00000077' AND Kind__c != null",
      "Kind__c = 'Nothing'",
    ].map((where) => {
      const ids = (order: string): unknown[] =>
        query(`SELECT Id FROM Machine__c WHERE ${where} ORDER BY ${order}`).map((row) => row['Id']);
      // A second ORDER BY column takes the way that looks at each row.
      expect(ids('Id'), where).to.deep.equal(ids('Id, Name'));
      return ids('Id').length;
    });
    expect(found[0]).to.equal(2);
    expect(found[1]).to.be.within(2000, 4000);
    const table = org.store.generatedTable('Machine__c');
    expect(table?.narrowed('SystemModstamp', (value) => String(value) > since)).to.equal('none');
    expect(table?.narrowed('Key__c', () => true)).to.equal('unknown');
  });

  it('can be written to: what is written lies over them', () => {
    const { org, query } = aFleet();
    const ada = org.firstUser;
    const [first, second, third] = query('SELECT Id FROM Machine__c ORDER BY Id LIMIT 3').map((row) =>
      String(row['Id'])
    );
    const since = org.clock.now().replace('+0000', 'Z');
    org.records.writeOne(ada, { operation: 'update', id: first ?? '', values: { Name: 'Written' } });
    org.records.writeOne(ada, { operation: 'delete', id: second ?? '' });
    const made = org.records.writeOne(ada, { operation: 'insert', object: 'Machine__c', values: { Name: 'New' } }).id;
    expect(
      query('SELECT Id, Name FROM Machine__c ORDER BY Id LIMIT 2').map((row) => [row['Id'], row['Name'] === 'Written'])
    ).to.deep.equal([
      [first, true],
      [third, false],
    ]);
    expect(query('SELECT Id FROM Machine__c ORDER BY Id DESC LIMIT 1')[0]?.['Id']).to.equal(made);
    const delta = query(`SELECT Id, IsDeleted FROM Machine__c WHERE SystemModstamp > ${since}`, true);
    expect(delta.map((row) => [row['Id'], row['IsDeleted']])).to.have.deep.members([
      [first, false],
      [second, true],
      [made, false],
    ]);
    expect(runQuery(org, ada, 'data', 'SELECT COUNT() FROM Machine__c').totalSize).to.equal(count);
    org.records.writeOne(ada, { operation: 'undelete', id: second ?? '' });
    expect(org.row('Machine__c', second ?? '')).to.include({ IsDeleted: false });
    const [taken] = org.records.write(ada, [
      { operation: 'update', id: first ?? '', values: { Key__c: org.row('Machine__c', third ?? '')?.['Key__c'] } },
    ]);
    expect(taken).to.deep.nested.include({ success: false, 'error.code': 'DUPLICATE_VALUE' });
  });

  it('come through Bulk as they come through REST, page by page', () => {
    const { org, query } = aFleet();
    org.switches.bulkPageSize = 700;
    const [first] = query('SELECT Id FROM Machine__c ORDER BY Id LIMIT 1');
    org.records.writeOne(org.firstUser, {
      operation: 'update',
      id: String(first?.['Id']),
      values: { Notes__c: 'Grüße, "Ada"\nü' },
    });
    const fields = 'Id, Name, Key__c, Notes__c, Cups__c, Kind__c, Active__c, Price__c, SystemModstamp';
    const fast = bulk(org, `SELECT ${fields} FROM Machine__c`);
    // A second ORDER BY column takes the way of rows that are kept.
    const slow = bulk(org, `SELECT ${fields} FROM Machine__c ORDER BY Id, Name`);
    expect(fast).to.have.lengthOf(count + 1);
    expect(fast[0]).to.equal(slow[0]);
    expect(
      fast
        .slice(1)

        .sort()
    ).to.deep.equal(
      slow
        .slice(1)

        .sort()
    );
  });

  it('can be a million of 30 columns', () => {
    const org = new PracticeOrg({ cpq: false });
    org.schema.addObject(wideObject());
    org.generate('Reading__c', { rows: 1_000_000, seed: 'many' });
    const ask = (soql: string): number => runQuery(org, org.firstUser, 'data', soql).totalSize;
    expect(wideObject().fields).to.have.lengthOf(30);
    expect(ask('SELECT COUNT() FROM Reading__c')).to.equal(1_000_000);
    expect(ask("SELECT Id FROM Reading__c WHERE Key__c = 'K-01000000'")).to.equal(1);
  });

  it('are served page by page by REST', async () => {
    const { org } = aFleet();
    const running = await startPracticeOrg({ org });
    try {
      const get = async (
        path: string
      ): Promise<{ records: Array<{ Id: string }>; nextRecordsUrl?: string; totalSize: number }> =>
        (await (
          await fetch(running.url + path, { headers: { authorization: `Bearer ${running.token}` } })
        ).json()) as never;
      const seen = new Set<string>();
      let path: string | undefined = '/services/data/v66.0/query?q=SELECT+Id+FROM+Machine__c';
      while (path !== undefined) {
        const page = await get(path);
        expect(page.totalSize).to.equal(count);
        for (const record of page.records) seen.add(record.Id);
        path = page.nextRecordsUrl;
      }
      expect(seen.size).to.equal(count);
    } finally {
      await running.close();
    }
  });
});
