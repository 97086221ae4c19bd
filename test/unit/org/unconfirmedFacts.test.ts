import { expect } from 'chai';
import type { OrgUser, Switchboard } from '../../org/engine/contracts.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { unconfirmedFacts } from '../../org/engine/switchboard.js';
import { declareObject } from '../../org/engine/schema/declareObject.js';
import { PracticeMetadata, flowFile, packageXml } from './metadata/practiceMetadata.js';

const version = '66.0';

interface Bench {
  readonly org: PracticeOrg;
  readonly ada: OrgUser;
  query(soql: string): { state: unknown; csv: string; error: unknown };
  load(operation: string, csv: string): { state: unknown; error: unknown; good: number; bad: number };
}

/** An org with one object and short ways to run jobs to their end. */
function aBench(switches: Partial<Switchboard> = {}): Bench {
  const org = new PracticeOrg({ cpq: false });
  org.schema.addObject(
    declareObject({
      name: 'Visit__c',
      keyPrefix: 'aZ1',
      fields: 'Key__c@#:text(20) Notes__c:long(500) Cups__c:num(18,0) Total__c~:int',
    })
  );
  Object.assign(org.switches, { jobPolls: 0 }, switches);
  const ada = org.user('Ada Admin');
  return {
    org,
    ada,
    query: (query) => {
      const id = String(org.jobs.query.create(ada, version, { operation: 'query', query })['id']);
      const info = org.jobs.query.poll(id);
      const csv = info['state'] === 'JobComplete' ? org.jobs.query.results(id, version, undefined, undefined).csv : '';
      return { state: info['state'], csv, error: info['errorMessage'] };
    },
    load: (operation, csv) => {
      const id = String(
        org.jobs.ingest.create(ada, version, { object: 'Visit__c', operation, lineEnding: 'LF' })['id']
      );
      org.jobs.ingest.upload(id, csv);
      org.jobs.ingest.changeState(id, 'UploadComplete');
      const info = org.jobs.ingest.poll(id);
      const bad = Number(info['numberRecordsFailed']);
      return {
        state: info['state'],
        error: info['errorMessage'],
        good: Number(info['numberRecordsProcessed']) - bad,
        bad,
      };
    },
  };
}

