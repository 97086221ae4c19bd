import { recordTarget } from '../model/selector.js';
import type { RecordChange } from '../records/diffRecords.js';
import type { ValueRow } from '../records/fieldValue.js';
import { recordAuthor } from './changeSet.js';
import { conflict, decide } from './choice.js';
import { isOurs, type Decisions, type Draft } from './draft.js';
import { pick, type RecordSheets } from './recordSheet.js';

/** An updated row gets the fields that differ back; what somebody else changed last is a conflict. */
export function takeBackUpdate(
  change: RecordChange,
  comingBack: ReadonlySet<string>,
  lost: ReadonlySet<string>,
  decisions: Decisions,
  draft: Draft,
  sheets: RecordSheets
): void {
  const before = change.baseline as ValueRow;
  const now = change.now as ValueRow;
  const author = recordAuthor(change);
  const target = recordTarget(change.object, change.id);
  // A lookup that was blanked because its target was deleted belongs to whoever deleted the target.
  const blanked = change.differences
    .filter(({ baseline, now: value }) => value === null && baseline !== null && comingBack.has(baseline))
    .map(({ field }) => field);
  // A lookup to a row that is gone and stays gone cannot be set again.
  const gone = change.differences
    .filter(({ baseline }) => baseline !== null && lost.has(baseline))
    .map(({ field }) => field);
  if (gone.length > 0) {
    const names = gone.join(', ');
    draft.conflicts.push(
      conflict(
        target,
        'targetDeleted',
        `${names} as in the snapshot`,
        `${names} pointed to a row that stays deleted`,
        author,
        'keep',
        decisions.names
      )
    );
  }
  let fields = change.differences.map(({ field }) => field).filter((field) => !gone.includes(field));
  if (!isOurs(author, decisions)) {
    const others = fields.filter((field) => !blanked.includes(field));
    if (others.length > 0) {
      const { decision } = decide(decisions.choice, target);
      const names = others.join(', ');
      draft.conflicts.push(
        conflict(
          target,
          'changedByOther',
          `${names} as in the snapshot`,
          `${names} changed since`,
          author,
          decision,
          decisions.names
        )
      );
      if (decision === 'keep') fields = blanked;
    }
  }
  if (fields.length > 0)
    sheets.add(change.object, 'update', { id: change.id, before: pick(now, fields), after: pick(before, fields) });
}
