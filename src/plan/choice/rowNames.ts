import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';

/** Fields by which people know a row, the first that it holds (Object Reference: the name field of an object, or its number). */
const NAME_FIELDS = ['Name', 'Subject', 'Title', 'CaseNumber', 'ContractNumber', 'OrderNumber', 'MasterLabel'];

/**
 * What people call the rows that changed, by their SELECTOR: as in the snapshot, or as they are now where it does not have
 * them. Record values: for a terminal on which somebody chooses, and for no file.
 */
export function rowNames(changes: readonly RecordChange[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { object, id, baseline, now } of changes) {
    const name = NAME_FIELDS.map((field) => baseline?.[field] ?? now?.[field]).find(Boolean);
    if (name) names.set(recordTarget(object, id), name);
  }
  return names;
}
