import { formatRecord } from '../../records/csvRecords.js';
import { baselineRows } from '../../snapshot/baselineRows.js';
import { objectPart } from '../../snapshot/baseline.js';
import { readRows } from './readRows.js';
import type { RunContext } from '../runContext.js';

/** A row that came back by insert, with what the org numbered it by before and numbers it by now. */
interface NewId {
  readonly object: string;
  readonly old: string;
  readonly fresh: string;
  readonly oldNumber: string;
  readonly newNumber: string;
}

/** `idmap.csv`: rows of this run that came back under new Ids, with the auto-numbers they had and have. */
export async function newIdTable(run: RunContext, pairs: ReadonlyArray<readonly [string, string]>): Promise<string> {
  const rows: NewId[] = [];
  const objects = new Map<string, Array<readonly [string, string]>>();
  for (const pair of pairs) {
    const object = objectOf(run, pair[0]);
    objects.set(object, [...(objects.get(object) ?? []), pair]);
  }
  for (const [object, ofObject] of objects) rows.push(...(await withNumbers(run, object, ofObject)));
  rows.sort((a, b) => (a.object + a.old < b.object + b.old ? -1 : 1));
  const cells = rows.map((row) => [row.object, row.old, row.fresh, row.oldNumber, row.newNumber]);
  return [['object', 'old', 'new', 'oldNumber', 'newNumber'], ...cells].map((row) => `${formatRecord(row)}\n`).join('');
}

function objectOf(run: RunContext, old: string): string {
  const step = run.plan.steps.find((candidate) => run.current.items.get(candidate.id)?.some((item) => item.id === old));
  return step?.detail.kind === 'records' ? step.detail.object : '';
}

async function withNumbers(
  run: RunContext,
  object: string,
  pairs: ReadonlyArray<readonly [string, string]>
): Promise<NewId[]> {
  const plain = pairs.map(([old, fresh]) => ({ object, old, fresh, oldNumber: '', newNumber: '' }));
  const part = objectPart(run.baseline, object);
  const number = run.baseline.describes.get(object)?.fields.find((field) => field.autoNumber)?.name;
  if (part === undefined || number === undefined) return plain;
  const olds = new Map<string, string>();
  const known = new Map(run.baseline.idMap);
  const wanted = new Map(pairs.map(([old]) => [known.get(old) ?? old, old]));
  for await (const row of baselineRows(run.baseline, part)) {
    const old = wanted.get(row.Id ?? '');
    if (old !== undefined) olds.set(old, row[number] ?? '');
  }
  // The rows are back whether or not their new numbers can be read now.
  const fresh = await readRows(
    run.org,
    object,
    pairs.map(([, id]) => id),
    [number]
  ).catch(() => undefined);
  return plain.map((row) => ({
    ...row,
    oldNumber: olds.get(row.old) ?? '',
    newNumber: fresh?.get(row.fresh)?.values[number] ?? '',
  }));
}
