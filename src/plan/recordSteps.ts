import { recordTarget } from '../model/selector.js';
import type { RecordChange } from '../records/diffRecords.js';
import type { ValueRow } from '../records/fieldValue.js';
import { deactivation } from '../records/knowledge.js';
import { comparableFields, returningFields } from '../records/objectDescribe.js';
import { recordAuthor, type Author } from './changeSet.js';
import { conflict, decide, leftOut } from './choice.js';
import { deleteWaves, wavesOf } from './deleteWaves.js';
import { waitForConditions } from './customLogic.js';
import { emptyDraft, type Decisions, type Draft } from './draft.js';
import type { RecordFacts } from './recordFacts.js';
import { recordStep } from './recordStep.js';
import { pick, RecordSheets, rowsIn } from './recordSheet.js';
import { followNewIds } from './followNewIds.js';
import { acceptBlankedLookups, blankRefilledLookups, turnAwayFirst } from './lookupsOnTheWay.js';
import { comesWithParent, sweepWithParents } from './strayRows.js';
import type { Fallback, RecordItem } from './rollbackPlan.js';
import { keepTakenKeys, parkUniqueKeys, returningKeyTaken } from './uniqueKeys.js';

/** What happens when the recycle bin no longer has a row. */
export const INSERT_INSTEAD: Fallback = {
  operation: 'insertRecords',
  when: 'the recycle bin no longer has the row',
  risk: 'lossy',
};

/**
 * Steps of the record lane. Updates are taken back field by field; a row that somebody else edited after the deployers,
 * created or deleted, is a conflict. Then what makes the rows fit together: keys that must be free first, rules whose
 * logic names their conditions, and references that follow rows which come back under new Ids.
 */
export function recordSteps(changes: readonly RecordChange[], facts: RecordFacts, decisions: Decisions): Draft {
  // A row that cannot come back takes others with it: those that cannot be without it. So this goes on until none is left.
  const blocked = new Map<string, string>();
  for (;;) {
    const draft = emptyDraft();
    const sheets = sheetsOf(changes, facts, decisions, draft, blocked);
    keepTakenKeys(sheets, facts, changes, draft, decisions.names);
    const more = [...cannotComeBack(sheets, facts, changes)].filter(([id]) => !blocked.has(id));
    if (more.length > 0) {
      for (const [id, kind] of more) blocked.set(id, kind);
      continue;
    }
    parkUniqueKeys(sheets, facts);
    const waves = wavesOf(sheets, facts);
    for (const { object, sheet, items } of sheets.all()) {
      const fallbacks =
        (sheet === 'undelete' || sheet === 'undeleteLate') && facts.describes.get(object)?.createable
          ? [INSERT_INSTEAD]
          : [];
      for (const [wave, part] of sheet === 'delete' ? deleteWaves(items, waves) : [[0, items] as const]) {
        const step = recordStep(object, sheet, part, fallbacks, facts.lastEditorOnly);
        draft.steps.push(wave === 0 ? step : { ...step, key: `records:delete~${wave + 1}:${object}` });
      }
    }
    return draft;
  }
}

function sheetsOf(
  changes: readonly RecordChange[],
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  blocked: ReadonlyMap<string, string>
): RecordSheets {
  const sheets = new RecordSheets();
  const chosen = changes.filter((change) => {
    const target = recordTarget(change.object, change.id);
    const silent = change.kind === 'passing' || change.kind === 'touched';
    const skipped = silent ? undefined : leftOut(decisions.choice, target);
    if (skipped) draft.leftOut.push(skipped);
    const stays = skipped ? undefined : blocked.get(change.id);
    if (stays)
      draft.conflicts.push(
        conflict(target, stays, 'present', 'deleted since', recordAuthor(change), 'keep', decisions.names)
      );
    return !skipped && !stays;
  });
  const gone = chosen.filter(({ kind }) => kind === 'deleted');
  const ours = new Set(gone.filter((change) => isOurs(recordAuthor(change), decisions)).map(({ id }) => id));
  for (const change of gone) takeBackDelete(change, ours, facts, decisions, draft, sheets);
  const comingBack = new Set(rowsIn(sheets, ['undelete', 'insert']));
  const lost = new Set(changes.filter(({ kind, id }) => kind === 'deleted' && !comingBack.has(id)).map(({ id }) => id));
  dropLostTargets(sheets, facts, lost, draft);
  for (const change of chosen) {
    if (change.kind === 'updated') takeBackUpdate(change, comingBack, lost, decisions, draft, sheets);
    else if (change.kind === 'inserted') takeBackInsert(change, facts, decisions, draft, sheets);
  }
  sweepWithParents(changes, facts, sheets);
  acceptBlankedLookups(sheets, facts);
  turnAwayFirst(sheets, facts);
  waitForConditions(sheets, facts);
  followNewIds(sheets, facts);
  blankRefilledLookups(changes, facts, sheets);
  return sheets;
}

