import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StoreId } from '../../../src/model/ids.js';
import { parseJson } from '../../../src/model/json.js';
import { permissionScopeOf } from '../../../src/permissions/permissionScope.js';
import { permissionsJson } from '../../../src/snapshot/capturePermissions.js';
import { jsonText } from '../../../src/snapshot/jsonFile.js';
import { openBaseline, readSnapshot } from '../../../src/snapshot/baseline.js';
import type { Snapshot } from '../../../src/snapshot/snapshotFormat.js';
import { FileStore } from '../../../src/store/fileStore.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import { refusalOf } from '../support/refusals.js';
import { aSnapshot, ORG, SNAPSHOT_ID } from '../support/snapshots.js';
import { tempFolders } from '../support/tempFolder.js';

const ID = SNAPSHOT_ID as StoreId;

const PERMISSIONS = { scope: permissionScopeOf([], []), parents: [], rows: [] };

describe('a snapshot in a store', () => {
  const temp = tempFolders();
  /** A whole snapshot, with the parts every snapshot has. */
  const written = async (
    more: Partial<Snapshot> = {}
  ): Promise<{ store: FileStore; folder: StoreFolder; path: string }> => {
    const root = await temp();
    const store = new FileStore(root, '.rollback');
    const folder = await store.create('snapshots', ID);
    const parts = [
      await folder.write('flows.json', JSON.stringify({ flows: [], absent: ['New'], bodies: [] })),
      await folder.write('components.json', JSON.stringify({ components: [], absent: [], wholeTypes: ['ApexClass'] })),
      await folder.write('permissions.json', permissionsJson(PERMISSIONS)),
    ];
    await folder.write(
      'snapshot.json',
      jsonText({ ...aSnapshot({ parts, ...more }), ...(more.digest ? { digest: more.digest } : {}) })
    );
    return { store, folder, path: join(root, 'snapshots', ID) };
  };
  const refused = async (store: FileStore, orgId = ORG): Promise<readonly string[]> => {
    const refusal = await refusalOf(() => openBaseline(store, ID, orgId));
    return [refusal.key, ...refusal.tokens];
  };

  it('opens as a baseline when it is whole and of this org', async () => {
    const { store } = await written();
    const baseline = await openBaseline(store, ID, ORG);
    expect(baseline.snapshot.id).to.equal(ID);
    expect(baseline.flows.absent).to.deep.equal(['New']);
    expect(baseline.components.wholeTypes).to.deep.equal(['ApexClass']);
  });

  it('means the same with the keys of its objects in another order; other white space is an edit', async () => {
    const { store, folder } = await written();
    const text = (await folder.read('snapshot.json')).toString('utf8');
    const turned = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value;
      if (Array.isArray(value)) return value.map(turned);
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, turned(inner)])
      );
    };
    await folder.write('snapshot.json', jsonText(turned(JSON.parse(text))));
    expect((await openBaseline(store, ID, ORG)).snapshot.id).to.equal(ID);
    await folder.write('snapshot.json', text.replace('{\n  ', '{\n   '));
    expect(await refused(store)).to.include('it was edited after it was written');
  });

  it('of another org is refused, naming both', async () => {
    const { store } = await written();
    expect(await refused(store, '00D000000000099EAA')).to.deep.equal([
      'wrongOrg',
      `snapshot ${ID}`,
      ORG,
      '00D000000000099EAA',
    ]);
  });

  it('that was never finished is refused', async () => {
    const store = new FileStore(await temp(), '.rollback');
    await store.create('snapshots', ID);
    expect((await refused(store)).slice(0, 3)).to.deep.equal(['snapshotDamaged', ID, 'snapshot.json']);
  });

  it('of which a part was edited, cut or removed is refused, naming the part', async () => {
    for (const [part, content] of [
      ['flows.json', '{"flows":[],"absent":["Nex"],"bodies":[]}'],
      ['components.json', '{'],
    ] as const) {
      const { store, path } = await written();
      await writeFile(join(path, part), content);
      expect((await refused(store)).slice(0, 3)).to.deep.equal(['snapshotDamaged', ID, part]);
    }
  });

  it('of which the file of record was edited is refused', async () => {
    const { store, folder } = await written();
    const text = (await folder.read('snapshot.json')).toString('utf8');
    for (const edited of [
      text.replace('"complete": true', '"complete": false'),
      text.replace('65.0', '64.0'),
      text.slice(0, -5),
      '{}',
      'null',
      text.replace('"format": 1', '"format": 1,"__proto__":{}'),
      text.replace('"format": 1', '"format":  1'),
    ]) {
      await folder.write('snapshot.json', edited);
      expect((await refused(store)).slice(0, 3), edited.slice(0, 80)).to.deep.equal([
        'snapshotDamaged',
        ID,
        'snapshot.json',
      ]);
    }
  });

  it('that was renamed is refused', async () => {
    const { folder } = await written({ id: '20261121T053000Z-prod-999999' });
    const refusal = await refusalOf(() => readSnapshot(folder));
    expect(refusal.tokens[2]).to.include('it says that it is 20261121T053000Z-prod-999999');
  });

  it('of a newer release is refused for that, not as damaged', async () => {
    const { folder } = await written();
    await folder.write('snapshot.json', JSON.stringify({ format: 99, whatever: true }));
    expect((await refusalOf(() => readSnapshot(folder))).key).to.equal('formatTooNew');
  });

  it('that reaches for files outside its folder is refused', async () => {
    const { store } = await written({ parts: [{ path: '../../x', sha256: '0'.repeat(64), bytes: 0 }] });
    expect((await refused(store))[0]).to.equal('snapshotDamaged');
  });

  it('that does not list a part it needs is refused', async () => {
    const { store } = await written({ parts: [] });
    expect((await refused(store)).slice(0, 2)).to.deep.equal(['snapshotDamaged', ID]);
  });
});

describe('JSON from a file', () => {
  it('cannot reach an object’s prototype', () => {
    expect(() => parseJson('{"a":{"__proto__":{"x":1}}}')).to.throw('__proto__');
    expect(parseJson('{"a":[1,null]}')).to.deep.equal({ a: [1, null] });
  });
});
