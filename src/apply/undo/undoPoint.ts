import type { Retrieved } from '../../org/ports/components.js';
import type { RawRow } from '../../org/ports/queries.js';
import { pieceOf } from '../../records/csvRecords.js';
import { readableFields, type FieldDescribe, type ObjectDescribe } from '../../records/objectDescribe.js';
import type { FlowEntry } from '../../flow/flowVersion.js';
import type { ComponentState } from '../../metadata/component.js';
import { RecordFileWriter } from '../../snapshot/recordFileWriter.js';
import type { PermissionsPart } from '../../permissions/permissionsPart.js';
import { permissionsJson } from '../../snapshot/capturePermissions.js';
import type { StoreFolder } from '../../store/ports.js';
import type { RowState } from '../records/readRows.js';

/** The components as they were, an index of the files beside it: one that is not in it was not there. */
export const UNDO_COMPONENTS = 'undo/components.json';

/** What fields held that a run deleted: `<Object>.<Field>.csv.gz` and `.describe.json`. */
export const UNDO_FIELDS = 'undo/fields';

/** Saves what a run is about to touch, in the formats of a snapshot, before it is touched. */
export class UndoPoint {
  public constructor(private readonly folder: StoreFolder) {}

  public get display(): string {
    return `${this.folder.display}/undo`;
  }

  /** Which version of each flow ran, and every version there was. What a run found first stands. */
  public async flows(flows: readonly FlowEntry[]): Promise<void> {
    if (await this.folder.exists('undo/flows.json')) return;
    await this.folder.write('undo/flows.json', `${JSON.stringify({ flows }, null, 2)}\n`);
  }

  /** The newest version a flow had before the run; null when it had none, undefined when that is not known. */
  public async latestVersion(flow: string): Promise<number | null | undefined> {
    if (!(await this.folder.exists('undo/flows.json'))) return undefined;
    const { flows } = JSON.parse((await this.folder.read('undo/flows.json')).toString('utf8')) as {
      flows: readonly FlowEntry[];
    };
    return flows.find((entry) => entry.name === flow)?.latestVersion ?? null;
  }

  public async flowBody(flow: string, version: number, content: Buffer): Promise<void> {
    await this.folder.write(`bad/${flow}-${version}.flow-meta.xml`, content);
  }

  /**
   * What can be read of interviews that are deleted with their version. No API brings them back, so a step that is gone on
   * with has a file of its own for those that are left.
   */
  public async interviews(step: string, rows: readonly RawRow[]): Promise<void> {
    const fields = ['Id', 'InterviewStatus', 'CurrentElement'];
    const name = `FlowInterview.${step}`;
    const again = await this.folder.exists(`undo/records/${name}.csv.gz`);
    const writer = await RecordFileWriter.open(this.folder, await this.freePath('undo/records', name, 'csv.gz', again));
    writer.header(fields);
    for (const row of rows) await writer.records(pieceOf(fields.map((field) => (row[field] as string | null) ?? '')));
    await writer.close();
  }

  /**
   * The files of the components, as a package that `sf project deploy start --metadata-dir` takes. What a run found first
   * stands: gone on with, it may find its own work.
   */
  public async components(retrieved: Retrieved, states: Iterable<ComponentState>): Promise<void> {
    const kept = new Set(await this.folder.list('undo'));
    for (const [path, content] of retrieved.files)
      if (!kept.has(`undo/metadata/${path}`)) await this.folder.write(`undo/metadata/${path}`, content);
    if (!kept.has(UNDO_COMPONENTS))
      await this.folder.write(UNDO_COMPONENTS, `${JSON.stringify({ components: [...states] }, null, 2)}\n`);
  }

  /** Permission rows as they are now, in the form of a snapshot's `permissions.json`. Files as for `rows`. */
  public async permissions(step: string, part: PermissionsPart, again: boolean): Promise<void> {
    await this.folder.write(await this.freePath('undo/permissions', step, 'json', again), permissionsJson(part));
  }

  /**
   * Whole rows as they are now, as CSV. One file per step, so that nothing that was saved is ever written over; rows that a
   * step gone on with finds due besides those of before (`again`) have a file of their own.
   */
  public async rows(
    step: string,
    describe: ObjectDescribe,
    rows: ReadonlyMap<string, RowState>,
    again: boolean
  ): Promise<void> {
    if (rows.size === 0) return;
    const fields = readableFields(describe).map((field) => field.name);
    const describePath = `undo/records/${describe.name}.describe.json`;
    if (!(await this.folder.exists(describePath)))
      await this.folder.write(describePath, `${JSON.stringify(describe, null, 2)}\n`);
    const writer = await RecordFileWriter.open(
      this.folder,
      await this.freePath('undo/records', `${describe.name}.${step}`, 'csv.gz', again)
    );
    writer.header(fields);
    for (const [, row] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
      await writer.records(pieceOf(fields.map((field) => row.values[field] ?? '')));
    await writer.close();
  }

  private async freePath(folder: string, name: string, ending: string, again: boolean): Promise<string> {
    if (!again) return `${folder}/${name}.${ending}`;
    const taken = new Set(await this.folder.list(folder));
    for (let n = 2; ; n += 1) {
      const path = `${folder}/${name}.${n}.${ending}`;
      if (!taken.has(path)) return path;
    }
  }

  /**
   * The data of a field that is about to go: Id and value of every row that has one, and beside it the describe of these two
   * columns, by which the field is filled again once it is back.
   */
  public async fieldData(
    object: ObjectDescribe,
    field: FieldDescribe,
    rows: ReadonlyArray<readonly [id: string, value: string]>
  ): Promise<void> {
    if (rows.length === 0) return;
    const path = `${UNDO_FIELDS}/${object.name}.${field.name}`;
    const fields = object.fields.filter(({ name }) => name === 'Id').concat(field);
    if (!(await this.folder.exists(`${path}.describe.json`)))
      await this.folder.write(
        `${path}.describe.json`,
        `${JSON.stringify({ ...object, fields, childRelationships: [] }, null, 2)}\n`
      );
    const writer = await RecordFileWriter.open(this.folder, `${path}.csv.gz`);
    writer.header(['Id', field.name]);
    for (const row of rows) await writer.records(pieceOf(row));
    await writer.close();
  }
}
