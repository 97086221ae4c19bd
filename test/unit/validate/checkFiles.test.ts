import { jsonText } from '../../../src/snapshot/jsonFile.js';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { sha256 } from '../../../src/model/digest.js';
import { SILENT } from '../../../src/model/progress.js';
import type { ObjectDescribe } from '../../../src/records/objectDescribe.js';
import { pieceOf } from '../../../src/records/csvRecords.js';
import { RecordFileWriter } from '../../../src/snapshot/recordFileWriter.js';
import type { SnapshotPart } from '../../../src/snapshot/snapshotFormat.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import { checkFiles } from '../../../src/validate/checkFiles.js';
import { verifySnapshot, type Verification } from '../../../src/validate/verifySnapshot.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { aSnapshot } from '../support/snapshots.js';
import { putSnapshot, storeIdOf } from '../support/stores.js';
import { refusalOf } from '../support/refusals.js';
import { SNAPSHOT_AT } from '../support/worlds.js';

const ID = storeIdOf(1);
const DATA = 'records/Product2.csv.gz';
const describe_: ObjectDescribe = {
  name: 'Product2',
  keyPrefix: '01t',
  createable: true,
  updateable: true,
  deletable: true,
  undeletable: true,
  customSetting: false,
  fields: [],
  childRelationships: [],
};

/** A snapshot of one flow, one class and three products, written as the real ones are. */
async function written(store: MemoryStore, rows = 3): Promise<StoreFolder> {
  const folder = await store.create('snapshots', ID);
  const parts: SnapshotPart[] = [];
  const put = async (path: string, content: string): Promise<void> =>
    void parts.push(await folder.write(path, content));
  const writer = await RecordFileWriter.open(folder, DATA);
  writer.header(['Id', 'Name']);
  for (let n = 0; n < 3; n += 1) await writer.records(pieceOf([`01t00000000000${n}AAA`, `line\nbreak "${n}"`]));
  parts.push({ ...(await writer.close()).file, rows });
  await put('records/Product2.describe.json', JSON.stringify(describe_));
  await put('metadata/classes/A.cls', 'public class A { }');
  await put('flows/Pricing/2.flow-meta.xml', '<Flow/>');
  await put(
    'flows.json',
    JSON.stringify({
      flows: [
        {
          name: 'Pricing',
          definitionId: '300',
          managed: false,
          activeVersion: 2,
          latestVersion: 2,
          versions: [{ number: 2, status: 'Active', lastModifiedAt: SNAPSHOT_AT, lastModifiedById: '005' }],
        },
      ],
      absent: [],
      bodies: [{ flow: 'Pricing', version: 2, digest: sha256(''), path: 'flows/Pricing/2.flow-meta.xml' }],
    })
  );
  await put(
    'components.json',
    JSON.stringify({
      components: [{ type: 'ApexClass', fullName: 'A', digest: sha256(''), paths: ['classes/A.cls'] }],
      absent: [],
      wholeTypes: [],
    })
  );
  await putSnapshot(store, ID, {
    parts,
    objects: [
      {
        object: 'Product2',
        rows,
        startedAt: SNAPSHOT_AT,
        fields: ['Id', 'Name'],
        data: DATA,
        describe: 'records/Product2.describe.json',
      },
    ],
    counts: { ...aSnapshot().counts, flows: 1, flowVersions: 1, components: 1, objects: 1, records: rows },
  });
  return folder;
}

