import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/model/digest.js';
import { makeStoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import { RecordFileWriter } from '../../src/snapshot/recordFileWriter.js';
import type { RecordPiece } from '../../src/records/csvRecords.js';
import type { ObjectPart, Snapshot, SnapshotPart } from '../../src/snapshot/snapshotFormat.js';
import { FileStore } from '../../src/store/fileStore.js';
import { checkFiles } from '../../src/validate/checkFiles.js';

/**
 * `npm run bench:verify [-- ROWS]`: how fast `sf rollback verify` unpacks, counts and hashes record files, in MiB of raw
 * CSV a second. Two objects of 30 columns with ROWS rows each, five rounds; wall time depends on what else runs, CPU time
 * less so. The figure to reach is 150 MiB/s.
 */
const ROWS = Number(process.argv[2] ?? 300_000);
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

const folder = mkdtempSync(join(tmpdir(), 'rollback-verify-'));
try {
  const store = new FileStore(folder, '.rollback');
  const made = await store.create('snapshots', makeStoreId(new Date(), 'bench', '000000'));
  const parts: SnapshotPart[] = [];
  const objects: ObjectPart[] = [];
  for (const object of ['First__c', 'Second__c']) {
    const data = `records/${object}.csv.gz`;
    const writer = await RecordFileWriter.open(made, data);
    writer.header(FIELDS);
    for (let row = 0; row < ROWS; row += 1)
      await writer.records(
        lineOf([`"a0V5g0000${String(row).padStart(9, '0')}"`, ...FIELDS.slice(1).map((_, n) => cell(row, n))])
      );
    const { file, index } = await writer.close();
    parts.push({ ...file, rows: ROWS }, ...(index ? [index] : []));
    const at = new Date().toISOString();
    objects.push({ object, rows: ROWS, startedAt: at, fields: FIELDS, data, describe: '' });
  }
  const body = { id: made.id, parts, objects, counts: { objects: 2, records: 2 * ROWS } };
  const snapshot = { ...body, digest: digestOf(body) } as unknown as Snapshot;

  const rates: number[] = [];
  for (let round = 1; round <= 5; round += 1) {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    const check = await checkFiles(made, snapshot, SILENT);
    const [wall, used] = [(performance.now() - started) / 1000, process.cpuUsage(cpu)];
    const seconds = (used.user + used.system) / 1e6;
    if (check.rows !== 2 * ROWS) throw new Error(`${check.rows} rows were counted, ${2 * ROWS} were written`);
    rates.push(check.rawBytes / MIB / wall);
    console.log(
      `round ${round}: ${(check.rawBytes / MIB).toFixed(0)} MiB raw (${(check.bytes / MIB).toFixed(0)} packed) in ${wall.toFixed(2)} s: ` +
        `${(check.rawBytes / MIB / wall).toFixed(0)} MiB/s; ${(check.rawBytes / MIB / seconds).toFixed(0)} MiB per CPU second; ` +
        `RSS ${(process.memoryUsage().rss / MIB).toFixed(0)} MiB`
    );
  }
  const [low = 0, , median = 0, , high = 0] = rates.sort((a, b) => a - b);
  console.log(
    `median ${median.toFixed(0)} MiB/s (${low.toFixed(0)} to ${high.toFixed(0)}), to reach: 150 MiB/s, on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
