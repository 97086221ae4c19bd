import type { RecordReader } from '../../org/ports/records.js';
import { failedJob } from '../../org/ports/refusals.js';
import { parseRecord, recordAt, recordId, type RecordPiece } from '../../records/csvRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import type { ObjectDescribe } from '../../records/objectDescribe.js';
import { select } from '../../records/soql.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { baselineRowsById } from '../../snapshot/baselineRows.js';
import { RecordCursor, isInIdOrder } from '../../snapshot/recordCursor.js';
import { Columns } from '../../snapshot/recordFile.js';
import { piecesOfBlocks, readIndex } from '../../snapshot/recordPieces.js';
import type { ObjectPart } from '../../snapshot/snapshotFormat.js';

/** What a comparison of all rows finds: only rows that are not, byte for byte, what they were. */
export interface WholeComparison {
  readonly rows: ReadonlyMap<string, ValueRow>;
  readonly baseline: ReadonlyMap<string, ValueRow>;
  /** Ids of the baseline that the org did not answer with. */
  readonly missing: readonly string[];
}

/**
 * Reads every row of a large object through a Bulk job and holds it against the baseline as it arrives, so that memory
 * follows the change and not the object. Undefined where the baseline's file has no index in Id order; it has to be read
 * another way then.
 */
export async function readWholeObject(
  org: RecordReader,
  baseline: Baseline,
  part: ObjectPart,
  now: ObjectDescribe,
  fields: readonly string[]
): Promise<WholeComparison | undefined> {
  // New Ids stand in the files as the old ones: bytes cannot be compared.
  if (!part.index || baseline.idMap.size > 0) return undefined;
  const [head, ...places] = await readIndex(baseline.folder, part.index);
  if (!head || !isInIdOrder([head, ...places])) return undefined;

  const { jobId } = await org.startBackup(select([...fields], part.object, part.where, 'Id'));
  const count = await org.awaitBackups([jobId]).then(
    (rows) => rows.get(jobId) ?? 0,
    (error: unknown) => {
      // The org could not sort them: page by page, then.
      if (failedJob(error) !== jobId) throw error;
      return undefined;
    }
  );
  if (count === undefined) return undefined;
  const seen = new Uint8Array(part.rows);
  const changed = new Map<string, ValueRow>();
  const cursors = new Map<number, RecordCursor>();
  let columns = new Columns(now, []);
  let idColumn = 0;
  // Where the columns are no longer those of the file, every row has to be decoded to be compared.
  const baselineIdColumn = Math.max(part.fields.indexOf('Id'), 0);

  const compare = async (piece: RecordPiece, page: number): Promise<void> => {
    const cursor = cursors.get(page) ?? new RecordCursor(baseline.folder, part, places, baselineIdColumn);
    cursors.set(page, cursor);
    for (let index = 0; index < piece.ends.length; index += 1) {
      const id = recordId(piece, index, idColumn);
      const before = await cursor.find(id);
      if (before) seen[before.ordinal] = 1;
      const record = recordAt(piece, index);
      if (before?.record.equals(record)) continue;
      changed.set(id, columns.row(`the result of job ${jobId}`, parseRecord(record)));
    }
  };
  await org.readBackup(jobId, count, {
    header: (cells) => {
      columns = new Columns(now, cells);
      idColumn = Math.max(cells.indexOf('Id'), 0);
    },
    records: compare,
    endOfPage: (page) => {
      void cursors.get(page)?.close();
      cursors.delete(page);
    },
  });

  const missing: string[] = [];
  let ordinal = 0;
  for (const place of places) {
    const rows = seen.subarray(ordinal, ordinal + place.rows);
    if (rows.includes(0)) {
      let at = 0;
      for await (const piece of piecesOfBlocks(baseline.folder, part, [place]))
        for (let index = 0; index < piece.ends.length; index += 1, at += 1)
          if (rows[at] === 0) missing.push(recordId(piece, index, baselineIdColumn));
    }
    ordinal += place.rows;
  }
  const before = new Map<string, ValueRow>();
  for await (const row of baselineRowsById(baseline, part, new Set([...changed.keys(), ...missing])))
    before.set(row.Id as string, row);
  return { rows: changed, baseline: before, missing };
}