describe('verifying a snapshot', () => {
  let store: MemoryStore;
  beforeEach(() => {
    store = new MemoryStore();
  });
  const verify = (): Promise<Verification> => verifySnapshot(store, ID, undefined, SILENT);
  const damages = async (): Promise<string[]> =>
    (await verify()).damages.map(({ path, reason }) => `${path}: ${reason}`);

  it('finds a snapshot whole that is as it was written, and says how much it looked at', async () => {
    await written(store);
    const { state, checked, strangers, deep } = await verify();
    expect([state, strangers, deep]).to.deep.equal(['whole', [], null]);
    expect(checked).to.include({ files: 6, rows: 3, objects: 1, flows: 1, components: 1 });
    expect(checked.rawBytes).to.be.greaterThan(100);
  });

  it('notices every single byte of every file that is not as it was written', async () => {
    const folder = await written(store);
    for (const path of await folder.list()) {
      if (path === 'snapshot.json') continue;
      const good = await folder.read(path);
      for (let at = 0; at < good.length; at += 1) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] as number) ^ 1;
        await folder.write(path, bad);
        expect(
          (await verify()).damages.map((damage) => damage.path),
          `${path} byte ${at}`
        ).to.deep.equal([path]);
      }
      await folder.write(path, good);
    }
    expect((await verify()).state).to.equal('whole');
  }).timeout(60_000);

  it('names every damage, not only the first', async () => {
    const folder = await written(store);
    const data = await folder.read(DATA);
    await folder.write(DATA, data.subarray(0, data.length - 9));
    await folder.write('metadata/classes/A.cls', 'public class A { /* more */ }');
    await folder.write('flows.json', (await folder.read('flows.json')).toString().replace('Pricing', 'Prizing'));
    expect(await damages()).to.deep.equal([
      'flows.json: its content is not what was written (SHA-256)',
      'metadata/classes/A.cls: it has 29 bytes of 18',
      `${DATA}: it cannot be unpacked: unexpected end of file`,
    ]);
  });

  it('counts rows itself: a file with fewer rows than written down is damaged although its hash fits', async () => {
    await written(store, 4);
    expect(await damages()).to.deep.equal([`${DATA}: it has 3 rows of 4`]);
  });

  it('holds the header against the fields, and the end against an open quote', async () => {
    const folder = await written(store);
    const snapshot = aSnapshot({ id: ID });
    const check = async (csv: string, fields: string[]): Promise<string[]> => {
      const file = await folder.write(DATA, gzipSync(csv));
      const object = { object: 'P', rows: 1, startedAt: SNAPSHOT_AT, fields, data: DATA, describe: '' };
      const seen = await checkFiles(folder, { ...snapshot, parts: [file], objects: [object] }, SILENT);
      return seen.damages.map(({ reason }) => reason).filter((reason) => !reason.includes('.json'));
    };
    expect(await check('"Id","Name"\n"1","a"\n', ['Id', 'Nam'])).to.include(
      'its columns are not the fields written down'
    );
    expect(await check('"Id"\n"1\n', ['Id'])).to.include('it ends inside a row');
    expect(gunzipSync(await folder.read(DATA)).toString()).to.equal('"Id"\n"1\n');
  });

  it('names files that belong to nothing, and does not call that damage', async () => {
    const folder = await written(store);
    await folder.write('metadata/classes/Stranger.cls', 'x');
    const { state, strangers } = await verify();
    expect([state, strangers]).to.deep.equal(['whole', ['metadata/classes/Stranger.cls']]);
  });

  it('tells holes from damage', async () => {
    await putSnapshot(store, ID, {
      complete: false,
      gaps: [{ kind: 'rows', name: 'Product2', severity: 'hole', reason: 'not seen' }],
      parts: [],
    });
    // Without flows.json and components.json it is no snapshot at all.
    expect((await verify()).state).to.equal('damaged');
    const folder = await written(store);
    const whole = JSON.parse((await folder.read('snapshot.json')).toString()) as Parameters<typeof aSnapshot>[0];
    const { digest: dropped, ...body } = whole as ReturnType<typeof aSnapshot>;
    void dropped;
    await folder.write(
      'snapshot.json',
      jsonText(
        aSnapshot({
          ...body,
          complete: false,
          gaps: [{ kind: 'rows', name: 'Product2', severity: 'hole', reason: 'not seen' }],
        })
      )
    );
    const { state, holes } = await verify();
    expect([state, holes.map(({ name }) => name)]).to.deep.equal(['incomplete', ['Product2']]);
  });

  it('refuses a snapshot.json that was edited or never written', async () => {
    await store.create('snapshots', ID);
    expect((await refusalOf(verify)).key).to.equal('snapshotDamaged');
    const folder = await written(store);
    await folder.write('snapshot.json', (await folder.read('snapshot.json')).toString().replace('olga', 'eve'));
    expect((await refusalOf(verify)).key).to.equal('snapshotDamaged');
  });
});
