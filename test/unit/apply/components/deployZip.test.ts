import { expect } from 'chai';
import yauzl from 'yauzl';
import { deployZip } from '../../../../src/apply/components/deployZip.js';
import { manifestXml } from '../../../../src/metadata/manifest.js';

async function contentOf(zip: Buffer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const file = await new Promise<yauzl.ZipFile>((resolve, reject) =>
    yauzl.fromBuffer(zip, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened)))
  );
  await new Promise<void>((resolve, reject) => {
    file.on('end', resolve).on('error', reject);
    file.on('entry', (entry: yauzl.Entry) => {
      file.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        const chunks: Buffer[] = [];
        stream
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => {
            found[entry.fileName] = Buffer.concat(chunks).toString('utf8');
            file.readEntry();
          });
      });
    });
    file.readEntry();
  });
  return found;
}

const FILES = [
  { path: 'classes/B.cls', content: Buffer.from('class B {}') },
  { path: 'classes/A.cls', content: Buffer.from('class A {}') },
];
const A = { type: 'ApexClass', fullName: 'A' };
const B = { type: 'ApexClass', fullName: 'B' };

describe('the package of a deployment', () => {
  it('holds the files, their manifest, and what is deleted after they are in place', async () => {
    expect(
      await contentOf(await deployZip(FILES, [A, B], [{ type: 'ApexClass', fullName: 'New' }], '65.0'))
    ).to.deep.equal({
      'package.xml': manifestXml([A, B], '65.0'),
      'destructiveChangesPost.xml': manifestXml([{ type: 'ApexClass', fullName: 'New' }], '65.0'),
      'classes/A.cls': 'class A {}',
      'classes/B.cls': 'class B {}',
    });
  });

  it('deletes nothing unless it is told to', async () => {
    expect(await contentOf(await deployZip([], [], [], '65.0'))).to.have.all.keys('package.xml');
  });

  it('has the same bytes for the same content, which a quick deploy needs', async () => {
    const one = await deployZip(FILES, [A, B], [], '65.0');
    const other = await deployZip([...FILES].reverse(), [B, A], [], '65.0');
    expect(other.equals(one)).to.equal(true);
    expect((await deployZip(FILES, [A, B], [], '64.0')).equals(one)).to.equal(false);
  });
});
