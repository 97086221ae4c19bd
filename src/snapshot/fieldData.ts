import type { ValueRow } from '../records/fieldValue.js';
import { fieldNamed, type FieldDescribe } from '../records/objectDescribe.js';
import { repointRow } from '../records/idMap.js';
import type { Baseline, SavedField } from './baseline.js';
import { readRecordFile } from './recordFile.js';
import type { FieldPart, ObjectPart } from './snapshotFormat.js';

/** The file of a field as a file of records, in columns `Id` and the field. */
export function fieldFile({ object, field, data, describe }: Omit<FieldPart, 'rows'>): ObjectPart {
  return { object, rows: 0, startedAt: '', fields: ['Id', field], data, describe };
}

/** The describe of a field (`Object.Field__c`) whose data is kept by itself. */
export function savedFieldOf(baseline: Baseline, fullName: string): FieldDescribe | undefined {
  const saved = baseline.fieldData?.get(fullName);
  return saved && fieldNamed(saved.describe, saved.part.field);
}

/** Rows with Id and value, under the Ids that they and what they point to have now. */
export async function* fieldDataRows(baseline: Baseline, { part, describe }: SavedField): AsyncGenerator<ValueRow> {
  for await (const row of readRecordFile(baseline.folder, fieldFile(part), describe))
    yield repointRow(row, baseline.idMap, []);
}
