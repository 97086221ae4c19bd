import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { comparableFields } from '../../records/objectDescribe.js';
import { deactivation } from '../../records/knowledge.js';
import { conflict, decide } from '../choice/choice.js';
import { claimInserted } from '../attribution/claims.js';
import { type Decisions, type Draft } from '../draft.js';
import type { RecordFacts } from './recordFacts.js';
import { pick, type RecordSheets } from './recordSheet.js';

/** An inserted row goes, unless somebody else made it, edited it since, or rows outside the plan use it. */
export function takeBackInsert(
  change: RecordChange,
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  sheets: RecordSheets
): void {
  const now = change.now as ValueRow;
  const target = recordTarget(change.object, change.id);
  const { made, claim } = claimInserted(change, decisions.attribution);
  if (!claim.ours) {
    const { decision, named } = decide(decisions.choice, target);
    // A row somebody else created goes only when it is named; `--on-conflict restore` is not enough.
    const goes = decision === 'restore' && (made || named);
    draft.conflicts.push(
      conflict(target, claim.kind, 'absent', 'created since', claim.author, goes ? 'restore' : 'keep', decisions.names)
    );
    if (!goes) return;
  }
  const users = facts.held.get(change.id);
  if (users) {
    keepInUse(change.object, change.id, now, users, facts, draft, sheets);
    return;
  }
  const describe = facts.describes.get(change.object);
  // The master cannot change, but tells which row goes first.
  const masters = (describe?.fields ?? []).filter((field) => field.type === 'reference' && field.cascadeDelete);
  const fields = [...new Set([...(describe ? comparableFields(describe) : []), ...masters].map(({ name }) => name))];
  sheets.add(change.object, 'delete', { id: change.id, before: pick(now, fields), after: null });
}

/** A row in use stays, and is made harmless where the preset that brought its object names the field that does it. */
function keepInUse(
  object: string,
  id: string,
  now: ValueRow,
  users: ReadonlySet<string>,
  facts: RecordFacts,
  draft: Draft,
  sheets: RecordSheets
): void {
  const way = facts.ofPresets.has(object) ? deactivation(facts.knowledge, object) : undefined;
  const goesOff = way && now[way.field] !== undefined && now[way.field] !== way.value ? way : undefined;
  const current = `used by ${[...users].sort().join(', ')}${goesOff ? ', so it is deactivated instead' : ''}`;
  const target = recordTarget(object, id);
  draft.conflicts.push({
    target,
    kind: 'cascadesOutsidePlan',
    baseline: 'absent',
    current,
    changedBy: null,
    changedAt: null,
    decision: 'keep',
  });
  if (!goesOff) return;
  sheets.add(object, 'deactivate', {
    id,
    before: { [goesOff.field]: now[goesOff.field] ?? null },
    after: { [goesOff.field]: goesOff.value },
  });
}
