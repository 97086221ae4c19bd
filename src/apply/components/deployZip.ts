import yazl from 'yazl';
import type { ComponentKey } from '../../metadata/component.js';
import { manifestXml } from '../../metadata/manifest.js';

/** ZIP entries carry this time: the same content gives the same bytes, which a quick deploy needs. */
const ENTRY_TIME = new Date('2000-01-01T00:00:00Z');

/**
 * A package in Metadata API format: files, `package.xml`, what is deleted after they are in place, and what is deleted
 * before.
 */
export async function deployZip(
  files: ReadonlyArray<{ readonly path: string; readonly content: Buffer }>,
  members: readonly ComponentKey[],
  deletions: readonly ComponentKey[],
  apiVersion: string,
  deletionsFirst: readonly ComponentKey[] = []
): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const add = (path: string, content: Buffer): void =>
    zip.addBuffer(content, path, { mtime: ENTRY_TIME, mode: 0o100644 });
  add('package.xml', Buffer.from(manifestXml(members, apiVersion), 'utf8'));
  if (deletionsFirst.length > 0)
    add('destructiveChangesPre.xml', Buffer.from(manifestXml(deletionsFirst, apiVersion), 'utf8'));
  if (deletions.length > 0) add('destructiveChangesPost.xml', Buffer.from(manifestXml(deletions, apiVersion), 'utf8'));
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) add(file.path, file.content);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
