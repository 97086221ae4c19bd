import { recordTarget } from '../model/selector.js';
import type { RecordChange } from '../records/diffRecords.js';
import type { ValueRow } from '../records/fieldValue.js';
import { comparableFields, readableFields, returningFields, type ObjectDescribe } from '../records/objectDescribe.js';
import { recordAuthor, type Author } from './changeSet.js';
import { conflict, decide, leftOut } from './choice.js';
import { waitForConditions } from './customLogic.js';
import { emptyDraft, type Decisions, type Draft } from './draft.js';
import type { TextReference } from './readRecordsNow.js';
import { recordStep } from './recordStep.js';
import { RecordSheets } from './recordSheet.js';
import { followNewIds } from './followNewIds.js';
import type { Fallback, RecordItem } from './rollbackPlan.js';
import { parkUniqueKeys } from './uniqueKeys.js';

export interface RecordFacts {
  /** Describes as they are now. */
  readonly describes: ReadonlyMap<string, ObjectDescribe>;
  readonly textReferences: readonly TextReference[];
  /** Rules of Custom condition logic whose conditions changed, by Id: as in the baseline, and now. */
  readonly rules: ReadonlyMap<string, { readonly baseline: ValueRow; readonly now: ValueRow }>;
  readonly ruleOf: ReadonlyMap<string, string>;
  /** Who changed a field is known only by the last editor of its row. */
  readonly lastEditorOnly: boolean;
}

/** What happens when the recycle bin no longer has a row. */
export const INSERT_INSTEAD: Fallback = {
  operation: 'insertRecords',
  when: 'the recycle bin no longer has the row',
  risk: 'lossy',
};

export function pick(row: ValueRow, fields: readonly string[]): ValueRow {
  return Object.fromEntries(fields.filter((field) => field in row).map((field) => [field, row[field] ?? null]));
}

/**
 * Steps of the record lane. Updates are taken back field by field; a row that somebody else edited after the deployers,
 * created or deleted, is a conflict. Then what makes the rows fit together: keys that must be free first, rules whose
 * logic names their conditions, and references that follow rows which come back under new Ids.
 */
export function recordSteps(changes: readonly RecordChange[], facts: RecordFacts, decisions: Decisions): Draft {
  const draft = emptyDraft();
  const sheets = new RecordSheets();
  const comingBack = new Set(
    changes
      .filter((change) => change.kind === 'deleted' && isOurs(recordAuthor(change), decisions))
      .map((change) => change.id)
  );
  for (const change of changes) {
    const target = recordTarget(change.object, change.id);
    const skipped = leftOut(decisions.choice, target);
    if (skipped) draft.leftOut.push(skipped);
    else if (change.kind === 'updated') takeBackUpdate(change, target, comingBack, decisions, draft, sheets);
    else if (change.kind === 'inserted') takeBackInsert(change, target, facts, decisions, draft, sheets);
    else takeBackDelete(change, target, comingBack, facts, decisions, draft, sheets);
  }
  acceptBlankedLookups(sheets);
  waitForConditions(sheets, facts);
  followNewIds(sheets, facts);
  parkUniqueKeys(sheets, facts);
  for (const { object, sheet, items } of sheets.all()) {
    const fallbacks = sheet === 'undelete' && facts.describes.get(object)?.createable ? [INSERT_INSTEAD] : [];
    draft.steps.push(recordStep(object, sheet, items, fallbacks, facts.lastEditorOnly));
  }
  return draft;
}

function isOurs(author: Author, decisions: Decisions): boolean {
  return (
    decisions.attribution.source === 'everybody' ||
    (author.userId !== undefined && decisions.attribution.deployers.has(author.userId))
  );
}

