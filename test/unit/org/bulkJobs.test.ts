import { expect } from 'chai';
import type { OrgUser } from '../../org/engine/contracts.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { seedCatalogue } from '../../org/seed/catalogue.js';
import { seedId } from '../../org/seed/seedIds.js';

const version = '66.0';

function aCatalogue(): { org: PracticeOrg; ada: OrgUser } {
  const org = new PracticeOrg();
  seedCatalogue(org);
  return { org, ada: org.user('Ada Admin') };
}

/** Uploads, closes and polls a job to its end. */
function load(
  org: PracticeOrg,
  user: OrgUser,
  job: Record<string, unknown>,
  csv: string
): { id: string; info: Record<string, unknown>; good: string[]; bad: string[] } {
  const id = String(org.jobs.ingest.create(user, version, { lineEnding: 'LF', ...job })['id']);
  org.jobs.ingest.upload(id, csv);
  org.jobs.ingest.changeState(id, 'UploadComplete');
  let info = org.jobs.ingest.poll(id);
  while (!['JobComplete', 'Failed'].includes(String(info['state']))) info = org.jobs.ingest.poll(id);
  return {
    id,
    info,
    good: org.jobs.ingest.successfulResults(id).trim().split('\n'),
    bad: org.jobs.ingest.failedResults(id).trim().split('\n'),
  };
}

