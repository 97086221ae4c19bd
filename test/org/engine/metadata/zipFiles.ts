import yauzl from 'yauzl';
import yazl from 'yazl';

export type ZipEntries = ReadonlyMap<string, Buffer>;

/** All files of an archive by path with forward slashes; folders are left out. Rejects what is not a zip. */
export function readZip(archive: Buffer): Promise<Map<string, Buffer>> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(archive, { lazyEntries: true }, (failure, zip) => {
      if (failure !== null || zip === undefined) return reject(failure ?? new Error('not a zip'));
      const entries = new Map<string, Buffer>();
      zip.on('error', reject);
      zip.on('end', () => resolve(entries));
      zip.on('entry', (entry: yauzl.Entry) => {
        if (entry.fileName.endsWith('/')) return zip.readEntry();
        zip.openReadStream(entry, (problem, stream) => {
          if (problem !== null || stream === undefined) return reject(problem ?? new Error('unreadable entry'));
          const pieces: Buffer[] = [];
          stream.on('data', (piece: Buffer) => pieces.push(piece));
          stream.on('error', reject);
          stream.on('end', () => {
            entries.set(entry.fileName, Buffer.concat(pieces));
            zip.readEntry();
          });
        });
      });
      zip.readEntry();
    });
  });
}

/** An archive of these files, in this order, all stamped with the same time so that equal content gives equal bytes. */
export function writeZip(entries: Iterable<readonly [string, Buffer | string]>, stamp: Date): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [path, content] of entries) zip.addBuffer(Buffer.from(content as string), path, { mtime: stamp });
  const pieces: Buffer[] = [];
  return new Promise((resolve, reject) => {
    zip.outputStream.on('data', (piece: Buffer) => pieces.push(piece));
    zip.outputStream.on('error', reject);
    zip.outputStream.on('end', () => resolve(Buffer.concat(pieces)));
    zip.end();
  });
}
