import type { InsertedRow } from '../../org/ports/records.js';
import type { StoreFolder } from '../../store/ports.js';
import { readNamed } from '../journal/namedFiles.js';

/** Rows of one insert job as they were written down before the job was created: the old Id of each, and its cells. */
export interface SentRows {
  readonly path: string;
  readonly step: string;
  readonly object: string;
  readonly columns: readonly string[];
  readonly rows: ReadonlyArray<readonly [id: string, cells: readonly string[]]>;
}

const FOLDER = 'sent';

/** Writes down what is about to be sent, under a name that no earlier job of the step has; gives its path and SHA-256. */
export async function keepSentRows(
  folder: StoreFolder,
  sent: Omit<SentRows, 'path'>
): Promise<{ readonly path: string; readonly sha256: string }> {
  const { step, object, columns, rows } = sent;
  const before = (await folder.list(FOLDER)).filter((path) => path.startsWith(`${FOLDER}/${step}-`)).length;
  const path = `${FOLDER}/${step}-${before + 1}.ndjson`;
  const lines = [{ step, object, columns }, ...rows].map((line) => `${JSON.stringify(line)}\n`);
  const { sha256 } = await folder.write(path, lines.join(''));
  return { path, sha256 };
}

/** What was to be sent. A file that a line of the journal names with its hash, and that was changed or is gone, is refused. */
export async function readSentRows(
  folder: StoreFolder,
  hashes: ReadonlyMap<string, string | undefined>
): Promise<SentRows[]> {
  const files: SentRows[] = [];
  for (const path of new Set([...(await folder.list(FOLDER)), ...hashes.keys()])) {
    const [head = '{}', ...lines] = (await readNamed(folder, path, hashes.get(path)))
      .toString('utf8')
      .split('\n')
      .filter(Boolean);
    const { step, object, columns } = JSON.parse(head) as Pick<SentRows, 'step' | 'object' | 'columns'>;
    files.push({ path, step, object, columns, rows: lines.map((line) => JSON.parse(line) as [string, string[]]) });
  }
  return files;
}

/** The code of a row for which a job lists no result. */
export const NO_RESULT = 'NO_RESULT';

/** Which row got which result. A row for which the job lists none got none. */
export interface MatchedRow {
  readonly id: string;
  readonly result: InsertedRow;
}

/**
 * Which row got which result. The org echoes the submitted cells in any order and gives no number; rows that are alike in
 * every cell may change places. `strangers` are results that are of none of the rows.
 */
export function matchRows(
  sent: Pick<SentRows, 'rows'>,
  inserted: readonly InsertedRow[]
): { readonly matched: readonly MatchedRow[]; readonly strangers: readonly InsertedRow[] } {
  const waiting = new Map<string, string[]>();
  for (const [id, cells] of sent.rows) {
    const key = JSON.stringify(cells);
    waiting.set(key, [...(waiting.get(key) ?? []), id]);
  }
  const matched: MatchedRow[] = [];
  const strangers: InsertedRow[] = [];
  for (const result of inserted) {
    const id = waiting.get(JSON.stringify(result.cells))?.shift();
    if (id === undefined) strangers.push(result);
    else matched.push({ id, result });
  }
  for (const id of [...waiting.values()].flat())
    matched.push({
      id,
      result: { success: false, cells: [], code: NO_RESULT, message: 'the job lists no result for this row' },
    });
  return { matched, strangers };
}
