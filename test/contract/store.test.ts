import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeStoreId } from '../../src/model/ids.js';
import { Refusal } from '../../src/model/refusal.js';
import { FileStore } from '../../src/store/fileStore.js';
import type { Store, StoreFolder } from '../../src/store/ports.js';
import { MemoryStore } from '../support/memoryStore.js';

const EARLY = makeStoreId(new Date('2026-03-01T10:00:00Z'), 'prod', '00000a');
const LATE = makeStoreId(new Date('2026-03-02T10:00:00Z'), 'prod', '00000b');

const folders: string[] = [];

function fileStore(): Store {
  const folder = mkdtempSync(join(tmpdir(), 'rollback-contract-'));
  folders.push(folder);
  return new FileStore(join(folder, '.rollback'), '.rollback');
}

/** What a failure says: the key of a refusal, or the code of a system error. */
async function failure(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return error instanceof Refusal ? error.key : String((error as { code?: string }).code);
  }
  return 'none';
}

for (const { name, make } of [
  { name: 'on disk', make: fileStore },
  { name: 'in memory', make: () => new MemoryStore() },
]) {
  describe(`a store ${name}`, () => {
    let store: Store;
    let folder: StoreFolder;
    beforeEach(async () => {
      store = make();
      folder = await store.create('runs', LATE);
    });
    after(() => {
      for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
    });

    it('gives back what was written, with its digest and size', async () => {
      const written = await folder.write('a/b.txt', 'grüße\n');
      expect((await folder.read('a/b.txt')).toString('utf8')).to.equal('grüße\n');
      expect(written).to.deep.equal(await folder.stat('a/b.txt'));
      expect(written).to.include({ path: 'a/b.txt', bytes: 8 });
      const chunks: Buffer[] = [];
      for await (const chunk of folder.readStream('a/b.txt')) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).toString('utf8')).to.equal('grüße\n');
    });

    it('replaces a file that is written again', async () => {
      await folder.write('x', 'long content');
      await folder.write('x', new Uint8Array([1, 2]));
      expect([...(await folder.read('x'))]).to.deep.equal([1, 2]);
    });

    it('writes a file in pieces, and reads any part of it', async () => {
      const sink = await folder.openSink('records/A.csv.gz');
      await sink.write(Buffer.from('one,'));
      await sink.write(Buffer.from('two\n'));
      const written = await sink.close();
      expect((await folder.read('records/A.csv.gz')).toString()).to.equal('one,two\n');
      expect(written).to.deep.equal(await folder.stat('records/A.csv.gz'));
      const parts = async (...places: Array<[offset: number, bytes: number]>): Promise<string[]> => {
        const found: string[] = [];
        const wanted = places.map(([offset, bytes]) => ({ offset, bytes }));
        for await (const part of folder.readParts('records/A.csv.gz', wanted)) found.push(part.toString());
        return found;
      };
      expect(await parts([2, 3])).to.deep.equal(['e,t']);
      expect(await parts([0, 1], [1, 2], [5, 2], [0, 3])).to.deep.equal(['o', 'ne', 'wo', 'one']);
      expect(await failure(() => parts([6, 3]))).to.be.a('string');
      expect(await failure(() => parts([0, 3], [6, 3]))).to.be.a('string');
    });

    it('leaves nothing of a file that was given up', async () => {
      const sink = await folder.openSink('records/A.csv.gz');
      await sink.write(Buffer.from('half'));
      await sink.drop();
      expect(await folder.list()).to.deep.equal([]);
    });

    it('appends lines, also to a file that was read in between', async () => {
      await folder.append('journal.ndjson', '1');
      await folder.append('journal.ndjson', '2');
      expect((await folder.read('journal.ndjson')).toString()).to.equal('1\n2\n');
      await folder.append('journal.ndjson', '3');
      expect((await folder.read('journal.ndjson')).toString()).to.equal('1\n2\n3\n');
      expect(await folder.stat('journal.ndjson')).to.include({ bytes: 6 });
    });

    it('lists files, all or below a folder, sorted', async () => {
      await folder.write('b/2', '');
      await folder.write('b/1', '');
      await folder.append('a', 'line');
      expect(await folder.list()).to.deep.equal(['a', 'b/1', 'b/2']);
      expect(await folder.list('b')).to.deep.equal(['b/1', 'b/2']);
      expect(await folder.list('none')).to.deep.equal([]);
      expect([await folder.exists('a'), await folder.exists('b/3')]).to.deep.equal([true, false]);
    });

    it('refuses a path that leaves its folder', async () => {
      for (const path of ['../x', '/x', 'a/../../x', 'a//b', '', 'a\\b'])
        expect(await failure(() => folder.write(path, 'x')), path).to.equal('pathLeavesFolder');
    });

    it('says that a file is not there', async () => {
      expect(await failure(() => folder.read('none'))).to.equal('ENOENT');
      expect(await failure(() => folder.stat('none'))).to.equal('ENOENT');
    });

    it('finds folders by id, oldest first, and says when there is none', async () => {
      await store.create('runs', EARLY);
      await (await store.open('runs', EARLY)).write('x', 'early');
      expect(await store.ids('runs')).to.deep.equal([EARLY, LATE]);
      expect(await store.ids('plans')).to.deep.equal([]);
      expect((await (await store.open('runs', EARLY)).read('x')).toString()).to.equal('early');
      expect((await store.open('runs', LATE)).display).to.equal(`.rollback/runs/${LATE}`);
      expect(await failure(store.open('plans', LATE))).to.equal('notInStore');
    });

    it('keeps what a folder holds when it is created once more', async () => {
      await folder.write('x', '1');
      expect(await (await store.create('runs', LATE)).exists('x')).to.equal(true);
    });

    it('lets one at a time hold the lock of an org', async () => {
      const lock = await store.lock('00D5g00000Cup01EAB', 'first');
      expect(await failure(store.lock('00D5g00000Cup01EAB', 'second'))).to.equal('locked');
      await (await store.lock('00D5g00000Cup02EAB', 'other org')).release();
      await lock.release();
      await (await store.lock('00D5g00000Cup01EAB', 'second')).release();
    });
  });
}
