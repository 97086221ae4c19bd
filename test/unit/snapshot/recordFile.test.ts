import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { StoreId } from '../../../src/model/ids.js';
import { pieceOf, type RecordPiece } from '../../../src/records/csvRecords.js';
import type { ValueRow } from '../../../src/records/fieldValue.js';
import { readRecordFile, readRecordsById, readRecordsMentioning } from '../../../src/snapshot/recordFile.js';
import { RecordFileWriter } from '../../../src/snapshot/recordFileWriter.js';
import type { ObjectPart } from '../../../src/snapshot/snapshotFormat.js';
import { NODE_DISK, type Disk } from '../../../src/store/disk.js';
import { FileStore } from '../../../src/store/fileStore.js';
import type { FilePart, StoreFolder } from '../../../src/store/ports.js';
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
  const aFolder = async (disk = NODE_DISK): Promise<StoreFolder> =>
    new FileStore(join(await temp(), '.rollback'), '.rollback', disk).create(
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
          for (const [n, [name, price]] of rows.entries())
            await file.records(pieceOf([`01t${String(n).padStart(12, '0')}`, name, price]));
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
    await file.records(pieceOf(['1', 'a "b"']));
    await file.records(pieceOf(['2', 'x\ny']));
    const written = await file.close();
    const onDisk = await folder.read(PART.data);
    expect(written.file.bytes).to.equal(onDisk.length);
    expect(parse(gunzipSync(onDisk).toString('utf8'))).to.deep.equal([
      ['Id', 'Name'],
      ['1', 'a "b"'],
      ['2', 'x\ny'],
    ]);
  });

  describe('of many blocks', () => {
    const COUNT = 6_000;
    const idAt = (n: number): string => `01t${String(n).padStart(12, '0')}AAA`;
    const rowAt = (n: number): string[] => [idAt(n), `${'x'.repeat(60)} ${n % 7 === 0 ? idAt(n + 1) : n}`, '1'];
    const together = (rows: readonly string[][]): RecordPiece => {
      const pieces = rows.map(pieceOf);
      let end = 0;
      return {
        bytes: Buffer.concat(pieces.map(({ bytes }) => bytes)),
        ends: pieces.map(({ bytes }) => (end += bytes.length)),
      };
    };
    /** Some rows of each page at a time; the first page is the slowest. */
    const written = async (pages: number, disk = NODE_DISK): Promise<{ folder: StoreFolder; part: ObjectPart }> => {
      const folder = await aFolder(disk);
      const file = await RecordFileWriter.open(folder, PART.data);
      file.header(['Id', 'Name', 'Price__c']);
      const size = COUNT / pages;
      await Promise.all(
        Array.from({ length: pages }, async (_, page) => {
          for (let n = page * size; n < (page + 1) * size; n += 50) {
            if (page === 0) await new Promise((resolve) => setTimeout(resolve, 1));
            await file.records(together(Array.from({ length: 50 }, (__, at) => rowAt(n + at))), page);
          }
          file.endOfPage(page);
        })
      );
      const { index } = await file.close();
      expect(index?.path).to.equal('records/Product2.index.ndjson');
      return { folder, part: { ...PART, rows: COUNT, index: String(index?.path) } };
    };
    const all = async (rows: AsyncIterable<ValueRow>): Promise<ValueRow[]> => {
      const found: ValueRow[] = [];
      for await (const row of rows) found.push(row);
      return found;
    };

    it('has its pages in order, however they came', async () => {
      const { folder, part } = await written(4);
      const rows = await all(readRecordFile(folder, part, DESCRIBE));
      expect(rows.map((row) => row.Id)).to.deep.equal(Array.from({ length: COUNT }, (_, n) => idAt(n)));
      const plain = gunzipSync(await folder.read(part.data)).toString('utf8');
      expect(parse(plain)).to.deep.equal([
        ['Id', 'Name', 'Price__c'],
        ...Array.from({ length: COUNT }, (_, n) => rowAt(n)),
      ]);
    });

    it('has every byte as it was, on a disk that takes its time with each write', async () => {
      const slow: Disk = {
        ...NODE_DISK,
        create: async (path) => {
          const file = await NODE_DISK.create(path);
          const write = async (bytes: Uint8Array): Promise<void> => {
            await new Promise((resolve) => setTimeout(resolve, 5));
            await file.write(bytes);
          };
          return { ...file, write };
        },
      };
      const { folder, part } = await written(4, slow);
      const plain = gunzipSync(await folder.read(part.data)).toString('utf8');
      expect(parse(plain).slice(1)).to.deep.equal(Array.from({ length: COUNT }, (_, n) => rowAt(n)));
    });

    it('gives single rows without reading the others', async () => {
      const { folder, part } = await written(1);
      const wanted = new Set([idAt(0), idAt(333), idAt(COUNT)]);
      let read = 0;
      const counting = Object.assign(Object.create(folder) as StoreFolder, {
        readParts: (path: string, parts: readonly FilePart[]) => {
          read += parts.reduce((sum, { bytes }) => sum + bytes, 0);
          return folder.readParts(path, parts);
        },
      });
      const rows = await all(readRecordsById(counting, part, DESCRIBE, wanted));
      expect(rows.map((row) => row.Id)).to.deep.equal([idAt(0), idAt(333)]);
      expect(read).to.be.lessThan((await folder.stat(part.data)).bytes / 2);
    });

    it('gives the rows that are asked for, few or many of a block, and those between them that are not there', async () => {
      const { folder, part } = await written(2);
      const every = await all(readRecordFile(folder, part, DESCRIBE));
      for (const step of [1, 7, 400, 2_999]) {
        const ids = new Set(every.filter((_row, at) => at % step === 0).flatMap((row) => row.Id ?? []));
        const between = [...ids].map((id) => id.replace('AAA', 'AAZ'));
        const rows = await all(readRecordsById(folder, part, DESCRIBE, ids));
        expect(rows).to.deep.equal(every.filter(({ Id }) => ids.has(String(Id))));
        expect(await all(readRecordsById(folder, part, DESCRIBE, new Set([...between, ...ids])))).to.deep.equal(rows);
        expect(await all(readRecordsById(folder, part, DESCRIBE, new Set(between)))).to.deep.equal([]);
      }
    });

    it('gives the rows that hold an Id somewhere', async () => {
      const { folder, part } = await written(1);
      const rows = await all(readRecordsMentioning(folder, part, DESCRIBE, new Set([idAt(701)])));
      expect(rows.map((row) => row.Id)).to.deep.equal([idAt(700), idAt(701)]);
    });

    it('is not read where the index tells of other blocks', async () => {
      const { folder, part } = await written(1);
      const index = (await folder.read(String(part.index))).toString('utf8').split('\n');
      for (const damaged of [index.slice(1), [index[0], ...index.slice(2)], [...index.slice(0, 2), 'null']]) {
        await folder.write(String(part.index), damaged.join('\n'));
        const result = await all(readRecordFile(folder, part, DESCRIBE)).then(
          () => 'read',
          () => 'refused'
        );
        expect(result).to.equal('refused');
      }
    });
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
