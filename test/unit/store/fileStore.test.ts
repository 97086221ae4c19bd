import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import type { StoreId } from '../../../src/model/ids.js';
import { FileStore } from '../../../src/store/fileStore.js';
import { staysInside } from '../../../src/store/inside.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import { refusalOf } from '../support/refusals.js';
import { tempFolders } from '../support/tempFolder.js';

const ID = '20261121T053012Z-prod-3f9c1a' as StoreId;
const OLDER = '20261120T053012Z-prod-ffffff' as StoreId;
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Paths that would leave the folder, or that mean another path. */
const ESCAPES = [
  '',
  '/etc/passwd',
  '../x',
  '..',
  'a/../../x',
  'a/../b',
  './a',
  'a//b',
  'a\\..\\x',
  'a\0b',
  '../../runs/other/journal.ndjson',
  '.',
  'a/',
];

describe('a store in a folder', () => {
  const temp = tempFolders();
  const aStore = async (): Promise<{ root: string; store: FileStore }> => {
    const root = join(await temp(), 'project', '.rollback');
    return { root, store: new FileStore(root, '.rollback') };
  };
  const aFolder = async (): Promise<{ root: string; store: FileStore; folder: StoreFolder; path: string }> => {
    const { root, store } = await aStore();
    return { root, store, folder: await store.create('snapshots', ID), path: join(root, 'snapshots', ID) };
  };
  const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

  it('is not made before something is put into it', async () => {
    const { root, store } = await aStore();
    expect(await store.ids('snapshots')).to.deep.equal([]);
    expect(await stat(root).catch(() => 'missing')).to.equal('missing');
  });

  it('tells git to leave all of it alone, from the first thing on', async () => {
    const { root, store } = await aStore();
    await store.create('runs', ID);
    expect(await readFile(join(root, '.gitignore'), 'utf8')).to.equal('*\n');
  });

  it('leaves a .gitignore alone that is already there', async () => {
    const { root, store } = await aStore();
    await mkdir(root, { recursive: true });
    await writeFile(join(root, '.gitignore'), '# ours\n');
    await store.create('runs', ID);
    expect(await readFile(join(root, '.gitignore'), 'utf8')).to.equal('# ours\n');
  });

  it('keeps everything private: folders 0700, files 0600', async function () {
    if (process.platform === 'win32') this.skip();
    const { root, store, folder, path } = await aFolder();
    await folder.write('snapshot.json', '{}');
    await folder.write('flows/A/1.flow-meta.xml', '<Flow/>');
    await folder.append('journal.ndjson', '{}');
    const sink = await folder.openSink('records/Product2.csv.gz');
    await sink.close();
    const lock = await store.lock('00D000000000062EAA', 'a test');
    for (const each of [
      root,
      join(root, 'snapshots'),
      path,
      join(path, 'flows'),
      join(path, 'flows', 'A'),
      join(path, 'records'),
      join(root, 'locks'),
    ]) {
      expect(await modeOf(each), each).to.equal('700');
    }
    for (const each of [
      '.gitignore',
      `snapshots/${ID}/snapshot.json`,
      `snapshots/${ID}/flows/A/1.flow-meta.xml`,
      `snapshots/${ID}/journal.ndjson`,
      `snapshots/${ID}/records/Product2.csv.gz`,
      'locks/00D000000000062EAA.json',
    ]) {
      expect(await modeOf(join(root, each)), each).to.equal('600');
    }
    await lock.release();
  });

  it('opens what is there and refuses what is not, naming it', async () => {
    const { root, store } = await aFolder();
    expect((await store.open('snapshots', ID)).id).to.equal(ID);
    const refusal = await refusalOf(() => store.open('plans', ID));
    expect([refusal.key, refusal.tokens]).to.deep.equal(['notInStore', ['plan', ID, '.rollback']]);
    await writeFile(join(root, 'snapshots', OLDER), 'a file is no snapshot');
    expect((await refusalOf(() => store.open('snapshots', OLDER))).key).to.equal('notInStore');
  });

  it('lists ids of a kind, oldest first, and nothing else that lies there', async () => {
    const { root, store } = await aFolder();
    await store.create('snapshots', OLDER);
    await store.create('runs', '20261122T053012Z-prod-000000' as StoreId);
    await mkdir(join(root, 'snapshots', 'notes'));
    await writeFile(join(root, 'snapshots', '.DS_Store'), '');
    expect(await store.ids('snapshots')).to.deep.equal([OLDER, ID]);
  });

  it('shows people a path without the place where the store lies', async () => {
    const { folder } = await aFolder();
    expect(folder.display).to.equal(`.rollback/snapshots/${ID}`);
  });

  it('holds no absolute path in any file it makes by itself', async () => {
    const { root, store } = await aFolder();
    const lock = await store.lock('00D000000000062EAA', 'a test');
    for (const file of ['.gitignore', 'locks/00D000000000062EAA.json'])
      expect(await readFile(join(root, file), 'utf8')).to.not.include(root);
    await lock.release();
  });

  describe('writing a file', () => {
    it('leaves exactly the content, under its name, and says how much it is', async () => {
      const { folder, path } = await aFolder();
      for (const content of ['', 'é漢🙂\n', Buffer.from([0, 255, 10, 13])]) {
        const written = await folder.write('a/b.txt', content);
        const bytes = Buffer.from(content as string);
        expect((await readFile(join(path, 'a', 'b.txt'))).equals(bytes)).to.equal(true);
        expect(written).to.deep.equal({ path: 'a/b.txt', sha256: sha256(bytes), bytes: bytes.length });
        expect(await folder.stat('a/b.txt')).to.deep.equal(written);
        expect((await folder.read('a/b.txt')).equals(bytes)).to.equal(true);
      }
    });

    it('leaves nothing beside it', async () => {
      const { folder, path } = await aFolder();
      await folder.write('a.json', '1');
      await folder.write('a.json', '2');
      expect(await readdir(path)).to.deep.equal(['a.json']);
    });

    it('replaces a file whole: a reader sees the old content or the new one, never a piece', async () => {
      const { folder } = await aFolder();
      const contents = ['a', 'b'].map((letter) => letter.repeat(400_000));
      await folder.write('big.txt', contents[0] as string);
      let writing = true;
      const writer = (async () => {
        for (let round = 0; round < 10; round += 1) await folder.write('big.txt', contents[round % 2] as string);
        writing = false;
      })();
      const seen = new Set<string>();
      while (writing) seen.add((await folder.read('big.txt')).toString('utf8'));
      await writer;
      expect([...seen].filter((content) => !contents.includes(content)).length).to.equal(0);
    });

    it('leaves the old file when the new one cannot be put in its place', async () => {
      const { folder, path } = await aFolder();
      await mkdir(join(path, 'taken', 'inside'), { recursive: true });
      expect(
        await folder.write('taken', 'x').then(
          () => 'written',
          () => 'failed'
        )
      ).to.equal('failed');
      expect(await readdir(join(path, 'taken'))).to.deep.equal(['inside']);
      expect(await readdir(path)).to.deep.equal(['taken']);
    });
  });

  describe('a path that leaves its folder', () => {
    for (const path of ESCAPES) {
      it(`is refused: ${JSON.stringify(path)}`, async () => {
        const { folder, root } = await aFolder();
        for (const act of [
          () => folder.write(path, 'x'),
          () => folder.append(path, 'x'),
          () => folder.openSink(path),
          () => folder.readParts(path, [{ offset: 0, bytes: 1 }]).next(),
          () => folder.read(path),
          () => folder.exists(path),
          () => folder.stat(path),
          () => folder.list(path),
          () => folder.readStream(path),
        ]) {
          expect((await refusalOf(act)).key).to.equal('pathLeavesFolder');
        }
        expect(await readdir(root)).to.deep.equal(['.gitignore', 'snapshots']);
      });
    }

    it('is refused where a symbolic link leads out, for reading and for writing', async () => {
      const { folder, path } = await aFolder();
      const outside = await temp();
      await writeFile(join(outside, 'secret'), 'x');
      await symlink(outside, join(path, 'link'));
      await symlink(join(outside, 'secret'), join(path, 'file'));
      for (const act of [
        () => folder.read('link/secret'),
        () => folder.read('file'),
        () => folder.stat('file'),
        () => folder.exists('link/secret'),
        () => folder.write('link/new', 'x'),
        () => folder.append('file', 'x'),
      ])
        expect((await refusalOf(act)).key).to.equal('pathLeavesFolder');
      expect(await readdir(outside)).to.deep.equal(['secret']);
      expect(await readFile(join(outside, 'secret'), 'utf8')).to.equal('x');
    });

    it('names a drive, or on Windows a device', () => {
      expect(['C:x', 'c:/x'].map((path) => staysInside(path, 'linux'))).to.deep.equal([false, false]);
      expect(['a/con', 'NUL.txt', 'a/b.', 'a:b', 'fine'].map((path) => staysInside(path, 'win32'))).to.deep.equal([
        ...[false, false, false, false],
        true,
      ]);
    });

    it('is not taken for one when it only looks unusual', async () => {
      const { folder } = await aFolder();
      for (const path of ['a..b', 'a b/ü.txt', '.hidden', 'a/..b']) {
        await folder.write(path, path);
        expect((await folder.read(path)).toString()).to.equal(path);
      }
    });
  });

  describe('appending lines', () => {
    it('keeps every line in order, each with its line break', async () => {
      const { folder, path } = await aFolder();
      for (const line of ['one', 'zwei é', '{"n":3}']) await folder.append('journal.ndjson', line);
      expect(await readFile(join(path, 'journal.ndjson'), 'utf8')).to.equal('one\nzwei é\n{"n":3}\n');
    });

    it('goes on where an earlier process stopped', async () => {
      const { folder, store } = await aFolder();
      await folder.append('a/journal.ndjson', 'one');
      await (await store.open('snapshots', ID)).append('a/journal.ndjson', 'two');
      expect((await folder.read('a/journal.ndjson')).toString()).to.equal('one\ntwo\n');
    });
  });

  describe('a file written in pieces', () => {
    it('holds all pieces, with the digest and size of what lies on the disk', async () => {
      const { folder, path } = await aFolder();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 12 }), async (list) => {
          const sink = await folder.openSink('records/X.csv.gz');
          for (const piece of list) await sink.write(piece);
          const written = await sink.close();
          const onDisk = await readFile(join(path, 'records', 'X.csv.gz'));
          expect(onDisk.equals(Buffer.concat(list))).to.equal(true);
          expect(written).to.deep.equal({ path: 'records/X.csv.gz', sha256: sha256(onDisk), bytes: onDisk.length });
          expect(await folder.stat('records/X.csv.gz')).to.deep.equal(written);
        }),
        { numRuns: 25 }
      );
    });

    it('may be large and hard to compress', async () => {
      const { folder, path } = await aFolder();
      const piece = randomBytes(1024 * 1024);
      const sink = await folder.openSink('X.csv.gz');
      for (let n = 0; n < 4; n += 1) await sink.write(piece);
      const written = await sink.close();
      expect(written.bytes).to.equal(4 * 1024 * 1024);
      expect((await readFile(join(path, 'X.csv.gz'))).length).to.equal(4 * 1024 * 1024);
    });

    it('fails in good time, and leaves nothing, when its file cannot be opened', async () => {
      const { folder, path } = await aFolder();
      // Long enough that the temporary name is longer than any file system takes.
      const name = 'x'.repeat(250);
      const said = async (act: () => Promise<unknown>): Promise<string | undefined> =>
        act().then(
          () => 'written',
          (error: NodeJS.ErrnoException) => error.code
        );
      expect(await said(async () => void (await folder.openSink(name)))).to.equal('ENAMETOOLONG');
      expect(await readdir(path)).to.deep.equal([]);
    });

    it('fails in good time, and leaves nothing, when the disk is full', async function () {
      if (process.platform === 'win32') this.skip();
      this.timeout(30_000);
      const { path, root } = await aFolder();
      const module = new URL('../../../src/store/fileStore.ts', import.meta.url).href;
      const script = `
        const { FileStore } = await import(${JSON.stringify(module)});
        const { randomBytes } = await import('node:crypto');
        const folder = await new FileStore(process.env.STORE, 'store').open('snapshots', ${JSON.stringify(ID)});
        const sink = await folder.openSink('X.csv.gz');
        const result = await (async () => {
          for (let n = 0; n < 16; n += 1) await sink.write(randomBytes(1024 * 1024));
          await sink.close();
        })().then(() => 'written', (error) => error.code);
        const again = await sink.close().then(() => 'written', (error) => error.code);
        console.log(JSON.stringify([result, again]));`;
      // A limit on the size of a file says no at a write in the middle, as a full disk does.
      const { stdout } = await promisify(execFile)(
        'sh',
        ['-c', 'ulimit -f 2048; exec "$0" --import tsx --input-type=module -e "$1"', process.execPath, script],
        { env: { ...process.env, STORE: root, TSX_DISABLE_CACHE: '1' }, timeout: 20_000 }
      );
      expect(JSON.parse(stdout)).to.deep.equal(['EFBIG', 'EFBIG']);
      expect(await readdir(path)).to.deep.equal([]);
    });

    it('does not exist under its name, or in any list, before it is whole', async () => {
      const { folder } = await aFolder();
      const sink = await folder.openSink('records/X.csv.gz');
      await sink.write(Buffer.from('half'));
      expect(await folder.exists('records/X.csv.gz')).to.equal(false);
      expect(await folder.list()).to.deep.equal([]);
      await sink.close();
      expect(await folder.list()).to.deep.equal(['records/X.csv.gz']);
    });
  });

  describe('looking into a folder', () => {
    it('lists every file by its relative path, in one order, below a part of it too', async () => {
      const { folder } = await aFolder();
      for (const path of ['b.json', 'a/c/2.txt', 'a/1.txt']) await folder.write(path, 'x');
      expect(await folder.list()).to.deep.equal(['a/1.txt', 'a/c/2.txt', 'b.json']);
      expect(await folder.list('a')).to.deep.equal(['a/1.txt', 'a/c/2.txt']);
      expect(await folder.list('nowhere')).to.deep.equal([]);
    });

    it('does not list what a crash left half written', async () => {
      const { folder, path } = await aFolder();
      await writeFile(join(path, 'plan.json.1a2b3c4d.tmp'), '{');
      expect(await folder.list()).to.deep.equal([]);
    });

    it('says what is there and what is not', async () => {
      const { folder } = await aFolder();
      await folder.write('a.json', '1');
      expect([await folder.exists('a.json'), await folder.exists('b.json')]).to.deep.equal([true, false]);
      expect(
        await folder.read('b.json').then(
          () => 'read',
          (error: NodeJS.ErrnoException) => error.code
        )
      ).to.equal('ENOENT');
      expect(
        await folder.stat('b.json').then(
          () => 'read',
          (error: NodeJS.ErrnoException) => error.code
        )
      ).to.equal('ENOENT');
    });

    it('sees a changed byte in the digest', async () => {
      const { folder, path } = await aFolder();
      const written = await folder.write('a.csv', 'one,two');
      await writeFile(join(path, 'a.csv'), 'one,twp');
      const now = await folder.stat('a.csv');
      expect(now.bytes).to.equal(written.bytes);
      expect(now.sha256).to.not.equal(written.sha256);
    });
  });

  it('does not list files behind a link out of it', async function () {
    if (process.platform === 'win32') this.skip();
    const { folder, path } = await aFolder();
    const elsewhere = await temp();
    await writeFile(join(elsewhere, 'secret.txt'), 'x');
    await symlink(elsewhere, join(path, 'link'));
    expect(await folder.list()).to.deep.equal([]);
  });
});
