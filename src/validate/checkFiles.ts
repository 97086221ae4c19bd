import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import pLimit from 'p-limit';
import type { Progress } from '../model/progress.js';
import { parseRecord } from '../records/csvRecords.js';
import { RecordCounter } from '../records/recordCounter.js';
import { readComponentsPart, readDescribe, readFlowsPart } from '../snapshot/readPart.js';
import type { ObjectPart, Snapshot, SnapshotPart } from '../snapshot/snapshotFormat.js';
import type { StoreFolder } from '../store/ports.js';

/** Something of a snapshot that is not as it was written. */
export interface Damage {
  /** A file of the snapshot, relative to its folder. */
  readonly path: string;
  readonly reason: string;
}

export interface FileCheck {
  readonly files: number;
  readonly bytes: number;
  /** Bytes of the record files once unpacked. */
  readonly rawBytes: number;
  readonly rows: number;
  readonly damages: readonly Damage[];
  /** Files that lie in the folder and belong to nothing. They harm nothing, and nobody vouches for them. */
  readonly strangers: readonly string[];
}

const PARALLEL_FILES = 4;
/** Unpacked bytes come in pieces of this size; the default of 16 kB costs more than the unpacking. */
const PIECE = 512 * 1024;

/**
 * Reads every file of a snapshot once and holds it against what was written down: size, SHA-256, that it can be unpacked,
 * number of rows, fields of the header, and the counts of flows and components. Memory stays flat. Names every damage, not
 * only the first. Writes nothing.
 */
export async function checkFiles(folder: StoreFolder, snapshot: Snapshot, progress: Progress): Promise<FileCheck> {
  const damages: Damage[] = [];
  const limit = pLimit(PARALLEL_FILES);
  const objects = new Map(snapshot.objects.map((part) => [part.data, part]));
  let [done, bytes, rawBytes, rows] = [0, 0, 0, 0];
  progress.stage('Checking files', `${snapshot.parts.length} files`);
  await Promise.all(
    snapshot.parts.map((part) =>
      limit(async () => {
        const object = objects.get(part.path);
        const seen = object
          ? await checkRecords(folder, part, object, damages)
          : await checkFile(folder, part, damages);
        bytes += seen.bytes;
        rawBytes += seen.rawBytes;
        rows += seen.rows;
        done += 1;
        progress.detail(`${done} of ${snapshot.parts.length} files`);
      })
    )
  );
  if (damages.length === 0) damages.push(...(await checkCounts(folder, snapshot, rows)));
  const known = new Set(['snapshot.json', ...snapshot.parts.map((part) => part.path)]);
  const strangers = (await folder.list()).filter((path) => !known.has(path));
  damages.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { files: snapshot.parts.length, bytes, rawBytes, rows, damages, strangers };
}

interface Seen {
  readonly bytes: number;
  readonly rawBytes: number;
  readonly rows: number;
}

const NOTHING: Seen = { bytes: 0, rawBytes: 0, rows: 0 };

async function checkFile(folder: StoreFolder, part: SnapshotPart, damages: Damage[]): Promise<Seen> {
  if (!(await folder.exists(part.path))) {
    damages.push({ path: part.path, reason: 'missing' });
    return NOTHING;
  }
  const file = await folder.stat(part.path);
  damages.push(...differenceOf(part, file.bytes, file.sha256));
  return { ...NOTHING, bytes: file.bytes };
}

function differenceOf(part: SnapshotPart, bytes: number, sha256: string): Damage[] {
  if (bytes !== part.bytes) return [{ path: part.path, reason: `it has ${bytes} bytes of ${part.bytes}` }];
  return sha256 === part.sha256 ? [] : [{ path: part.path, reason: 'its content is not what was written (SHA-256)' }];
}

/** One pass: hash over the packed bytes, records counted in the unpacked ones. */
async function checkRecords(
  folder: StoreFolder,
  part: SnapshotPart,
  object: ObjectPart,
  damages: Damage[]
): Promise<Seen> {
  const damaged = (reason: string): void => void damages.push({ path: part.path, reason });
  if (!(await folder.exists(part.path))) {
    damaged('missing');
    return NOTHING;
  }
  const hash = createHash('sha256');
  const counter = new RecordCounter();
  let [bytes, rawBytes] = [0, 0];
  let unpacked = true;
  try {
    await pipeline(
      folder.readStream(part.path),
      async function* (packed: AsyncIterable<Buffer>) {
        for await (const chunk of packed) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      },
      createGunzip({ chunkSize: PIECE }),
      new Writable({
        highWaterMark: PIECE,
        write(chunk: Buffer, _, next) {
          counter.push(chunk);
          rawBytes += chunk.length;
          next();
        },
      })
    );
  } catch (error) {
    unpacked = false;
    damaged(`it cannot be unpacked: ${(error as Error).message}`);
  }
  // A file that cannot be unpacked was not read to its end: its hash says nothing more.
  if (!unpacked) return { bytes, rawBytes, rows: 0 };
  damages.push(...differenceOf(part, bytes, hash.digest('hex')));
  const { records, whole, header } = counter.end();
  const rows = Math.max(0, records - 1);
  if (!whole) damaged('it ends inside a row');
  if (rows !== object.rows || (part.rows !== undefined && part.rows !== object.rows))
    damaged(`it has ${rows} rows of ${object.rows}`);
  if (header.length > 0 && !sameFields(header, object.fields)) damaged('its columns are not the fields written down');
  return { bytes, rawBytes, rows };
}

function sameFields(header: Buffer, fields: readonly string[]): boolean {
  try {
    const cells = parseRecord(header);
    return cells.length === fields.length && new Set([...cells, ...fields]).size === fields.length;
  } catch {
    return false;
  }
}

/** Whether what the parts hold adds up to what `snapshot.json` says of them. */
async function checkCounts(folder: StoreFolder, snapshot: Snapshot, rows: number): Promise<Damage[]> {
  const { counts } = snapshot;
  const damages: Damage[] = [];
  const compare = (path: string, what: string, is: number, said: number): void => {
    if (is !== said) damages.push({ path, reason: `it has ${is} ${what} of ${said}` });
  };
  try {
    const flows = await readFlowsPart(folder, snapshot);
    compare('flows.json', 'flows', flows.flows.length, counts.flows);
    compare('flows.json', 'flow versions', flows.flows.flatMap((flow) => flow.versions).length, counts.flowVersions);
    const components = await readComponentsPart(folder, snapshot);
    compare('components.json', 'components', components.components.length, counts.components);
    const known = new Set(snapshot.parts.map((part) => part.path));
    const missing = [
      ...flows.bodies.map((body) => body.path),
      ...components.components.flatMap((component) => component.paths.map((path) => `metadata/${path}`)),
      ...snapshot.objects.map((object) => object.data),
    ].filter((path) => !known.has(path));
    for (const path of new Set(missing)) damages.push({ path, reason: 'not listed in snapshot.json' });
    for (const object of snapshot.objects) await readDescribe(folder, snapshot, object);
  } catch (error) {
    damages.push({ path: 'snapshot.json', reason: (error as Error).message });
  }
  compare('snapshot.json', 'objects', snapshot.objects.length, counts.objects);
  compare('snapshot.json', 'records', rows, counts.records);
  return damages;
}
