import { expect } from 'chai';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { to18 } from '../org/engine/ids.js';
import { declareObject } from '../org/engine/schema/declareObject.js';
import { proves } from './support/proves.js';
import { setStage, type Stage } from './support/stage.js';
import { twoAtATime } from './support/twoAtATime.js';

const ids = [1, 2, 3, 4, 5].map((number) => to18(`aZ100000000000${number}`) ?? '');

const SITE = to18('aZ0000000000001') ?? '';

describe('stock sf moves records of a practice org in bulk', () => {
  let stage: Stage;
  let answers: Record<keyof ReturnType<typeof commands>, Promise<any>>;

  const commands = (at: Stage) => {
    const job = (verb: string, csv: string, ...more: string[]) => [
      'data',
      verb,
      'bulk',
      '-f',
      at.file(`${verb}.csv`, csv),
      '-s',
      'Visit__c',
      '-w',
      '1',
      '--line-ending',
      'LF',
      ...more,
    ];
    return {
      csv: () =>
        at.sf([
          'data',
          'export',
          'bulk',
          '-q',
          'SELECT Id, Name, Notes__c, Site__r.Name, Seen_At__c FROM Visit__c ORDER BY Name',
          '--output-file',
          'out.csv',
          '-r',
          'csv',
          '-w',
          '1',
        ]),
      json: async () => {
        const { jobId } = await at.sf([
          'data',
          'export',
          'bulk',
          '-q',
          'SELECT Id, Name FROM Visit__c',
          '--output-file',
          'out.json',
          '-r',
          'json',
        ]);
        return at.cli.run(['data', 'export', 'resume', '--job-id', jobId, '--json']);
      },
      refused: () =>
        at.refused([
          'data',
          'export',
          'bulk',
          '-q',
          'SELECT COUNT(Id) FROM Visit__c',
          '--output-file',
          'no.csv',
          '-r',
          'csv',
          '-w',
          '1',
        ]),
      import: () => at.sf(job('import', 'Name,Notes__c,Site__r.Site_Key__c\nNew one,"two\nlines",HQ\n')),
      update: () => at.sf(job('update', `Id,Name,Notes__c,Cups__c\n${ids[0]},Renamed,,#N/A\n`)),
      upsert: () => at.sf(job('upsert', 'Key__c,Name\nK2,Found\nK9,Made\n', '-i', 'Key__c')),
      delete: () => at.sf(job('delete', `Id\n${ids[2]}\n`)),
      partial: async () => {
        const failed = await at.refused(
          [...job('import', 'Name,Cups__c\nGood,1\nBad,many\n')].map((arg) => arg.replace('import.csv', 'partial.csv'))
        );
        const { jobId } = failed.json.data ?? failed.json.result;
        return at.sf(['data', 'bulk', 'results', '--job-id', jobId]);
      },
      lineEnds: () =>
        at.refused([
          'data',
          'update',
          'bulk',
          '-f',
          at.file('crlf.csv', `Id,Name\r\n${ids[3]},No\r\n`),
          '-s',
          'Visit__c',
          '-w',
          '1',
          '--line-ending',
          'LF',
        ]),
    };
  };

  before(async () => {
    stage = await setStage();
    const { org } = stage;
    org.schema.addObject(declareObject({ name: 'Site__c', keyPrefix: 'aZ0', fields: 'Site_Key__c@#:text(20)' }));
    org.schema.addObject(
      declareObject({
        name: 'Visit__c',
        keyPrefix: 'aZ1',
        fields: 'Key__c@#:text(20) Notes__c:long(1000) Cups__c:int Seen_At__c:datetime Site__c:ref(Site__c)',
      })
    );
    org.seed('Site__c', [{ Id: SITE, Name: 'Main "office"', Site_Key__c: 'HQ' }]);
    org.seed(
      'Visit__c',
      ids.map((Id, index) => ({
        Id,
        Name: `Visit ${index}`,
        Key__c: `K${index}`,
        Notes__c: index === 1 ? 'a, "b"\nc' : `note ${index}`,
        Cups__c: index,
        Seen_At__c: '2026-02-01T10:00:00Z',
        Site__c: index === 4 ? null : SITE,
      }))
    );
    org.switches.bulkPageSize = 2;
    stage.file('partial.csv', 'Name,Cups__c\nGood,1\nBad,many\n');
    answers = twoAtATime({ csv: commands(stage).csv, json: commands(stage).json } as never);
    // Reads are compared with the state before the writes.
    await Promise.allSettled(Object.values(answers));
    const { csv, json, ...writes } = commands(stage);
    void csv;
    void json;
    answers = { ...answers, ...twoAtATime(writes) };
  });
  after(() => stage.close());

  const row = (id: string | undefined): any => stage.org.store.get('Visit__c', id ?? '');

  it(
    'exports over result pages',
    proves('sf', ['bulkQuery.export', 'bulkQuery.pages'], async () => {
      expect((await answers.csv).totalSize).to.equal(5);
      const [header, ...lines] = parse(readFileSync(join(stage.place.cwd, 'out.csv'), 'utf8'));
      expect(header).to.deep.equal(['Id', 'Name', 'Notes__c', 'Site__r.Name', 'Seen_At__c']);
      expect(lines).to.deep.equal(
        ids.map((id, index) => [
          id,
          `Visit ${index}`,
          index === 1 ? 'a, "b"\nc' : `note ${index}`,
          index === 4 ? '' : 'Main "office"',
          '2026-02-01T10:00:00.000Z',
        ])
      );
      const pages = stage.org.opLog.entries.filter(
        (entry) => entry.kind === 'request' && /results\?locator=/.test(entry.path)
      );
      expect(pages).to.have.length.greaterThanOrEqual(2);
    })
  );

  it(
    'resumes an export, as JSON',
    proves('sf', ['bulkQuery.resume', 'bulkQuery.json'], async () => {
      await answers.json;
      const records = JSON.parse(readFileSync(join(stage.place.cwd, 'out.json'), 'utf8')) as Array<{ Id: string }>;
      expect(records.map((record) => record.Id)).to.have.members(ids);
    })
  );

  it(
    'hears why a query cannot be run in bulk',
    proves('sf', ['bulkQuery.refused'], async () => {
      expect((await answers.refused).stdout).to.match(/not supported in Bulk/);
      expect(existsSync(join(stage.place.cwd, 'no.csv'))).to.equal(false);
    })
  );

  it(
    'inserts, with a parent by its key',
    proves('sf', ['ingest.insert', 'ingest.parentKey'], async () => {
      expect(await answers.import).to.include({ processedRecords: 1, failedRecords: 0 });
      const made = [...stage.org.store.rows('Visit__c')].find((one) => one['Name'] === 'New one');
      expect(made).to.include({ Notes__c: 'two\nlines', Site__c: SITE });
    })
  );

  it(
    'updates, leaving empty cells alone',
    proves('sf', ['ingest.update'], async () => {
      await answers.update;
      expect(row(ids[0])).to.include({ Name: 'Renamed', Notes__c: 'note 0', Cups__c: null });
    })
  );

  it(
    'upserts and deletes',
    proves('sf', ['ingest.upsert', 'ingest.delete'], async () => {
      await Promise.all([answers.upsert, answers.delete]);
      expect(row(ids[2])).to.include({ IsDeleted: true });
      const keys = new Map(
        [...stage.org.store.rows('Visit__c')].map((one) => [
          `${String(one['Key__c'])}${String(one['Name'])}`,
          one['IsDeleted'],
        ])
      );
      expect(keys.get('K9Made')).to.equal(false);
      expect([...keys.keys()]).to.include('K2Found');
    })
  );

  it(
    'tells good rows from bad ones',
    proves('sf', ['ingest.results'], async () => {
      const { failedRecords, processedRecords } = await answers.partial;
      expect({ failedRecords, processedRecords }).to.deep.equal({ failedRecords: 1, processedRecords: 2 });
      const file = readdirSync(stage.place.cwd).find((name) => /-failed-records\.csv$/.test(name));
      expect(readFileSync(join(stage.place.cwd, String(file)), 'utf8'))
        .to.include('INVALID_TYPE_ON_FIELD_IN_RECORD')
        .and.to.include('"Bad"');
    })
  );

  it(
    'fails a job of other line ends',
    proves('sf', ['ingest.lineEnds'], async () => {
      expect((await answers.lineEnds).stdout).to.include('LineEnding is invalid on user data');
      expect(row(ids[3])).to.include({ Name: 'Visit 3' });
    })
  );
});
