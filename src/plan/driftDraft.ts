import { keyText } from '../metadata/component.js';
import type { ComponentChange } from '../metadata/diffComponents.js';
import { flowAuthor, componentAuthor, recordAuthor, type Author, type ChangeSet } from './changeSet.js';
import { componentTarget, flowTarget, recordTarget } from '../model/selector.js';
import { grantsText, permissionTarget } from '../permissions/permissionRow.js';
import { inWindow, type Attribution } from './attribution/attribution.js';
import { conflict, leftOut } from './choice/choice.js';
import { runs } from './flows/flowSteps.js';
import { emptyDraft, type Decisions, type Draft } from './draft.js';

const RECORD_WORDS: Readonly<Record<string, readonly [baseline: string, current: string]>> = {
  inserted: ['absent', 'created since'],
  deleted: ['present', 'deleted since'],
};

/** A component that is gone has no editor; the deployment that deleted it is known. */
function deletedBy(change: ComponentChange, { touches }: Attribution): Author | undefined {
  if (change.kind !== 'deleted') return undefined;
  const touch = touches.get(keyText(change))?.findLast(({ deleted }) => deleted);
  return touch && { userId: touch.userId, at: touch.at ?? undefined };
}

/**
 * What is not as in the snapshot, and nothing else: every difference is a conflict of kind `drift` that is kept, so that a
 * nightly check says who changed what, and nothing can be applied by accident.
 */
export function driftDraft(changes: ChangeSet, decisions: Decisions): Draft {
  const draft = emptyDraft();
  const { window } = decisions.attribution;
  const note = (
    target: string,
    words: readonly [string, string],
    author: Author,
    fields: readonly string[] = []
  ): void => {
    const skipped = leftOut(decisions.choice, target);
    if (skipped) draft.leftOut.push(skipped);
    else if (inWindow(window, author.at))
      draft.conflicts.push({
        ...conflict(target, 'drift', words[0], words[1], author, 'keep', decisions.names),
        ...(fields.length > 0 ? { fields } : {}),
      });
    else draft.leftOut.push({ target, why: 'changed outside --since and --until, or nobody knows when' });
  };
  for (const change of changes.flows) {
    if (change.kind === 'created' && change.now?.activeVersion === null) continue;
    const [before, now] = [runs(change.baseline), runs(change.now)];
    note(
      flowTarget(change.flow),
      before === now ? ['as in the snapshot', `${change.kind} since`] : [before, now],
      flowAuthor(change)
    );
  }
  for (const change of changes.components)
    note(
      componentTarget(change.type, change.fullName),
      [change.kind === 'created' ? 'absent' : 'as in the snapshot', `${change.kind} since`],
      deletedBy(change, decisions.attribution) ?? componentAuthor(change)
    );
  for (const change of changes.permissions)
    note(
      permissionTarget(change.parent, change),
      [grantsText(change.baseline), `${grantsText(change.now)} now, ${grantsText(change.baseline)} in the snapshot`],
      { userId: undefined, at: change.modifiedAt }
    );
  for (const change of changes.records) {
    if (change.kind === 'passing' || change.kind === 'touched') continue;
    const fields = change.kind === 'updated' ? change.differences.map(({ field }) => field).sort() : [];
    const names = fields.join(', ');
    const words = RECORD_WORDS[change.kind] ?? [`${names} as in the snapshot`, `${names} changed since`];
    note(recordTarget(change.object, change.id), words, recordAuthor(change), fields);
  }
  return draft;
}
