import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { followingFields } from '../../records/followingFields.js';
import { returningFields } from '../../records/objectDescribe.js';
import { conflict, decide, resolved } from '../choice/choice.js';
import { claimDeleted } from '../attribution/claims.js';
import { type Decisions, type Draft } from '../draft.js';
import { ownerNotGiven, ownerStays } from './inactiveOwners.js';
import type { RecordFacts } from './recordFacts.js';
import { pick, type RecordSheets } from './recordSheet.js';
import type { RecordItem } from '../rollbackPlan.js';
import { comesWithParent } from './strayRows.js';

/** A deleted row comes back from the bin, else by insert; what had changed before it was deleted is set right afterwards. */
export function takeBackDelete(
  change: RecordChange,
  comingBack: ReadonlySet<string>,
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  sheets: RecordSheets
): void {
  const target = recordTarget(change.object, change.id);
  const run = facts.inDoubt?.get(change.id);
  if (run !== undefined) {
    // Twice is worse than not at all: it takes a word for these very rows.
    const decision = resolved(decisions.choice, target) ?? 'keep';
    const said = `gone, and run ${run} may have inserted it again`;
    const nobody = { userId: undefined, at: undefined };
    draft.conflicts.push(conflict(target, 'mayBeBack', 'present', said, nobody, decision, decisions.names));
    if (decision === 'keep') return;
  }
  const claim = claimDeleted(change, decisions.attribution);
  if (!claim.ours) {
    const { decision } = decide(decisions.choice, target);
    draft.conflicts.push(
      conflict(target, claim.kind, 'present', 'deleted since', claim.author, decision, decisions.names)
    );
    if (decision === 'keep') return;
  }
  const describe = facts.describes.get(change.object);
  const baseline = change.baseline as ValueRow;
  // What its parent took along (the one it had by then) comes back with the parent, also where the object has no undelete of its own.
  const withParent = describe !== undefined && comesWithParent(change.now ?? baseline, describe, comingBack);
  const inBin = change.now !== undefined && (describe?.undeletable !== false || withParent);
  if (!inBin && describe?.createable !== true) {
    draft.manual.push({
      target,
      what: `It is no longer in the recycle bin, and rows of ${change.object} cannot be inserted by this user. Restore it by hand from the snapshot.`,
    });
    return;
  }
  const left = followingFields(change.object, baseline);
  if (inBin ? ownerNotGiven(change, facts, decisions, draft) : ownerStays(change, facts, decisions, draft))
    left.push('OwnerId');
  const fields = (describe ? returningFields(describe) : [])
    .map((field) => field.name)
    .filter((name) => !left.includes(name));
  const item: RecordItem = { id: change.id, before: null, after: pick(baseline, fields) };
  sheets.add(change.object, inBin ? 'undelete' : 'insert', item);
  // A value that was changed before the row was deleted comes back changed; an insert leaves lookups empty at first.
  if (inBin && change.now && change.differences.length > 0) {
    const ownerKept = ownerStays(change, facts, decisions, draft);
    const names = change.differences.map(({ field }) => field).filter((name) => name !== 'OwnerId' || !ownerKept);
    if (names.length === 0) return;
    const lookups = (describe?.fields ?? []).filter(
      (field) => field.type === 'reference' && names.includes(field.name)
    );
    const also = Object.fromEntries(lookups.map(({ name }) => [name, null]));
    sheets.add(change.object, 'update', {
      id: change.id,
      before: pick(change.now, names),
      after: pick(baseline, names),
      ...(lookups.length > 0 ? { also } : {}),
    });
  }
}
