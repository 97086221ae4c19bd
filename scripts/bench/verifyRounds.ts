import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/model/digest.js';
import { makeStoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import { RecordFileWriter } from '../../src/snapshot/recordFileWriter.js';
import type { RecordPiece } from '../../src/records/csvRecords.js';
import type { ObjectPart, Snapshot, SnapshotPart } from '../../src/snapshot/snapshotFormat.js';
import { FileStore } from '../../src/store/fileStore.js';
import type { StoreFolder } from '../../src/store/ports.js';
import { checkFiles } from '../../src/validate/checkFiles.js';

const COLUMNS = 29;
const FIELDS = ['Id', ...Array.from({ length: COLUMNS }, (_, n) => `Field_${n}__c`)];
const MIB = 1024 * 1024;

function lineOf(cells: readonly string[]): RecordPiece {
  const bytes = Buffer.from(`${cells.join(',')}\n`);
  return { bytes, ends: [bytes.length] };
}

/** Numbers, blanks, booleans and short texts, as configuration has them. */
function cell(row: number, column: number): string {
  return (
    [`"${(row * 7919 * (column + 1)) % 1_000_003}"`, '""', '"true"', `"Value ${row % 1000} of ${column}"`][
      column % 4
    ] ?? ''
  );
}

export interface VerifyRound {
  readonly rawMib: number;
  readonly packedMib: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** What `sf rollback verify` does to record files (unpack, count, hash), for two of so many rows of 30 columns. */
export async function verifyRounds(rows: number, rounds: number): Promise<VerifyRound[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rollback-verify-'));
  try {
    const store = new FileStore(folder, '.rollback');
    const made = await store.create('snapshots', makeStoreId(new Date(), 'bench', '000000'));
    const snapshot = await snapshotOf(made, rows);
    const done: VerifyRound[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const [started, cpu] = [performance.now(), process.cpuUsage()];
      const check = await checkFiles(made, snapshot, SILENT);
      const [seconds, used] = [(performance.now() - started) / 1000, process.cpuUsage(cpu)];
      if (check.rows !== 2 * rows) throw new Error(`${check.rows} rows were counted, ${2 * rows} were written`);
      done.push({
        rawMib: check.rawBytes / MIB,
        packedMib: check.bytes / MIB,
        seconds,
        cpuSeconds: (used.user + used.system) / 1e6,
      });
    }
    return done;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function snapshotOf(made: StoreFolder, rows: number): Promise<Snapshot> {
  const parts: SnapshotPart[] = [];
  const objects: ObjectPart[] = [];
  for (const object of ['First__c', 'Second__c']) {
    const data = `records/${object}.csv.gz`;
    const writer = await RecordFileWriter.open(made, data);
    writer.header(FIELDS);
    for (let row = 0; row < rows; row += 1)
      await writer.records(
        lineOf([`"a0V5g0000${String(row).padStart(9, '0')}"`, ...FIELDS.slice(1).map((_, n) => cell(row, n))])
      );
    const { file, index } = await writer.close();
    parts.push({ ...file, rows }, ...(index ? [index] : []));
    const at = new Date().toISOString();
    objects.push({ object, rows, startedAt: at, fields: FIELDS, data, describe: '' });
  }
  const body = { id: made.id, parts, objects, counts: { objects: 2, records: 2 * rows } };
  return { ...body, digest: digestOf(body) } as unknown as Snapshot;
}
