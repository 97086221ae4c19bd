import type { OrgPorts } from '../../org/ports.js';
import type { RawRow } from '../../org/ports/queries.js';
import type { Answers } from '../../org/ports/records.js';
import type { RecordItem } from '../../plan/rollbackPlan.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { fieldNamed, readableFields, type FieldDescribe } from '../../records/objectDescribe.js';
import { RowForm } from '../../records/rowForm.js';
import { idChunks, inList, select } from '../../records/soql.js';

export interface RowState {
  readonly deleted: boolean;
  readonly values: ValueRow;
}

/** What has to be asked for rows of an object. */
export interface RowQuestion {
  readonly fields: readonly FieldDescribe[];
  readonly soqls: readonly string[];
}

/** The question for rows by id, deleted ones included. Sends at most a describe. */
export async function questionFor(
  org: OrgPorts,
  object: string,
  ids: readonly string[],
  fields: readonly string[] | 'all'
): Promise<RowQuestion> {
  const readable = readableFields(await org.describe(object));
  const wanted =
    fields === 'all'
      ? readable
      : readable.filter(
          (field) =>
            fields.includes(field.name) ||
            ['Id', 'IsDeleted', 'LastModifiedById', 'LastModifiedDate'].includes(field.name)
        );
  const names = wanted.map((field) => field.name);
  const length = encodeURIComponent(select(names, object)).length;
  return {
    fields: wanted,
    soqls: idChunks(ids, idsBeside(length)).map((chunk) => select(names, object, inList('Id', chunk))),
  };
}

/** Servers refuse a URL of more than 16 kB; an id takes 23 characters of it. */
const ROOM_IN_URL = 15_000;
const ID_IN_URL = 23;

/** Ids that go into one query beside fields of this length. */
function idsBeside(length: number): number {
  return Math.max(1, Math.min(400, Math.floor((ROOM_IN_URL - length) / ID_IN_URL)));
}

/** The answer to a question; ids that the org does not know are missing. */
export function rowsIn({ fields, soqls }: RowQuestion, answers: Answers): Map<string, RowState> {
  const rows = new Map<string, RowState>();
  const form = new RowForm(fields);
  for (const raw of soqls.flatMap((soql) => answers.get(soql) ?? [])) {
    const values = form.row(raw);
    rows.set(values.Id as string, { deleted: values.IsDeleted === 'true', values });
  }
  return rows;
}

/** The rows of every query; rejects when one of them is refused. */
export async function askAll(org: OrgPorts, soqls: readonly string[]): Promise<Answers> {
  const answers = new Map<string, readonly RawRow[]>(soqls.length > 1 ? await org.queryTogether(soqls) : []);
  for (const soql of soqls) if (!answers.has(soql)) answers.set(soql, await org.query(soql, { all: true }));
  return answers;
}

/** Rows by id as they are now, deleted ones included; ids the org does not know are missing. */
export async function readRows(
  org: OrgPorts,
  object: string,
  ids: readonly string[],
  fields: readonly string[] | 'all'
): Promise<Map<string, RowState>> {
  const question = await questionFor(org, object, ids, fields);
  return rowsIn(question, await askAll(org, question.soqls));
}

/** Fields the items speak of, as far as they can still be read. */
export async function fieldsOf(org: OrgPorts, object: string, items: readonly RecordItem[]): Promise<string[]> {
  const describe = await org.describe(object);
  return [
    ...new Set(items.flatMap((item) => [...Object.keys(item.before ?? {}), ...Object.keys(item.after ?? {})])),
  ].filter((name) => fieldNamed(describe, name));
}