/** Rows that cannot come back: their master or a row they must point to stays deleted, or their unique value is taken. */
function cannotComeBack(
  sheets: RecordSheets,
  facts: RecordFacts,
  changes: readonly RecordChange[]
): Map<string, string> {
  const blocked = new Map<string, string>();
  const back = new Set(rowsIn(sheets, ['undelete', 'insert']));
  const lost = new Set(changes.filter(({ kind, id }) => kind === 'deleted' && !back.has(id)).map(({ id }) => id));
  for (const object of sheets.objects()) {
    const needs = (facts.describes.get(object)?.fields ?? []).filter(
      (field) => field.type === 'reference' && !field.nillable
    );
    for (const sheet of ['undelete', 'insert'] as const) {
      for (const item of sheets.items(object, sheet).values()) {
        const orphan = needs.some(({ name }) => lost.has(item.after?.[name] ?? ''));
        if (orphan) blocked.set(item.id, 'targetDeleted');
        else if (returningKeyTaken(sheets, object, item, facts, changes)) blocked.set(item.id, 'keyTaken');
      }
    }
  }
  return blocked;
}

function isOurs(author: Author, decisions: Decisions): boolean {
  return (
    decisions.attribution.source === 'everybody' ||
    (author.userId !== undefined && decisions.attribution.deployers.has(author.userId))
  );
}

function takeBackUpdate(
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

function takeBackInsert(
  change: RecordChange,
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  sheets: RecordSheets
): void {
  const now = change.now as ValueRow;
  const target = recordTarget(change.object, change.id);
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
  const current = `used by ${[...users].sort().join(', ')}`;
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
  const way = facts.ofPresets.has(object) ? deactivation(facts.knowledge, object) : undefined;
  if (!way || now[way.field] === undefined || now[way.field] === way.value) return;
  sheets.add(object, 'deactivate', {
    id,
    before: { [way.field]: now[way.field] ?? null },
    after: { [way.field]: way.value },
  });
}

function takeBackDelete(
  change: RecordChange,
  comingBack: ReadonlySet<string>,
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  sheets: RecordSheets
): void {
  const author = recordAuthor(change);
  const target = recordTarget(change.object, change.id);
  // A row that is gone for good has no last editor: it is theirs only where nobody else changed anything.
  const alone = decisions.attribution.source === 'everybody' || decisions.attribution.source === 'onlyAuthor';
  if (change.now === undefined ? !alone : !isOurs(author, decisions)) {
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
  // A value that was changed before the row was deleted comes back changed; an insert leaves lookups empty at first.
  if (inBin && change.now && change.differences.length > 0) {
    const names = change.differences.map(({ field }) => field);
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

/** A row that comes back cannot point to one that stays gone: what it would be judged by, and inserted with, leaves that out. */
function dropLostTargets(sheets: RecordSheets, facts: RecordFacts, lost: ReadonlySet<string>, draft: Draft): void {
  if (lost.size === 0) return;
  for (const object of sheets.objects()) {
    const lookups = new Set(
      (facts.describes.get(object)?.fields ?? [])
        .filter((field) => field.type === 'reference' && field.nillable)
        .map(({ name }) => name)
    );
    for (const sheet of ['undelete', 'insert', 'update'] as const) {
      for (const item of [...sheets.items(object, sheet).values()]) {
        const after = Object.fromEntries(
          Object.entries(item.after ?? {}).filter(
            ([field, value]) => !(lookups.has(field) && value !== null && lost.has(value))
          )
        );
        const dropped = Object.keys(item.after ?? {}).filter((field) => !(field in after));
        if (dropped.length > 0 && sheet !== 'update') {
          const target = recordTarget(object, item.id);
          const current = `${dropped.join(', ')} pointed to a row that stays deleted`;
          draft.conflicts.push({
            target,
            kind: 'targetDeleted',
            baseline: `${dropped.join(', ')} as in the snapshot`,
            current,
            changedBy: null,
            changedAt: null,
            decision: 'keep',
          });
        }
        const empty = sheet === 'update' && Object.keys(after).length === 0;
        sheets.replace(object, sheet, empty ? undefined : { ...item, after }, item.id);
      }
    }
  }
}