describe('practice org: Bulk query jobs', () => {
  it('go through their states by polls and refuse results before the end', () => {
    const { org, ada } = aCatalogue();
    org.switches.jobPolls = 2;
    const id = String(
      org.jobs.query.create(ada, version, { operation: 'query', query: 'SELECT Id FROM Account' })['id']
    );
    expect(() => org.jobs.query.results(id, version, undefined, undefined)).to.throw(
      'not available in state UploadComplete'
    );
    expect(() => org.jobs.query.delete(id)).to.throw('not allowed');
    expect([1, 2, 3].map(() => org.jobs.query.poll(id)['state'])).to.deep.equal([
      'InProgress',
      'InProgress',
      'JobComplete',
    ]);
    expect(org.jobs.query.list()[0]).to.include({
      id,
      state: 'JobComplete',
      numberRecordsProcessed: 4,
      createdById: ada.id,
      object: 'Account',
    });
  });

  it('are aborted while they run, and deleted once they have ended', () => {
    const { org, ada } = aCatalogue();
    const create = (): string =>
      String(org.jobs.query.create(ada, version, { operation: 'query', query: 'SELECT Id FROM Account' })['id']);
    const id = create();
    expect(org.jobs.query.abort(id)['state']).to.equal('Aborted');
    expect(() => org.jobs.query.abort(id)).to.throw('not allowed');
    org.jobs.query.delete(id);
    expect(() => org.jobs.query.poll(id)).to.throw('Unable to find');
    org.switches.jobsStuck = true;
    const stuck = create();
    expect([1, 2, 3, 4].map(() => org.jobs.query.poll(stuck)['state'])).to.deep.equal(Array(4).fill('InProgress'));
  });

  it('page with the header on every page and the text null at the end', () => {
    const { org, ada } = aCatalogue();
    org.switches.bulkPageSize = 3;
    org.switches.jobPolls = 0;
    const id = String(
      org.jobs.query.create(ada, version, { operation: 'query', query: 'SELECT Id, Name FROM Account ORDER BY Name' })[
        'id'
      ]
    );
    org.jobs.query.poll(id);
    const first = org.jobs.query.results(id, version, undefined, 50);
    const second = org.jobs.query.results(id, version, first.locator, undefined);
    expect([first.count, second.count, second.locator]).to.deep.equal([3, 1, 'null']);
    expect(second.csv).to.match(/^"Id","Name"\n"001\w{15}","Nordlicht Software"\n$/);
    expect(org.jobs.query.results(id, version, first.locator, undefined)).to.deep.equal(second);
    expect(() => org.jobs.query.results(id, '65.0', undefined, undefined))
      .to.throw()
      .with.property('status', 409);
    expect(org.jobs.query.resultPages(id, version, undefined)).to.deep.equal({
      locators: [undefined, first.locator],
      next: undefined,
    });
  });

  it('quote every cell, keep line breaks and print date-times with Z', () => {
    const { org, ada } = aCatalogue();
    org.switches.jobPolls = 0;
    const id = String(
      org.jobs.query.create(ada, version, {
        operation: 'query',
        query:
          "SELECT Name, CreatedDate, SBQQ__Markup__c, SBQQ__FontSize__c FROM SBQQ__TemplateContent__c WHERE Name = 'Letter'",
      })['id']
    );
    org.jobs.query.poll(id);
    expect(org.jobs.query.results(id, version, undefined, undefined).csv)
      .to.contain(
        '"Letter","2025-09-02T07:30:00.000Z","<h1>Your coffee, our care</h1>\n<p>Dear {{contact}},<br/>\nthank you for your interest. We offer you ""Brightcup"" machines'
      )
      .and.to.match(/"10\.0"\n$/);
  });

  const refused: ReadonlyArray<[soql: string, code: string]> = [
    ['SELECT COUNT() FROM Account', 'MALFORMED_QUERY'],
    ['SELECT Type, COUNT(Id) FROM Account GROUP BY Type', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Account LIMIT 1 OFFSET 1', 'MALFORMED_QUERY'],
    ['SELECT Id, (SELECT Id FROM Contacts) FROM Account', 'API_ERROR'],
    ['SELECT BillingAddress FROM Account', 'FUNCTIONALITY_NOT_ENABLED'],
    ['SELECT Status FROM PackageLicense', 'INVALIDENTITY'],
    ['SELECT Id FROM Nope', 'INVALID_TYPE'],
    ['SELECT Nope FROM Account', 'INVALID_FIELD'],
  ];
  for (const [soql, code] of refused) {
    it(`refuse ${soql}`, () => {
      const { org, ada } = aCatalogue();
      expect(() => org.jobs.query.create(ada, version, { operation: 'query', query: soql }))
        .to.throw()
        .with.property('code', code);
    });
  }
});

describe('practice org: Bulk ingest jobs', () => {
  it('update with empty cells left alone and #N/A as null', () => {
    const { org, ada } = aCatalogue();
    const [rule, other] = [seedId(org, 'SBQQ__PriceRule__c', 7), seedId(org, 'SBQQ__PriceRule__c', 8)];
    const { info } = load(
      org,
      ada,
      { object: 'SBQQ__PriceRule__c', operation: 'update' },
      `Id,Name,sbqq__lookupobject__c\n${rule},,#N/A\n${other},"Round, ""all"" prices",\n`
    );
    expect(info).to.include({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 0 });
    expect(org.row('SBQQ__PriceRule__c', rule)).to.include({
      Name: 'Installation by distance',
      SBQQ__LookupObject__c: null,
    });
    expect(org.row('SBQQ__PriceRule__c', other)).to.include({ Name: 'Round, "all" prices' });
  });

  it('fail as a whole when line ends differ from the job, and write nothing', () => {
    const { org, ada } = aCatalogue();
    const { info } = load(org, ada, { object: 'Account', operation: 'insert' }, 'Name\r\nA\r\n');
    expect(info).to.include({
      state: 'Failed',
      numberRecordsProcessed: 0,
      errorMessage: 'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
    });
    expect(
      load(org, ada, { object: 'Account', operation: 'insert', lineEnding: 'CRLF' }, 'Name\nA\n').info['errorMessage']
    ).to.match(/Current LineEnding setting is CRLF$/);
    expect(org.opLog.entries.filter((entry) => entry.kind === 'recordWrite')).to.have.lengthOf(0);
  });

  it('fail as a whole for an unknown column and for more than ids in a delete', () => {
    const { org, ada } = aCatalogue();
    expect(
      load(org, ada, { object: 'Account', operation: 'insert' }, 'Name,Nope\nA,1\n').info['errorMessage']
    ).to.equal('InvalidBatch : Field name not found : Nope');
    expect(
      load(org, ada, { object: 'Account', operation: 'delete' }, 'Id,Name\n0015g0000000001,A\n').info['errorMessage']
    ).to.equal("InvalidBatch : The 'delete' batch must contain only ids");
    expect(
      load(org, ada, { object: 'SBQQ__PriceCondition__c', operation: 'insert' }, 'Rule.Name\nA\n').info['errorMessage']
    ).to.equal('InvalidBatch : Unable to find relationship: Rule');
  });

  it('tell success and failure apart by row, in another order than sent', () => {
    const { org, ada } = aCatalogue();
    const rows = Array.from({ length: 12 }, (_, index) => (index % 4 === 0 ? '' : `Account ${index}`));
    const { info, good, bad } = load(
      org,
      ada,
      { object: 'Account', operation: 'insert' },
      `Name,Type\n${rows.map((name) => `${name},Customer`).join('\n')}\n`
    );
    expect(info).to.include({ numberRecordsProcessed: 12, numberRecordsFailed: 3 });
    expect(good[0]).to.equal('"sf__Id","sf__Created",Name,Type');
    expect(good.slice(1).map((line) => line.split(',')[2])).to.not.deep.equal(
      rows.filter((name) => name !== '').map((name) => `"${name}"`)
    );
    expect(bad.slice(1)).to.deep.equal(
      Array(3).fill('"","REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --","","Customer"')
    );
  });

  it('resolve parents by key', () => {
    const { org, ada } = aCatalogue();
    const { good, bad } = load(
      org,
      ada,
      { object: 'Opportunity', operation: 'insert' },
      'Name,StageName,CloseDate,Account.Name\nBig,Proposal,2026-05-01,linden law\nNone,Proposal,2026-05-01,Nobody\n'
    );
    expect(good).to.have.lengthOf(2);
    expect(bad[1]).to.contain(
      '"INVALID_FIELD:Foreign key external ID: nobody not found for field Name in entity Account:--"'
    );
  });

  it('count a child that went with its parent as failed with ENTITY_IS_DELETED', () => {
    const { org, ada } = aCatalogue();
    const schedule = seedId(org, 'SBQQ__DiscountSchedule__c', 1);
    load(org, ada, { object: 'SBQQ__DiscountSchedule__c', operation: 'delete' }, `Id\n${schedule}\n`);
    const { bad } = load(
      org,
      ada,
      { object: 'SBQQ__DiscountTier__c', operation: 'delete' },
      `Id\n${seedId(org, 'SBQQ__DiscountTier__c', 1)}\n`
    );
    expect(bad[1]).to.contain('ENTITY_IS_DELETED:entity is deleted:--');
  });

  it('hard-delete only with the permission, past the bin', () => {
    const { org, ada } = aCatalogue();
    expect(() => org.jobs.ingest.create(ada, version, { object: 'Account', operation: 'hardDelete' }))
      .to.throw('requires special user profile permission')
      .with.property('code', 'FEATURENOTENABLED');
    const own = new PracticeOrg({
      users: [{ name: 'Hana Hard', username: 'hana@brightcup.example', rights: { bulkHardDelete: true } }],
    });
    const id = own.records.writeOne(own.firstUser, {
      operation: 'insert',
      object: 'Account',
      values: { Name: 'a' },
    }).id;
    load(own, own.firstUser, { object: 'Account', operation: 'hardDelete' }, `Id\n${id}\n`);
    expect(own.records.write(own.firstUser, [{ operation: 'undelete', id }])[0]).to.nested.include({
      success: false,
      'error.code': 'UNDELETE_FAILED',
    });
  });

  it('take one upload, and write at the closing even when nobody polls', () => {
    const { org, ada } = aCatalogue();
    const id = String(org.jobs.ingest.create(ada, version, { object: 'Account', operation: 'insert' })['id']);
    org.jobs.ingest.upload(id, 'Name\nSilent\n');
    expect(() => org.jobs.ingest.upload(id, 'Name\nTwice\n')).to.throw('Found multiple contents for job');
    expect(() => org.jobs.ingest.delete(id)).to.throw('not allowed');
    org.jobs.ingest.changeState(id, 'UploadComplete');
    expect([...org.store.rows('Account')].map((row) => row['Name'])).to.include('Silent');
    expect(org.jobs.ingest.changeState(id, 'Aborted')['state']).to.equal('Aborted');
    org.jobs.ingest.delete(id);
    expect(org.jobs.ingest.list()).to.deep.equal([]);
  });

  it('use one stamp for each 200 rows', () => {
    const { org, ada } = aCatalogue();
    load(
      org,
      ada,
      { object: 'Task', operation: 'insert' },
      `Subject\n${Array.from({ length: 401 }, (_, index) => `T${index}`).join('\n')}\n`
    );
    const stamps = [...org.store.rows('Task')].map((row) => row['CreatedDate']);
    expect(stamps.filter((stamp) => stamp === stamps[0])).to.have.lengthOf(200);
    expect(new Set(stamps).size).to.equal(3);
  });
});
