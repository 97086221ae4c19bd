import type { OrgPorts } from '../../org/ports.js';
import type { RecordItem } from '../../plan/rollbackPlan.js';
import { comparableRow, type ValueRow } from '../../records/fieldValue.js';
import { fieldNamed, readableFields } from '../../records/objectDescribe.js';
import { idChunks, inList, select } from '../../records/soql.js';

export interface RowState {
  readonly deleted: boolean;
  readonly values: ValueRow;
}

/** Rows by id as they are now, deleted ones included; ids the org does not know are missing. */
export async function readRows(
  org: OrgPorts,
  object: string,
  ids: readonly string[],
  fields: readonly string[] | 'all'
): Promise<Map<string, RowState>> {
  const describe = await org.describe(object);
  const readable = readableFields(describe);
  const wanted =
    fields === 'all'
      ? readable
      : readable.filter(
          (field) =>
            fields.includes(field.name) ||
            ['Id', 'IsDeleted', 'LastModifiedById', 'LastModifiedDate'].includes(field.name)
        );
  const rows = new Map<string, RowState>();
  for (const chunk of idChunks(ids)) {
    for (const raw of await org.query(
      select(
        wanted.map((field) => field.name),
        object,
        inList('Id', chunk)
      ),
      { all: true }
    )) {
      const values = comparableRow(wanted, raw);
      rows.set(values.Id as string, { deleted: values.IsDeleted === 'true', values });
    }
  }
  return rows;
}

/** Fields the items speak of, as far as they can still be read. */
export async function fieldsOf(org: OrgPorts, object: string, items: readonly RecordItem[]): Promise<string[]> {
  const describe = await org.describe(object);
  return [
    ...new Set(items.flatMap((item) => [...Object.keys(item.before ?? {}), ...Object.keys(item.after ?? {})])),
  ].filter((name) => fieldNamed(describe, name));
}
