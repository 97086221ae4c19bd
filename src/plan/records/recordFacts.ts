import type { ValueRow } from '../../records/fieldValue.js';
import type { Knowledge } from '../../records/knowledge.js';
import type { ObjectDescribe } from '../../records/objectDescribe.js';
import type { LoadedRows } from '../attribution/loadedRows.js';

/** A row that must follow if a row it names in text comes back under a new Id. */
export interface TextReference {
  readonly object: string;
  readonly id: string;
  /** The fields that hold an Id of a deleted row, with their values in the baseline. */
  readonly baseline: ValueRow;
  /** The same fields now. */
  readonly now: ValueRow;
}

/** What the record lane knows of the org besides the changes. */
export interface RecordFacts {
  /** Describes as they are now. */
  readonly describes: ReadonlyMap<string, ObjectDescribe>;
  /** What presets and datasets know of the objects. */
  readonly knowledge: Knowledge;
  readonly textReferences: readonly TextReference[];
  /** Rules of Custom condition logic whose conditions changed, by Id: as in the baseline, and now. */
  readonly rules: ReadonlyMap<string, { readonly baseline: ValueRow; readonly now: ValueRow }>;
  readonly ruleOf: ReadonlyMap<string, string>;
  /** Users who own rows of the baseline and are inactive now. */
  readonly inactiveOwners: ReadonlySet<string>;
  /** Who changed a field is known only by the last editor of its row. */
  readonly lastEditorOnly: boolean;
  /** What named loads set, which is known for certain. */
  readonly loaded?: LoadedRows;
  /** Inserted rows that cannot go because rows outside the plan use them, with who uses them. */
  readonly held: ReadonlyMap<string, ReadonlySet<string>>;
  /** Rows that an earlier run may have inserted already, by Id to the run. */
  readonly inDoubt?: ReadonlyMap<string, string>;
  /** Objects that a preset brought in. */
  readonly ofPresets: ReadonlySet<string>;
}
