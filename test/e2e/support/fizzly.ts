import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { FieldSchema, FieldValue } from '../../org/engine/contracts.js';
import { to18 } from '../../org/engine/ids.js';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';

/** A row as the files have it: field to text, without the key column. */
export type Cells = Readonly<Record<string, string>>;
/** Object to key to row. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, Cells>>;

/** A demo org's CPQ configuration before and after somebody's deployment. Rows are keyed and refer to each other by Guid. */
export interface Fizzly {
  readonly before: Tables;
  readonly after: Tables;
}

export interface ObjectChange {
  readonly object: string;
  readonly deleted: readonly string[];
  readonly inserted: readonly string[];
  /** Only the fields that differ, with their new text. */
  readonly updated: ReadonlyArray<{ readonly guid: string; readonly cells: Cells }>;
}

/** How the files, and the Bulk API's, say that a field has no value. */
export const NO_VALUE = '#N/A';

/** `s2` and `s3` hold only the files that changed. */
export function readFizzly(folder: string): Fizzly {
  const [first, second, third] = ['s1', 's2', 's3'].map((name) => readFolder(join(folder, name)));
  const before = new Map([...(first ?? []), ...(second ?? [])]);
  return { before, after: new Map([...before, ...(third ?? [])]) };
}

function readFolder(folder: string): Map<string, Map<string, Cells>> {
  return new Map(
    readdirSync(folder).map((file) => {
      // Header lines end in LF, rows in CRLF.
      const rows: Array<Record<string, string>> = parse(readFileSync(join(folder, file)), {
        columns: true,
        bom: true,
        record_delimiter: ['\r\n', '\n'],
      });
      return [file.replace(/\.csv$/, ''), new Map(rows.map(({ Guid, ...cells }) => [Guid ?? '', cells]))];
    })
  );
}

/** What the deployment did, object by object, by the rows' keys. */
export function whatTheDeploymentDid({ before, after }: Fizzly): ObjectChange[] {
  return [...after]
    .map(([object, now]) => {
      const then = before.get(object) ?? new Map<string, Cells>();
      const updated = [...now].flatMap(([guid, cells]) => {
        const old = then.get(guid);
        const changed = old === undefined ? [] : Object.entries(cells).filter(([field, text]) => old[field] !== text);
        return changed.length === 0 ? [] : [{ guid, cells: Object.fromEntries(changed) }];
      });
      return {
        object,
        deleted: [...then.keys()].filter((guid) => !now.has(guid)),
        inserted: [...now.keys()].filter((guid) => !then.has(guid)),
        updated,
      };
    })
    .filter(({ deleted, inserted, updated }) => deleted.length + inserted.length + updated.length > 0)
    .sort((a, b) => (a.object < b.object ? -1 : 1));
}

/** Ids for the rows of one org, the same in every run. */
export class FizzlyIds {
  private readonly ids = new Map<string, string>();

  public constructor(org: PracticeOrg, tables: Tables) {
    for (const [object, rows] of tables) {
      const prefix = org.schema.get(object)?.keyPrefix ?? '';
      [...rows.keys()].sort().forEach((guid, at) => {
        this.ids.set(guid, to18(`${prefix}5g00000Fz${String(at + 1).padStart(3, '0')}`) ?? '');
      });
    }
  }

  public of(guid: string): string {
    const id = this.ids.get(guid);
    if (id === undefined) throw new Error(`no row has the key ${guid}`);
    return id;
  }

  /** A cell as a load file has it: references as Ids, and no text for no value. */
  public loadable(field: FieldSchema, text: string): string {
    if (text === NO_VALUE || text === '') return '';
    return field.type === 'reference' ? this.of(text) : text;
  }
}

const HISTORY = { CreatedDate: '2021-06-14T09:00:00Z', LastModifiedDate: '2021-07-19T16:20:00Z' };

/** Lays the tables into the org as they are: no rule is asked, nothing is logged. */
export function seedTables(org: PracticeOrg, tables: Tables, ids: FizzlyIds): void {
  for (const [object, rows] of tables) {
    org.seed(
      object,
      [...rows].map(([guid, cells], at) => ({
        ...HISTORY,
        ...numbered(org, object, at + 1),
        ...Object.fromEntries(
          Object.entries(cells).map(([name, text]) => {
            const field = fieldOf(org, object, name);
            return [name, seedValue(field, ids.loadable(field, text))];
          })
        ),
        Id: ids.of(guid),
        ...(cells.Name === 'Standard Price Book' && object === 'Pricebook2' ? { IsStandard: true } : {}),
      }))
    );
  }
}

export function fieldOf(org: PracticeOrg, object: string, name: string): FieldSchema {
  const field = org.schema.field(object, name);
  if (field === undefined) throw new Error(`${object} has no field ${name}`);
  return field;
}

/** The files leave auto-numbers out. */
function numbered(org: PracticeOrg, object: string, number: number): Record<string, FieldValue> {
  return org.schema.field(object, 'Name')?.autoNumber === true ? { Name: String(number) } : {};
}

function seedValue(field: FieldSchema, text: string): FieldValue {
  if (text === '') return field.type === 'boolean' ? false : null;
  if (field.type === 'boolean') return text === 'true';
  return ['int', 'double', 'currency', 'percent'].includes(field.type) ? Number(text) : text;
}
