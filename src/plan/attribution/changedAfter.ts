import { componentTarget, flowTarget, recordTarget } from '../../model/selector.js';
import type { PermissionChange } from '../../permissions/diffPermissions.js';
import { grantsText, permissionKeyText, permissionTarget, sameGrants } from '../../permissions/permissionRow.js';
import type { PermissionsPart } from '../../permissions/permissionsPart.js';
import { componentAuthor, flowAuthor, recordAuthor, type Author, type ChangeSet } from '../changeSet.js';
import { conflict } from '../choice/choice.js';
import type { UndoRequest } from '../planRequest.js';
import type { Conflict } from '../conflict.js';

const NOBODY: Author = { userId: undefined, at: undefined };

/** The org's clock is read to the second, at the last answer of a run. */
const SLACK_MS = 1_000;

/**
 * Parts what a run did from what somebody else did, after it or while it was cut off. The latter is kept: it is a conflict of
 * a plan that takes the run back. What still is as the run left it is the run's own, whoever saved it since. Of an updated
 * row that goes field by field; a field that the run did not write is its work only where nobody else can have been at it.
 */
export function changedAfter(
  changes: ChangeSet,
  undo: UndoRequest,
  names: ReadonlyMap<string, string>
): { readonly before: ChangeSet; readonly conflicts: readonly Conflict[] } {
  const conflicts: Conflict[] = [];
  const digests = new Map((undo.left ?? []).map(({ target, digest }) => [target, digest]));
  const isRuns = ofRun(undo);
  const keep = (target: string, author: Author): false => {
    conflicts.push(conflict(target, 'changedSince', 'before the run', 'changed after the run', author, 'keep', names));
    return false;
  };
  const isBefore = (target: string, ...authors: readonly Author[]): boolean => {
    const other = authors.find((author) => !isRuns(author));
    return other === undefined || keep(target, other);
  };
  const before: ChangeSet = {
    flows: changes.flows.filter((change) => isBefore(flowTarget(change.flow), flowAuthor(change))),
    components: changes.components.filter((change) => {
      const target = componentTarget(change.type, change.fullName);
      // The org moves the time of a permission set or profile with every row of it, and with what a deployment leaves alone.
      return digests.get(target) === (change.now?.digest ?? null) || isBefore(target, componentAuthor(change));
    }),
    permissions: changes.permissions,
    records: changes.records.flatMap((change) => {
      const target = recordTarget(change.object, change.id);
      const editor = {
        userId: change.now?.LastModifiedById ?? undefined,
        at: change.now?.LastModifiedDate ?? undefined,
      };
      const left = undo.rows?.get(change.id);
      switch (change.kind) {
        case 'updated': {
          const own = change.differences.filter(({ field, now }) => {
            const then = left?.[field];
            return then === undefined || then !== now ? isRuns(editor) && !undo.goneOn : true;
          });
          const others = change.differences.filter((difference) => !own.includes(difference)).map(({ field }) => field);
          if (others.length === 0) return [change];
          const said = [...others].sort().join(', ');
          conflicts.push({
            ...conflict(
              ...([target, 'changedSince', `${said} as before the run`, `${said} changed after the run`] as const),
              ...([editor, 'keep', names] as const)
            ),
            fields: [...others].sort(),
          });
          return own.length > 0 ? [{ ...change, differences: own }] : [];
        }
        case 'inserted':
          // Whatever a row that the run brought back holds now goes with it: nobody may have worked on it meanwhile.
          if (undo.goneOn && Object.entries(left ?? {}).some(([field, value]) => change.now?.[field] !== value))
            return keep(target, editor) ? [change] : [];
          return isBefore(target, editor, recordAuthor(change)) ? [change] : [];
        case 'deleted':
          // Only what the run itself deleted is its work. A row that went with its master need not bear who deleted that, and
          // one that is gone altogether has no editor.
          if (undo.rows !== undefined && left !== null)
            return keep(target, isRuns(editor) ? NOBODY : editor) ? [change] : [];
          return isBefore(target, editor) ? [change] : [];
        default:
          return [change];
      }
    }),
  };
  return { before, conflicts };
}

/** Whether a change is a run's own: not later than the run, and older than it or by one of those who carried it out. */
function ofRun({ from, until, by }: UndoRequest): (author: Author) => boolean {
  const end = Date.parse(until) + SLACK_MS;
  // Times of changes have whole seconds in some places.
  const begin = from === undefined ? undefined : Math.floor(Date.parse(from) / 1000) * 1000;
  return ({ userId, at }) => {
    if (at === undefined) return true;
    const time = Date.parse(at);
    if (time > end) return false;
    return begin === undefined || by === undefined || time < begin || (userId !== undefined && by.includes(userId));
  };
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
