import { componentTarget, flowTarget, recordTarget } from '../../model/selector.js';
import { permissionTarget } from '../../permissions/permissionRow.js';
import { componentAuthor, flowAuthor, recordAuthor, type Author, type ChangeSet } from '../changeSet.js';
import { conflict } from '../choice/choice.js';
import type { Conflict } from '../rollbackPlan.js';

/** The org's clock is read to the second, at the last answer of a run. */
const SLACK_MS = 1_000;

/**
 * Parts changes that were made up to a moment from those that somebody made after it. The latter are kept: they are
 * conflicts of a plan that takes back what happened before.
 */
export function changedAfter(
  changes: ChangeSet,
  until: string,
  names: ReadonlyMap<string, string>
): { readonly before: ChangeSet; readonly conflicts: readonly Conflict[] } {
  const end = Date.parse(until) + SLACK_MS;
  const conflicts: Conflict[] = [];
  const isBefore = (target: string, ...authors: readonly Author[]): boolean => {
    const later = authors.find(({ at }) => at !== undefined && Date.parse(at) > end);
    if (later)
      conflicts.push(conflict(target, 'changedSince', 'before the run', 'changed after the run', later, 'keep', names));
    return later === undefined;
  };
  const before: ChangeSet = {
    flows: changes.flows.filter((change) => isBefore(flowTarget(change.flow), flowAuthor(change))),
    components: changes.components.filter((change) =>
      isBefore(componentTarget(change.type, change.fullName), componentAuthor(change))
    ),
    permissions: changes.permissions.filter((change) =>
      isBefore(permissionTarget(change.parent, change), { userId: undefined, at: change.modifiedAt })
    ),
    records: changes.records.filter((change) => {
      const { now } = change;
      const editor = { userId: now?.LastModifiedById ?? undefined, at: now?.LastModifiedDate ?? undefined };
      return isBefore(recordTarget(change.object, change.id), editor, recordAuthor(change));
    }),
  };
  return { before, conflicts };
}
