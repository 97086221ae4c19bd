import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readJournal } from '../../../src/apply/journal/journal.js';
import { RunJournal } from '../../../src/apply/runContext.js';
import type { StoreId } from '../../../src/model/ids.js';
import { NODE_DISK, type Disk, type OpenFile } from '../../../src/store/disk.js';
import { FileStore } from '../../../src/store/fileStore.js';
import { tempFolders } from '../support/tempFolder.js';

const RUN = '20261121T053012Z-prod-3f9c1a' as StoreId;

/** A disk that has room for so many bytes; what no longer fits is written in part, as a real one does it. */
class SmallDisk {
  public room = Number.POSITIVE_INFINITY;

  public readonly disk: Disk = {
    ...NODE_DISK,
    create: async (path) => this.bounded(await NODE_DISK.create(path)),
    append: async (path) => this.bounded(await NODE_DISK.append(path)),
  };

  private bounded(file: OpenFile): OpenFile {
    return {
      ...file,
      write: async (bytes) => {
        const fits = Math.min(this.room, bytes.length);
        this.room -= fits;
        await file.write(bytes.subarray(0, fits));
        if (fits < bytes.length) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      },
    };
  }
}

describe('a disk that is full', () => {
  const temp = tempFolders();
  const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
    work.then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code
    );

  it('leaves no half-written file, under any name', async () => {
    const root = join(await temp(), '.rollback');
    const small = new SmallDisk();
    const folder = await new FileStore(root, '.rollback', small.disk).create('runs', RUN);
    await folder.write('result.json', '{"status":"old"}');
    small.room = 5;
    expect(await codeOf(folder.write('result.json', '{"status":"new"}'))).to.equal('ENOSPC');
    expect(await codeOf(folder.write('other.json', '{"status":"new"}'))).to.equal('ENOSPC');
    expect((await folder.read('result.json')).toString()).to.equal('{"status":"old"}');
    expect(await readdir(join(root, 'runs', RUN))).to.deep.equal(['result.json']);
  });

  it('leaves no half-written line: the journal reads as before, and the run goes on once there is room', async () => {
    const root = join(await temp(), '.rollback');
    const small = new SmallDisk();
    const folder = await new FileStore(root, '.rollback', small.disk).create('runs', RUN);
    const chance = { now: () => new Date(0), entropy: () => '' };
    const journal = RunJournal.begin(folder, chance);
    await journal.append({ kind: 'stepIntended', step: 's001' });
    small.room = 20;
    expect(await codeOf(journal.append({ kind: 'stepIntended', step: 's002' }))).to.equal('ENOSPC');
    small.room = Number.POSITIVE_INFINITY;
    // This process writes no more into it; the next one goes on behind the last whole line.
    const refused = await journal.append({ kind: 'stepIntended', step: 's003' }).catch((error: Error) => error.message);
    expect(refused).to.equal('journal.ndjson could not be written before: ENOSPC: no space left on device');
    const text = async (): Promise<string> => (await folder.read('journal.ndjson')).toString();
    expect((await text()).split('\n')).to.have.length(2);
    await (await RunJournal.goOn(folder, chance)).append({ kind: 'stepIntended', step: 's004' });
    const reading = readJournal(await text());
    expect(reading.kind === 'whole' && reading.entries.map((entry) => 'step' in entry && entry.step)).to.deep.equal([
      's001',
      's004',
    ]);
  });
});
