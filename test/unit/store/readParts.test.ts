import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StoreId } from '../../../src/model/ids.js';
import { NODE_DISK, type Disk } from '../../../src/store/disk.js';
import { FileStore } from '../../../src/store/fileStore.js';
import type { FilePart } from '../../../src/store/ports.js';
import { tempFolders } from '../support/tempFolder.js';

const ID = '20261121T053012Z-prod-3f9c1a' as StoreId;
const KIB = 1024;

/** A disk that takes a moment to read, and says how many readings were under way at the same time. */
class SlowDisk {
  public most = 0;
  public closedWhileReading = false;
  private reading = 0;

  public readonly disk: Disk = {
    ...NODE_DISK,
    openRead: async (path) => {
      const file = await NODE_DISK.openRead(path);
      return {
        read: async (from, bytes) => {
          this.reading += 1;
          this.most = Math.max(this.most, this.reading);
          await sleep(2);
          return file.read(from, bytes).finally(() => (this.reading -= 1));
        },
        close: async () => {
          this.closedWhileReading ||= this.reading > 0;
          await file.close();
        },
      };
    },
  };
}

describe('parts of a file on the disk', () => {
  const temp = tempFolders();
  const content = Buffer.from(Array.from({ length: 4096 * KIB }, (_byte, at) => at % 251));

  const read = async (parts: readonly FilePart[], most = parts.length): Promise<{ got: Buffer[]; slow: SlowDisk }> => {
    const slow = new SlowDisk();
    const folder = await new FileStore(join(await temp(), '.rollback'), '.rollback', slow.disk).create('runs', ID);
    await folder.write('data', content);
    const got: Buffer[] = [];
    for await (const part of folder.readParts('data', parts)) {
      got.push(part);
      if (got.length === most) break;
    }
    return { got, slow };
  };

  const apart: readonly FilePart[] = Array.from({ length: 40 }, (_part, n) => ({ offset: n * 100 * KIB, bytes: KIB }));

  it('are read before they are asked for, and come in order', async () => {
    const { got, slow } = await read(apart);
    for (const [n, { offset, bytes }] of apart.entries())
      expect(got[n]?.equals(content.subarray(offset, offset + bytes)), String(n)).to.equal(true);
    expect(slow.most).to.be.greaterThan(4);
  });

  it('of which each is large are read one at a time', async () => {
    const large = [0, 1, 2].map((n) => ({ offset: n * 1200 * KIB, bytes: 1000 * KIB }));
    expect((await read(large)).slow.most).to.equal(1);
  });

  it('leave no reading behind when nobody wants the rest', async () => {
    expect((await read(apart, 1)).slow.closedWhileReading).to.equal(false);
  });

  it('fail where the file ends before', async () => {
    const beyond = [...apart, { offset: content.length, bytes: 1 }];
    const error = await read(beyond).then(String, (caught: Error) => caught.message);
    expect(error).to.include(`ends before byte ${content.length + 1}`);
  });
});