/** Facts nobody could confirm: each can be had both ways. */
describe('practice org: unconfirmed facts', () => {
  it('are all named', () => {
    expect(Object.keys(unconfirmedFacts())).to.have.lengthOf(22);
  });

  it('rows of field permissions that follow from elsewhere', () => {
    const world = new PracticeMetadata();
    const inferred = (): unknown[] =>
      world.data("SELECT Id FROM FieldPermissions WHERE Field = 'Product2.Bean_Hoppers__c'").map((row) => row['Id']);
    expect(inferred()).to.deep.equal([]);
    world.org.switches.inferredFieldPermissions = true;
    expect(inferred()).to.deep.equal(['000000000000000AAA']);
  });

  it('a permission set without a description, and rows that move their parent or not', async () => {
    const description = async (missingDescriptionClears: boolean): Promise<unknown> => {
      const world = new PracticeMetadata();
      world.org.switches.missingDescriptionClears = missingDescriptionClears;
      await world.deploy({
        'package.xml': packageXml({ PermissionSet: ['Installation_Planner'] }),
        'permissionsets/Installation_Planner.permissionset': '<PermissionSet><label>Planner</label></PermissionSet>',
      });
      return world.data("SELECT Description FROM PermissionSet WHERE Name = 'Installation_Planner'")[0]?.[
        'Description'
      ];
    };
    expect([await description(true), await description(false)]).to.deep.equal([null, 'Plans installation visits.']);
    const moved = (rowsMoveTheirParent: boolean): boolean => {
      const world = new PracticeMetadata();
      world.org.switches.rowsMoveTheirParent = rowsMoveTheirParent;
      const set = (): Record<string, unknown> =>
        world.data("SELECT Id, LastModifiedDate FROM PermissionSet WHERE Name = 'Installation_Planner'")[0] ?? {};
      const before = set()['LastModifiedDate'];
      const [row] = world.data(`SELECT Id FROM FieldPermissions WHERE ParentId = '${String(set()['Id'])}'`);
      world.org.clock.advance(60_000);
      world.org.records.writeOne(world.admin, { operation: 'delete', id: String(row?.['Id']) });
      return set()['LastModifiedDate'] !== before;
    };
    expect([moved(true), moved(false)]).to.deep.equal([true, false]);
  });

  it('properties of members that came with their container', async () => {
    const given = async (memberProperties: Switchboard['memberProperties'], field?: string): Promise<boolean> => {
      const world = new PracticeMetadata();
      world.org.switches.memberProperties = memberProperties;
      const wanted = { CustomObject: ['Product2'], ...(field ? { CustomField: [field] } : {}) };
      const { fileProperties } = await world.side.retrieve(packageXml(wanted), world.admin);
      return fileProperties.some(({ fullName }) => fullName === 'Product2.Bean_Hoppers__c');
    };
    expect([await given('all'), await given('named')]).to.deep.equal([true, false]);
    const field = 'Product2.Bean_Hoppers__c';
    expect([await given('named', field), await given('none', field)]).to.deep.equal([true, false]);
  });

  it('a Bulk query without rows', () => {
    const soql = 'SELECT Id, Name FROM Visit__c';
    expect(aBench().query(soql).csv).to.equal('"Id","Name"\n');
    expect(aBench({ bulkEmptyResult: 'nothing' }).query(soql).csv).to.equal('');
  });

  it('date-times and exponents in Bulk results', () => {
    const csv = (switches: Partial<Switchboard>): string => {
      const bench = aBench(switches);
      bench.load('insert', 'Name,Cups__c\nA,123456789\n');
      return bench.query('SELECT CreatedDate, Cups__c FROM Visit__c').csv;
    };
    expect(csv({})).to.match(/\.000Z","123456789"/);
    expect(csv({ bulkDateTimes: '+0000', bulkExponents: true })).to.match(/\.000\+0000","1\.23456789E8"/);
  });

  it('a Bulk query with a mistake', () => {
    expect(() => aBench().query('SELECT Nope FROM Visit__c')).to.throw('No such column');
    const { state, error } = aBench({ bulkBadQuery: 'failsLater' }).query('SELECT Nope FROM Visit__c');
    expect(state).to.equal('Failed');
    expect(error).to.match(/^INVALID_FIELD/);
  });

  it('a column that cannot be written, an empty Id column', () => {
    expect(aBench().load('insert', 'Name,Total__c\nA,1\n')).to.include({ state: 'JobComplete', bad: 1 });
    expect(aBench({ bulkReadOnlyColumn: 'failsJob' }).load('insert', 'Name,Total__c\nA,1\n')).to.include({
      state: 'Failed',
      good: 0,
      bad: 0,
    });
    expect(aBench().load('insert', 'Id,Name\n,A\n')).to.include({ state: 'JobComplete', good: 1 });
    expect(aBench({ bulkInsertEmptyId: 'refused' }).load('insert', 'Id,Name\n,A\n')).to.include({
      state: 'Failed',
      good: 0,
    });
  });

  it('line breaks inside cells', () => {
    const csv = 'Name,Notes__c\nA,"one\r\ntwo"\n';
    expect(aBench().load('insert', csv).error).to.match(/LineEnding is invalid/);
    expect(aBench({ innerLineEndsCount: false }).load('insert', csv)).to.include({ state: 'JobComplete', good: 1 });
    expect(aBench({ innerLineEndsCount: false }).load('insert', 'Name\r\nA\r\n').state).to.equal('Failed');
  });

  it('rows deleted through Bulk and the bin; taken values at undelete', () => {
    const undelete = (switches: Partial<Switchboard>, retake = false): string => {
      const { org, ada, load } = aBench(switches);
      const insert = (): string =>
        org.records.writeOne(ada, { operation: 'insert', object: 'Visit__c', values: { Key__c: 'K' } }).id;
      const id = insert();
      load('delete', `Id\n${id}\n`);
      if (retake) insert();
      const [result] = org.records.write(ada, [{ operation: 'undelete', id }]);
      return result === undefined || result.success ? 'back' : result.error.message;
    };
    expect(undelete({})).to.equal('back');
    expect(undelete({ bulkDeletesReachBin: false })).to.equal('Entity is not in the recycle bin');
    expect(undelete({}, true)).to.match(/^duplicate value found: Key__c duplicates value on record with id: aZ1/);
    expect(undelete({ undeleteDuplicateText: 'unknown' }, true)).to.equal(
      'duplicate value found: <unknown> duplicates value on record with id: <unknown>'
    );
  });

  it('a deploy over a draft, and the words for too many versions', async () => {
    const versions = async (overwriteLatestDraft: boolean): Promise<number> => {
      const world = new PracticeMetadata();
      world.org.switches.overwriteLatestDraft = overwriteLatestDraft;
      const pack = packageXml({ Flow: ['Descale'] });
      for (const limit of [1, 2])
        await world.deploy({ 'package.xml': pack, 'flows/Descale.flow': flowFile(limit, 'Draft') });
      return world.side.flows.get('Descale')?.versions.length ?? 0;
    };
    expect([await versions(false), await versions(true)]).to.deep.equal([2, 1]);
    const world = new PracticeMetadata();
    world.org.switches.flowVersionLimitText = 'too many';
    const pack = packageXml({ Flow: ['Descale'] });
    for (let limit = 1; limit <= 50; limit++)
      await world.deploy({ 'package.xml': pack, 'flows/Descale.flow': flowFile(limit, 'Draft') });
    const result = await world.deploy({ 'package.xml': pack, 'flows/Descale.flow': flowFile(51, 'Draft') });
    expect(result.details.componentFailures[0]?.problem).to.equal('too many');
  });

  it('activation through Tooling, deactivation and deletion in one deploy', async () => {
    const world = new PracticeMetadata();
    const flow = world.side.flows.get('Machine_Finder');
    world.org.switches.toolingActivationNeedsTests = true;
    expect(() => world.side.tooling.setActive(world.admin, flow?.id ?? '', { activeVersionNumber: 1 })).to.throw(
      'coverage'
    );
    const active = flow?.versions.find((one) => one.status === 'Active')?.number ?? 0;
    const together = async (allowed: boolean): Promise<boolean> => {
      const org = new PracticeMetadata();
      org.org.switches.deactivateAndDeleteTogether = allowed;
      const { success } = await org.deploy({
        'package.xml': packageXml({ FlowDefinition: ['Machine_Finder'] }),
        'flowDefinitions/Machine_Finder.flowDefinition':
          '<?xml version="1.0"?><FlowDefinition xmlns="http://soap.sforce.com/2006/04/metadata"><activeVersionNumber>0</activeVersionNumber></FlowDefinition>',
        'destructiveChangesPost.xml': packageXml({ Flow: [`Machine_Finder-${active}`] }),
      });
      return success;
    };
    expect([await together(true), await together(false)]).to.deep.equal([true, false]);
  });

  it('purgeOnDelete in production, and how long details are kept', async () => {
    const world = new PracticeMetadata();
    const files = { 'package.xml': packageXml({}) };
    expect((await world.deploy(files, { purgeOnDelete: true })).success).to.equal(true);
    world.org.switches.purgeOnDelete = 'refused';
    const refused = await world.deploy(files, { purgeOnDelete: true }).then(
      () => 'taken',
      (error: Error) => error.message
    );
    expect(refused).to.include('purgeOnDelete');
    const { id, details } = await world.deploy(files);
    expect(details.componentSuccesses).to.not.have.lengthOf(0);
    world.org.clock.advance(31 * 86_400_000);
    expect(world.side.deployments.check(id).details.componentSuccesses).to.have.lengthOf(0);
  });
});
