import { recordTarget } from '../model/selector.js';
import type { RecordChange } from '../records/diffRecords.js';
import type { ValueRow } from '../records/fieldValue.js';
import { comparableFields, readableFields, type ObjectDescribe } from '../records/objectDescribe.js';
import { recordAuthor, type Author } from './changeSet.js';
import { conflict, decide, leftOut } from './choice.js';
import { emptyDraft, type Decisions, type Draft } from './draft.js';
import type { DraftStep, RecordItem } from './rollbackPlan.js';

export interface RecordFacts {
  /** Describes as they are now. */
  readonly describes: ReadonlyMap<string, ObjectDescribe>;
  /** Who changed a field is known only by the last editor of its row. */
  readonly lastEditorOnly: boolean;
}

type Kind = 'undeleteRecords' | 'updateRecords' | 'deleteRecords';

interface Sorted {
  readonly items: Map<string, Map<Kind, RecordItem[]>>;
}

function add(sorted: Sorted, object: string, kind: Kind, item: RecordItem): void {
  const kinds = sorted.items.get(object) ?? new Map<Kind, RecordItem[]>();
  kinds.set(kind, [...(kinds.get(kind) ?? []), item]);
  sorted.items.set(object, kinds);
}

function pick(row: ValueRow, fields: readonly string[]): ValueRow {
  return Object.fromEntries(fields.filter((field) => field in row).map((field) => [field, row[field] ?? null]));
}

/**
 * Steps of the record lane: one step per object and operation. Updates are taken back field by field; a row that somebody
 * else edited after the deployers, created or deleted, is a conflict.
 */
export function recordSteps(changes: readonly RecordChange[], facts: RecordFacts, decisions: Decisions): Draft {
  const draft = emptyDraft();
  const sorted: Sorted = { items: new Map() };
  const comingBack = new Set(
    changes
      .filter((change) => change.kind === 'deleted' && isOurs(recordAuthor(change), decisions))
      .map((change) => change.id)
  );
  for (const change of changes) {
    const target = recordTarget(change.object, change.id);
    const skipped = leftOut(decisions.choice, target);
    if (skipped) draft.leftOut.push(skipped);
    else if (change.kind === 'updated') takeBackUpdate(change, target, comingBack, decisions, draft, sorted);
    else if (change.kind === 'inserted') takeBackInsert(change, target, facts, decisions, draft, sorted);
    else takeBackDelete(change, target, comingBack, facts, decisions, draft, sorted);
  }
  for (const [object, kinds] of sorted.items)
    for (const [kind, items] of kinds) draft.steps.push(recordStep(object, kind, items, facts));
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
  sorted: Sorted
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
      draft.conflicts.push(
        conflict(
          target,
          'changedByOther',
          `${others.join(', ')} as in the snapshot`,
          `${others.join(', ')} changed since`,
          author,
          decision,
          decisions.names
        )
      );
      if (decision === 'keep') fields = blanked;
    }
  }
  if (fields.length > 0)
    add(sorted, change.object, 'updateRecords', {
      id: change.id,
      before: pick(now, fields),
      after: pick(before, fields),
    });
}

function takeBackInsert(
  change: RecordChange,
  target: string,
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  sorted: Sorted
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
  add(sorted, change.object, 'deleteRecords', { id: change.id, before: pick(now, fields), after: null });
}

function takeBackDelete(
  change: RecordChange,
  target: string,
  comingBack: ReadonlySet<string>,
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  sorted: Sorted
): void {
  const author = recordAuthor(change);
  if (!isOurs(author, decisions)) {
    const { decision } = decide(decisions.choice, target);
    draft.conflicts.push(
      conflict(
        target,
        author.userId ? 'deletedByOther' : 'unknownAuthor',
        'present',
        'deleted since',
        author,
        decision,
        decisions.names
      )
    );
    if (decision === 'keep') return;
  }
  const describe = facts.describes.get(change.object);
  // What its parent took along comes back with the parent, also where the object has no undelete of its own.
  const withParent = describe !== undefined && comesWithParent(change.baseline as ValueRow, describe, comingBack);
  if (change.now === undefined || (describe?.undeletable === false && !withParent)) {
    draft.manual.push({
      target,
      what:
        change.now === undefined
          ? 'The org no longer has this row, not even in the recycle bin.'
          : `Rows of ${change.object} cannot be undeleted. Insert it again from the snapshot: it will have a new Id.`,
    });
    return;
  }
  const fields = describe ? comparableFields(describe).map((field) => field.name) : [];
  add(sorted, change.object, 'undeleteRecords', {
    id: change.id,
    before: null,
    after: pick(change.baseline as ValueRow, fields),
  });
  // A value that was changed before the row was deleted comes back changed.
  if (change.differences.length > 0) {
    const names = change.differences.map(({ field }) => field);
    add(sorted, change.object, 'updateRecords', {
      id: change.id,
      before: pick(change.now, names),
      after: pick(change.baseline as ValueRow, names),
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

const reasons: Record<Kind, string> = {
  undeleteRecords: 'deleted since: they come back from the recycle bin with their Ids',
  updateRecords: 'changed since: the fields that differ get their old values',
  deleteRecords: 'inserted since: they go to the recycle bin',
};

function recordStep(object: string, kind: Kind, items: readonly RecordItem[], facts: RecordFacts): DraftStep {
  const fields =
    kind === 'updateRecords' ? [...new Set(items.flatMap((item) => Object.keys(item.after ?? {})))].sort() : [];
  return {
    key: `records:${kind}:${object}`,
    lane: 'records',
    operation: kind,
    fallbacks: [],
    target: recordTarget(object),
    count: items.length,
    risk: 'lossless',
    reason:
      kind === 'updateRecords' && facts.lastEditorOnly
        ? `${reasons[kind]} (lastEditorOnly: who changed a field is known only by the last editor of its row)`
        : reasons[kind],
    detail: { kind: 'records', object, fields, items: [...items].sort((a, b) => (a.id < b.id ? -1 : 1)) },
  };
}
