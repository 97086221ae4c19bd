import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { StoreId } from '../../../src/model/ids.js';
import { formatRecord } from '../../../src/records/csvRecords.js';
import type { ValueRow } from '../../../src/records/fieldValue.js';
import { readRecordFile, RecordFileWriter } from '../../../src/snapshot/recordFile.js';
import type { ObjectPart } from '../../../src/snapshot/snapshotFormat.js';
import { FileStore } from '../../../src/store/fileStore.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import { typedText } from '../support/arbitraries.js';
import { aField, anObject } from '../support/describes.js';
import { tempFolders } from '../support/tempFolder.js';
import { SNAPSHOT_AT } from '../support/worlds.js';

const DESCRIBE = anObject('Product2', [aField('Name'), aField('Price__c', 'currency')]);
const PART: ObjectPart = {
  object: 'Product2',
  rows: 0,
  startedAt: SNAPSHOT_AT,
  fields: ['Id', 'Name', 'Price__c'],
  data: 'records/Product2.csv.gz',
  describe: 'records/Product2.describe.json',
};

describe('a record file', () => {
  const temp = tempFolders();
  const aFolder = async (): Promise<StoreFolder> =>
    new FileStore(join(await temp(), '.rollback'), '.rollback').create(
      'snapshots',
      '20261121T053012Z-prod-3f9c1a' as StoreId
    );
  const read = async (folder: StoreFolder): Promise<ValueRow[]> => {
    const rows: ValueRow[] = [];
    for await (const row of readRecordFile(folder, PART, DESCRIBE)) rows.push(row);
    return rows;
  };
  const failure = (folder: StoreFolder): Promise<string> =>
    read(folder).then(
      () => 'read',
      (error: Error) => error.message
    );

  it('gives back every row in file order, in comparable form', async () => {
    const folder = await aFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(typedText, fc.constantFrom('', '1.50', '1E3')), { maxLength: 30 }),
        async (rows) => {
          const file = await RecordFileWriter.open(folder, PART.data);
          file.header(['Id', 'Name', 'Price__c']);
          await file.records(
            rows.map(([name, price], n) =>
              Buffer.from(formatRecord([`01t${String(n).padStart(12, '0')}`, name, price]))
            )
          );
          await file.close();
          const expected = rows.map(([name, price], n) => ({
            Id: `01t${String(n).padStart(12, '0')}AAA`,
            Name: name === '' ? null : name,
            Price__c: { '': null, '1.50': '1.5', '1E3': '1000' }[price],
          }));
          expect(await read(folder)).to.deep.equal(expected);
        }
      ),
      { numRuns: 25 }
    );
  });

  it('is plain CSV that any reader takes', async () => {
    const folder = await aFolder();
    const file = await RecordFileWriter.open(folder, PART.data);
    file.header(['Id', 'Name']);
    await file.records([Buffer.from('"1","a ""b"""'), Buffer.from('"2","x\ny"')]);
    const { bytes } = await file.close();
    const onDisk = await folder.read(PART.data);
    expect(bytes).to.equal(onDisk.length);
    expect(file.rawBytes).to.equal(gunzipSync(onDisk).length);
    expect(parse(gunzipSync(onDisk).toString('utf8'))).to.deep.equal([
      ['Id', 'Name'],
      ['1', 'a "b"'],
      ['2', 'x\ny'],
    ]);
  });

  it('larger than one piece is whole', async () => {
    const folder = await aFolder();
    const file = await RecordFileWriter.open(folder, PART.data);
    file.header(['Id', 'Name', 'Price__c']);
    for (let batch = 0; batch < 4; batch += 1)
      await file.records(
        Array.from({ length: 1_500 }, (_, n) =>
          Buffer.from(formatRecord([`01t${String(batch * 1_500 + n).padStart(12, '0')}`, 'x'.repeat(60), '1']))
        )
      );
    await file.close();
    const rows = await read(folder);
    expect(rows).to.have.lengthOf(6_000);
    expect(new Set(rows.map((row) => row.Id)).size).to.equal(6_000);
  });

  it('with a field that the describe does not know leaves that field out', async () => {
    const folder = await aFolder();
    await folder.write(PART.data, gzipSync('"Id","Unknown__c","Name"\n"01t000000000001","x","y"\n'));
    expect(await read(folder)).to.deep.equal([{ Id: '01t000000000001AAA', Name: 'y' }]);
  });

  it('that is damaged is never read as fewer rows', async () => {
    const folder = await aFolder();
    const text = '"Id","Name"\n"01t000000000001","x"\n"01t000000000002","y"\n';
    await folder.write(PART.data, gzipSync(text.replace(',"y"', '')));
    expect(await failure(folder)).to.equal('records/Product2.csv.gz: a row has 1 cells, the header 2');
    await folder.write(PART.data, gzipSync(text.slice(0, -2)));
    expect(await failure(folder)).to.not.equal('read');
    await folder.write(PART.data, gzipSync(text).subarray(0, -12));
    expect(await failure(folder)).to.not.equal('read');
    await folder.write(PART.data, gzipSync(''));
    expect(await read(folder)).to.deep.equal([]);
  });
});
