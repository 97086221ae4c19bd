import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { OrgError, type FieldSchema, type FieldValue, type Row } from '../../org/engine/contracts.js';
import { to18 } from '../../org/engine/ids.js';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';

type Cells = Readonly<Record<string, string>>;
type Load = ReadonlyMap<string, readonly Cells[]>;

/** Two exports of one company's catalogue, four months apart: the first with record Ids, the second without any. */
export interface Smartbytes {
  readonly first: Load;
  readonly second: Load;
}

export function readSmartbytes(folder: string): Smartbytes {
  const read = (part: string): Load =>
    new Map(
      readdirSync(join(folder, part))
        .filter((file) => file.endsWith('.csv'))
        .map((file): [string, readonly Cells[]] => {
          const rows: Cells[] = parse(readFileSync(join(folder, part, file)), { columns: true, bom: true });
          return [file.replace(/\.csv$/, ''), rows];
        })
    );
  return { first: read('s1'), second: read('s2') };
}

/** Lays the rows of the first export into the org, with their own Ids. References to what was not exported stay empty. */
export function seedSmartbytes(org: PracticeOrg, { first }: Smartbytes, objects: readonly string[]): void {
  const known = new Set(objects.flatMap((object) => (first.get(object) ?? []).map((cells) => to18(cells.Id ?? ''))));
  for (const object of objects) {
    for (const cells of first.get(object) ?? []) {
      const values = Object.entries(cells).flatMap(([name, text]): Array<[string, FieldValue]> => {
        const field = org.schema.field(object, name);
        if (field === undefined || field.calculated || text === '') return [];
        if (field.type === 'reference') return known.has(to18(text)) ? [[name, to18(text) ?? null]] : [];
        return [[name, valueOf(field, text)]];
      });
      if (object === 'Pricebook2') values.push(['IsStandard', true]);
      const stamps = { CreatedDate: '2022-01-27T09:00:00Z', LastModifiedDate: '2022-01-27T09:00:00Z' };
      org.seed(object, [{ ...stamps, ...Object.fromEntries(values), Id: to18(cells.Id ?? '') ?? '' }]);
    }
  }
}

export interface Done {
  updated: number;
  deleted: number;
  inserted: number;
  refused: number;
}

/**
 * Loads the second export over the first as its owners might: rows are found by name; where names say nothing, all rows
 * of an object are deleted and loaded anew; what the export no longer has is deleted. What the org refuses is passed over.
 */
export function loadAgain(org: PracticeOrg, { second }: Smartbytes, objects: readonly string[], by: string): Done {
  const done: Done = { updated: 0, deleted: 0, inserted: 0, refused: 0 };
  const user = org.user(by);
  const attempt = (kind: 'updated' | 'deleted' | 'inserted', write: () => void): void => {
    try {
      write();
      done[kind] += 1;
    } catch (error) {
      if (!(error instanceof OrgError)) throw error;
      done.refused += 1;
    }
  };
  for (const object of objects) {
    const rows = second.get(object);
    if (rows === undefined) continue;
    const living = livingRows(org, object);
    const nameIsText = org.schema.field(object, 'Name')?.createable === true;
    const byName = new Map(nameIsText ? living.map((row) => [String(row.Name), row]) : []);
    const met = new Set<string>();
    for (const cells of rows) {
      const known = byName.get(cells.Name ?? '');
      if (known === undefined) {
        const values = cellsToLoad(org, object, cells);
        attempt('inserted', () => org.records.writeOne(user, { operation: 'insert', object, values }));
        continue;
      }
      met.add(String(known.Id));
      const changes = Object.fromEntries(
        Object.entries(cellsToLoad(org, object, cells)).filter(
          ([name, value]) => value !== known[name] && org.schema.field(object, name)?.updateable
        )
      );
      if (Object.keys(changes).length > 0)
        attempt('updated', () =>
          org.records.writeOne(user, { operation: 'update', object, id: String(known.Id), values: changes })
        );
    }
    for (const { Id } of living.filter((row) => !met.has(String(row.Id))))
      attempt('deleted', () => org.records.writeOne(user, { operation: 'delete', id: String(Id) }));
  }
  return done;
}

/** Values and, by the names of what they point to, references. */
function cellsToLoad(org: PracticeOrg, object: string, cells: Cells): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = {};
  for (const [name, text] of Object.entries(cells)) {
    const lookup = /^(\w+)\.Name$/.exec(name)?.[1];
    if (lookup !== undefined) {
      const field = org.schema.get(object)?.fields.find((one) => one.relationshipName === lookup);
      const target = livingRows(org, field?.referenceTo?.[0] ?? '').find((row) => row.Name === text);
      if (field?.createable && target) values[field.name] = target.Id ?? null;
      continue;
    }
    const field = org.schema.field(object, name);
    if (field?.createable && field.type !== 'reference' && text !== '') values[name] = valueOf(field, text);
  }
  return values;
}

function livingRows(org: PracticeOrg, object: string): Row[] {
  return org.schema.get(object) === undefined
    ? []
    : [...org.store.rows(object)].filter((row) => row.IsDeleted !== true);
}

function valueOf(field: FieldSchema, text: string): FieldValue {
  if (field.type === 'boolean') return text.toLowerCase() === 'true';
  return ['int', 'double', 'currency', 'percent'].includes(field.type) ? Number(text) : text;
}
