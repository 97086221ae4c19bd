import type { FieldPart } from '../../snapshot/snapshotFormat.js';
import { readRecordFile } from '../../snapshot/recordFile.js';
import { describeSchema } from '../../snapshot/snapshotSchemas.js';
import { fieldFile } from '../../snapshot/fieldData.js';
import type { SnapshotFiles, UndoneRun } from '../undoneRun.js';
import { wasChanged } from '../undoneRun.js';
import { UNDO_FIELDS } from './undoPoint.js';

/** What the fields held that the run deleted, as parts of the snapshot of its undo point. */
export async function undoFieldData({ run, plan, accounts }: UndoneRun, files: SnapshotFiles): Promise<FieldPart[]> {
  const kept = new Set(await run.folder.list(UNDO_FIELDS));
  const parts: FieldPart[] = [];
  for (const { id, operation, detail } of plan.steps) {
    if (operation !== 'deleteComponent' || detail.kind !== 'component' || detail.type !== 'CustomField') continue;
    const path = `${UNDO_FIELDS}/${detail.fullName}`;
    if (!kept.has(`${path}.describe.json`) || !(accounts.get(id) ?? []).some(wasChanged)) continue;
    const [object = '', field = ''] = detail.fullName.split('.');
    const part = {
      object,
      field,
      data: `fields/${object}.${field}.csv.gz`,
      describe: `fields/${object}.${field}.describe.json`,
    };
    const describe = await run.folder.read(`${path}.describe.json`);
    await files.put(part.describe, describe);
    await files.put(part.data, await run.folder.read(`${path}.csv.gz`));
    let rows = 0;
    for await (const _ of readRecordFile(
      files.folder,
      fieldFile(part),
      describeSchema.parse(JSON.parse(describe.toString('utf8')))
    ))
      rows += 1;
    parts.push({ ...part, rows });
  }
  return parts;
}
