import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { recordAuthor } from '../changeSet.js';
import { conflict, decide } from '../choice/choice.js';
import { claimFields, type Claim } from '../attribution/claims.js';
import { type Decisions, type Draft } from '../draft.js';
import { ownerStays } from './inactiveOwners.js';
import type { RecordFacts } from './recordFacts.js';
import { pick, type RecordSheets } from './recordSheet.js';

/** An updated row gets the fields that differ back; what somebody else changed last is a conflict. */
export function takeBackUpdate(
  change: RecordChange,
  facts: RecordFacts,
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
    draft.conflicts.push({
      ...conflict(
        target,
        'targetDeleted',
        `${names} as in the snapshot`,
        `${names} pointed to a row that stays deleted`,
        author,
        'keep',
        decisions.names
      ),
      fields: [...gone].sort(),
    });
  }
  let fields = change.differences.map(({ field }) => field).filter((field) => !gone.includes(field));
  for (const [claim, others] of keptFields(change, fields, blanked, decisions)) {
    const { decision } = decide(decisions.choice, target);
    const names = [...others].sort().join(', ');
    draft.conflicts.push({
      ...conflict(
        target,
        claim.kind,
        `${names} as in the snapshot`,
        `${names} changed since`,
        claim.author,
        decision,
        decisions.names
      ),
      fields: [...others].sort(),
    });
    if (decision === 'keep') fields = fields.filter((field) => !others.includes(field));
  }
  if (fields.includes('OwnerId') && ownerStays(change, facts, decisions, draft))
    fields = fields.filter((field) => field !== 'OwnerId');
  if (fields.length > 0)
    sheets.add(change.object, 'update', { id: change.id, before: pick(now, fields), after: pick(before, fields) });
}

/** Fields that are not the deployers', each group with why: blanked lookups go with the row they pointed to. */
function keptFields(
  change: RecordChange,
  fields: readonly string[],
  blanked: readonly string[],
  decisions: Decisions
): Array<[claim: Extract<Claim, { ours: false }>, fields: string[]]> {
  const groups = new Map<string, [Extract<Claim, { ours: false }>, string[]]>();
  const claims = claimFields(change, decisions.attribution);
  for (const field of fields.filter((name) => !blanked.includes(name))) {
    const claim = claims.get(field);
    if (!claim || claim.ours) continue;
    const key = `${claim.kind} ${claim.author.userId} ${claim.author.at}`;
    const group = groups.get(key) ?? [claim, []];
    group[1].push(field);
    groups.set(key, group);
  }
  return [...groups.values()];
}