function takeBackUpdate(
  change: RecordChange,
  target: string,
  comingBack: ReadonlySet<string>,
  decisions: Decisions,
  draft: Draft,
  sheets: RecordSheets
): void {
  const before = change.baseline as ValueRow;
  const now = change.now as ValueRow;
  const author = recordAuthor(change);
  // A lookup that was blanked because its target was deleted belongs to whoever deleted the target.
  const blanked = change.differences
    .filter(({ baseline, now: value }) => value === null && baseline !== null && comingBack.has(baseline))
    .map(({ field }) => field);
  let fields = change.differences.map(({ field }) => field);
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

function takeBackInsert(
  change: RecordChange,
  target: string,
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  sheets: RecordSheets
): void {
  const now = change.now as ValueRow;
  const creator = recordAuthor(change);
  const editor: Author = { userId: now.LastModifiedById ?? undefined, at: now.LastModifiedDate ?? undefined };
  const ours = isOurs(creator, decisions);
  if (!ours || !isOurs(editor, decisions)) {
    const { decision, named } = decide(decisions.choice, target);
    // A row somebody else created goes only when it is named; `--on-conflict restore` is not enough.
    const goes = decision === 'restore' && (ours || named);
    draft.conflicts.push(
      conflict(
        target,
        ours ? 'editedSince' : 'createdByOther',
        'absent',
        'created since',
        ours ? editor : creator,
        goes ? 'restore' : 'keep',
        decisions.names
      )
    );
    if (!goes) return;
  }
  const describe = facts.describes.get(change.object);
  const fields = describe ? comparableFields(describe).map((field) => field.name) : [];
  sheets.add(change.object, 'delete', { id: change.id, before: pick(now, fields), after: null });
}

function takeBackDelete(
  change: RecordChange,
  target: string,
  comingBack: ReadonlySet<string>,
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  sheets: RecordSheets
): void {
  const author = recordAuthor(change);
  // A row that is gone for good has no last editor; who deleted it is not known, but it is missing all the same.
  if (change.now !== undefined && !isOurs(author, decisions)) {
    const { decision } = decide(decisions.choice, target);
    const kind = author.userId ? 'deletedByOther' : 'unknownAuthor';
    draft.conflicts.push(conflict(target, kind, 'present', 'deleted since', author, decision, decisions.names));
    if (decision === 'keep') return;
  }
  const describe = facts.describes.get(change.object);
  const baseline = change.baseline as ValueRow;
  // What its parent took along comes back with the parent, also where the object has no undelete of its own.
  const withParent = describe !== undefined && comesWithParent(baseline, describe, comingBack);
  const inBin = change.now !== undefined && (describe?.undeletable !== false || withParent);
  if (!inBin && describe?.createable !== true) {
    draft.manual.push({
      target,
      what: `It is no longer in the recycle bin, and rows of ${change.object} cannot be inserted by this user. Restore it by hand from the snapshot.`,
    });
    return;
  }
  const fields = describe ? returningFields(describe).map((field) => field.name) : [];
  const item: RecordItem = { id: change.id, before: null, after: pick(baseline, fields) };
  sheets.add(change.object, inBin ? 'undelete' : 'insert', item);
  // A value that was changed before the row was deleted comes back changed.
  if (inBin && change.now && change.differences.length > 0) {
    const names = change.differences.map(({ field }) => field);
    sheets.add(change.object, 'update', {
      id: change.id,
      before: pick(change.now, names),
      after: pick(baseline, names),
    });
  }
}

function comesWithParent(row: ValueRow, describe: ObjectDescribe, comingBack: ReadonlySet<string>): boolean {
  return readableFields(describe).some((field) => {
    const parent = row[field.name];
    return (
      field.type === 'reference' &&
      (field.cascadeDelete || !field.nillable) &&
      parent !== null &&
      parent !== undefined &&
      comingBack.has(parent)
    );
  });
}

/** A lookup to a row that the plan deletes may be blanked by the org before its own update comes: that is no surprise. */
function acceptBlankedLookups(sheets: RecordSheets): void {
  const going = new Set(sheets.objects().flatMap((object) => [...sheets.items(object, 'delete').keys()]));
  for (const object of sheets.objects()) {
    for (const item of [...sheets.items(object, 'update').values()]) {
      const blanks = Object.entries(item.before ?? {}).filter(([, value]) => value !== null && going.has(value));
      if (blanks.length > 0)
        sheets.replace(
          object,
          'update',
          { ...item, also: { ...item.also, ...Object.fromEntries(blanks.map(([field]) => [field, null])) } },
          item.id
        );
    }
  }
}
