import { componentTarget, flowTarget, recordTarget } from '../../model/selector.js';
import type { PermissionChange } from '../../permissions/diffPermissions.js';
import {
  grantsText,
  permissionKeyText,
  permissionTarget,
  sameGrants,
  type PermissionsPart,
} from '../../permissions/permissionRow.js';
import { componentAuthor, flowAuthor, recordAuthor, type Author, type ChangeSet } from '../changeSet.js';
import { conflict } from '../choice/choice.js';
import type { UndoRequest } from '../planRequest.js';
import type { Conflict } from '../rollbackPlan.js';

/** The org's clock is read to the second, at the last answer of a run. */
const SLACK_MS = 1_000;

/**
 * Parts changes that were made up to a moment from those that somebody made after it. The latter are kept: they are
 * conflicts of a plan that takes back what happened before.
 */
export function changedAfter(
  changes: ChangeSet,
  { until, left = [] }: UndoRequest,
  names: ReadonlyMap<string, string>
): { readonly before: ChangeSet; readonly conflicts: readonly Conflict[] } {
  const end = Date.parse(until) + SLACK_MS;
  const conflicts: Conflict[] = [];
  const digests = new Map(left.map(({ target, digest }) => [target, digest]));
  const isBefore = (target: string, ...authors: readonly Author[]): boolean => {
    const later = authors.find(({ at }) => at !== undefined && Date.parse(at) > end);
    if (later)
      conflicts.push(conflict(target, 'changedSince', 'before the run', 'changed after the run', later, 'keep', names));
    return later === undefined;
  };
  const before: ChangeSet = {
    flows: changes.flows.filter((change) => isBefore(flowTarget(change.flow), flowAuthor(change))),
    components: changes.components.filter((change) => {
      const target = componentTarget(change.type, change.fullName);
      // The org moves the time of a permission set or profile with every row of it, and with what a deployment leaves alone.
      return digests.get(target) === (change.now?.digest ?? null) || isBefore(target, componentAuthor(change));
    }),
    permissions: changes.permissions,
    records: changes.records.filter((change) => {
      const { now } = change;
      const editor = { userId: now?.LastModifiedById ?? undefined, at: now?.LastModifiedDate ?? undefined };
      return isBefore(recordTarget(change.object, change.id), editor, recordAuthor(change));
    }),
  };
  return { before, conflicts };
}

/**
 * The same for permission rows, by what they grant: a row that is gone bears no time. What the run left of a row, and is
 * still so, is the run's own work; anything else somebody did after it.
 */
export function rowsChangedAfter(
  changes: readonly PermissionChange[],
  undone: PermissionsPart | undefined
): { readonly before: readonly PermissionChange[]; readonly conflicts: readonly Conflict[] } {
  const left = new Map((undone?.only ?? []).map((row) => [permissionKeyText(row), row.left]));
  const conflicts: Conflict[] = [];
  const before = changes.filter((change) => {
    const grants = left.get(permissionKeyText(change));
    if (grants === undefined || sameGrants(grants, change.now)) return true;
    conflicts.push(
      conflict(
        permissionTarget(change.parent, change),
        'changedSince',
        grantsText(change.baseline),
        `grants ${grantsText(change.now)} now, ${grantsText(grants)} when the run had ended; changed`,
        { userId: undefined, at: change.modifiedAt },
        'keep',
        new Map()
      )
    );
    return false;
  });
  return { before, conflicts };
}
