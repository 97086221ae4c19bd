import type { OrgPorts } from '../../org/ports.js';
import { pieceOf } from '../../records/csvRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { readableFields, type ObjectDescribe } from '../../records/objectDescribe.js';
import { RecordFileWriter } from '../../snapshot/recordFileWriter.js';
import { readRecordFile } from '../../snapshot/recordFile.js';
import type { ObjectPart } from '../../snapshot/snapshotFormat.js';
import { describeSchema } from '../../snapshot/snapshotSchemas.js';
import type { StoreFolder } from '../../store/ports.js';
import { wasChanged, type SnapshotFiles, type UndoneRun } from '../undoneRun.js';

/** What a run touched of one object: whole rows as they were, and the Ids of rows that were not there. */
interface Touched {
  readonly rows: Map<string, ValueRow>;
  readonly absent: Set<string>;
}

/**
 * The records of a run's undo point, one file for each object: the first thing that was saved of a row counts. Fields that
 * the run brought (`Object.Field`) were not there before it.
 */
export async function undoRecords(
  org: OrgPorts,
  undone: UndoneRun,
  files: SnapshotFiles,
  broughtByRun: (field: string) => boolean
): Promise<ObjectPart[]> {
  const { run, plan, accounts } = undone;
  const touched = new Map<string, Touched>();
  const describes = new Map<string, ObjectDescribe>();
  const saved = (await run.folder.list('undo/records')).filter((path) => path.endsWith('.csv.gz'));
  for (const { id, operation, detail } of plan.steps) {
    if (detail.kind !== 'records') continue;
    const { object } = detail;
    const of = touched.get(object) ?? { rows: new Map<string, ValueRow>(), absent: new Set<string>() };
    touched.set(object, of);
    const describe = describes.get(object) ?? without(await describeOf(org, run.folder, object), broughtByRun);
    describes.set(object, describe);
    if (operation === 'undeleteRecords' || operation === 'insertRecords')
      for (const item of (accounts.get(id) ?? []).filter(wasChanged)) {
        const old = item.target.split(':').at(-1) ?? '';
        const now = run.state.idMap.get(old) ?? old;
        if (!of.rows.has(now)) of.absent.add(now);
      }
  }
  const order = plan.steps.map(({ id }) => id);
  for (const [object, of] of touched)
    for (const path of savedOf(object, saved, order))
      for await (const row of readRecordFile(
        run.folder,
        partOf(object, path),
        describes.get(object) as ObjectDescribe
      )) {
        const rowId = row.Id as string;
        if (!of.rows.has(rowId) && !of.absent.has(rowId)) of.rows.set(rowId, row);
      }
  const parts: ObjectPart[] = [];
  for (const [object, { rows, absent }] of [...touched].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (rows.size + absent.size === 0) continue;
    parts.push(await writePart(undone, files, describes.get(object) as ObjectDescribe, rows, absent));
  }
  return parts;
}

/**
 * The files with rows of an object, in the order in which they were saved: `<Object>.<step>.csv.gz`, and where the step was
 * gone on with `.2`, `.3`; and `<Object>.<step>.<later>.csv.gz` with what the deletes of a step took along of a later one.
 */
function savedOf(object: string, saved: readonly string[], order: readonly string[]): string[] {
  const own = saved.flatMap((path) => {
    const [, name, step = '', rest = ''] = /^undo\/records\/(\w+)\.(\w+)(?:\.(\w+))?\.csv\.gz$/.exec(path) ?? [];
    // The first file of a step has no number, the next ones count from 2; what went along was saved with the first.
    return name === object ? [{ path, step: order.indexOf(step), number: /^\d+$/.test(rest) ? Number(rest) : 1 }] : [];
  });
  return own.sort((a, b) => a.step - b.step || a.number - b.number).map(({ path }) => path);
}

function partOf(object: string, data: string): ObjectPart {
  return { object, rows: 0, startedAt: '', fields: [], data, describe: data };
}

/** The fields as they were when rows were saved; as they are now where the run only brought rows back. */
async function describeOf(org: OrgPorts, folder: StoreFolder, object: string): Promise<ObjectDescribe> {
  const path = `undo/records/${object}.describe.json`;
  if (!(await folder.exists(path))) return org.describe(object);
  return describeSchema.parse(JSON.parse((await folder.read(path)).toString('utf8')));
}

function without(describe: ObjectDescribe, broughtByRun: (field: string) => boolean): ObjectDescribe {
  return { ...describe, fields: describe.fields.filter(({ name }) => !broughtByRun(`${describe.name}.${name}`)) };
}

async function writePart(
  { run }: UndoneRun,
  { folder, parts, put }: SnapshotFiles,
  describe: ObjectDescribe,
  rows: ReadonlyMap<string, ValueRow>,
  absent: ReadonlySet<string>
): Promise<ObjectPart> {
  const fields = readableFields(describe).map((field) => field.name);
  const data = `records/${describe.name}.csv.gz`;
  const writer = await RecordFileWriter.open(folder, data);
  writer.header(fields);
  for (const [, row] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
    await writer.records(pieceOf(fields.map((field) => row[field] ?? '')));
  const { file, index } = await writer.close();
  parts.push({ ...file, rows: rows.size });
  if (index) parts.push(index);
  const describePath = `records/${describe.name}.describe.json`;
  await put(describePath, `${JSON.stringify(describe, null, 2)}\n`);
  return {
    object: describe.name,
    rows: rows.size,
    startedAt: run.state.orgTime ?? run.state.openedAt,
    fields,
    data,
    ...(index ? { index: index.path } : {}),
    describe: describePath,
    rowsOnly: { absent: [...absent].sort() },
  };
}
