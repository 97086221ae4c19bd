import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { decide } from '../choice/choice.js';
import type { Decisions, Draft } from '../draft.js';
import type { RecordFacts } from './recordFacts.js';

/**
 * Whether a row keeps the owner it has, or gets whoever applies the plan, because the owner it had is inactive. Only users
 * with the permission Update Records with Inactive Owners may give a row to somebody inactive; others are refused the
 * whole row (INACTIVE_OWNER_OR_USER). So the owner is a conflict of its own, and everything else of the row goes back.
 */
export function ownerStays(change: RecordChange, facts: RecordFacts, decisions: Decisions, draft: Draft): boolean {
  const owner = change.baseline?.OwnerId;
  if (!owner || !facts.inactiveOwners.has(owner) || owner === change.now?.OwnerId) return false;
  const target = recordTarget(change.object, change.id);
  // That conflicts go back in general is no word on this one: the org may refuse the whole row for it.
  const { decision } = decide({ ...decisions.choice, onConflict: 'keep' }, target);
  if (!draft.conflicts.some((known) => known.target === target && known.kind === 'ownerInactive'))
    draft.conflicts.push({
      target,
      kind: 'ownerInactive',
      baseline: 'OwnerId as in the snapshot',
      current: `its owner ${decisions.names.get(owner) ?? owner} is inactive`,
      changedBy: null,
      changedAt: null,
      decision,
    });
  return decision === 'keep';
}

/**
 * Whether the owner of a row in the recycle bin is left out of what an insert would give it, because he is inactive: an
 * undelete brings the row back as his, and only should the bin be empty by then it will belong to whoever applies the plan.
 */
export function ownerNotGiven(change: RecordChange, facts: RecordFacts, decisions: Decisions, draft: Draft): boolean {
  const owner = change.baseline?.OwnerId;
  if (!owner || !facts.inactiveOwners.has(owner)) return false;
  const choice = { ...decisions.choice, onConflict: 'keep' as const };
  if (decide(choice, recordTarget(change.object, change.id)).decision === 'restore') return false;
  if (!draft.findings.some(({ code, subject }) => code === 'ownerInactive' && subject === change.object))
    draft.findings.push({
      code: 'ownerInactive',
      severity: 'info',
      subject: change.object,
      message:
        'Some rows that come back belong to users who are inactive. If the recycle bin no longer has such a row, it is inserted as yours.',
    });
  return true;
}

/** Rows that differ from the baseline in nothing but an owner who is inactive now. */
export function onlyOwnerInactive(changes: readonly RecordChange[], inactive: ReadonlySet<string>): string[] {
  return changes
    .filter(
      ({ kind, differences: [first, ...others] }) =>
        kind === 'updated' && others.length === 0 && first?.field === 'OwnerId' && inactive.has(first.baseline ?? '')
    )
    .map(({ object, id }) => recordTarget(object, id));
}

/** Owners in the baseline of rows that were deleted or given to somebody else. */
export function ownersToGiveBack(changes: readonly RecordChange[]): string[] {
  const owner = ({ kind, baseline, now }: RecordChange): Array<ValueRow[string]> =>
    baseline?.OwnerId === undefined || (kind === 'updated' && baseline.OwnerId === now?.OwnerId)
      ? []
      : [baseline.OwnerId];
  return [...new Set(changes.filter(({ kind }) => kind === 'deleted' || kind === 'updated').flatMap(owner))].flatMap(
    (id) => (id?.startsWith(USER_PREFIX) ? [id] : [])
  );
}

/** Ids of users begin with it; an owner may also be a queue. */
const USER_PREFIX = '005';
