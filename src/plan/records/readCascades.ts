import pLimit from 'p-limit';
import type { Finding } from '../../model/finding.js';
import { parseRecordId } from '../../model/ids.js';
import type { RawRow } from '../../org/ports/queries.js';
import type { Answers, RecordReader } from '../../org/ports/records.js';
import { isFinalNo } from '../../org/ports/refusals.js';
import type { ChildRelationship } from '../../records/objectDescribe.js';
import { idChunks, inList, select } from '../../records/soql.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { Decisions, Draft } from '../draft.js';
import type { RecordFacts } from './recordFacts.js';
import { recordSteps } from './recordSteps.js';
import type { DraftStep, RecordItem } from '../rollbackPlan.js';

/** Bookkeeping that belongs to the row itself and goes with it: nobody's work outside the plan. */
const OWN_TRACES =
  /(Feed|History|Share|ChangeEvent|__ChangeEvent|__Tag)$|^(AttachedContentDocument|CombinedAttachment|ContentDocumentLink|EntitySubscription|FeedComment|FeedItem|FlowRecordRelation|NetworkActivityAudit|NetworkUserHistoryRecent|NoteAndAttachment|OpenActivity|ActivityHistory|ProcessInstance|ProcessInstanceHistory|RecordAction|RecordActionHistory|TopicAssignment|UserRecordAccess|RecentlyViewed)$/;

/** Rows of deletes and updates, whatever form the steps have. */
interface Planned {
  readonly deletes: ReadonlyMap<string, readonly RecordItem[]>;
  /** Rows that an update of the plan points elsewhere, with the fields it writes: they let go before the delete. */
  readonly turned: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The steps of the record lane, with a look ahead before inserted rows are deleted: a row whose deletion would remove, blank
 * or be refused by any row that is not deleted by the plan too is a conflict. Keeping it can take a unique value from another
 * row, or make its parent's deletion cascade outside the plan, so the steps are worked out again until nothing changes.
 */
export async function stepsWithoutCascades(
  org: RecordReader,
  changes: readonly RecordChange[],
  facts: Omit<RecordFacts, 'held'>,
  decisions: Decisions,
  findings: Finding[]
): Promise<Draft> {
  const held = new Map<string, ReadonlySet<string>>();
  for (;;) {
    const draft = recordSteps(changes, { ...facts, held }, decisions);
    const more = await heldRows(org, plannedOf(draft.steps), findings);
    if (more.size === 0) return draft;
    for (const [id, children] of more) held.set(id, children);
  }
}

function plannedOf(steps: readonly DraftStep[]): Planned {
  const deletes = new Map<string, readonly RecordItem[]>();
  const turned = new Map<string, ReadonlySet<string>>();
  // Where no row goes, nobody asks who lets go of it.
  if (!steps.some(({ operation }) => operation === 'deleteRecords')) return { deletes, turned };
  for (const { operation, detail } of steps) {
    if (detail.kind !== 'records') continue;
    if (operation === 'deleteRecords')
      deletes.set(detail.object, [...(deletes.get(detail.object) ?? []), ...detail.items]);
    if (operation === 'updateRecords') turn(turned, detail.items);
  }
  return { deletes, turned };
}

function turn(turned: Map<string, ReadonlySet<string>>, items: readonly RecordItem[]): void {
  for (const item of items)
    turned.set(item.id, new Set([...(turned.get(item.id) ?? []), ...Object.keys(item.after ?? {})]));
}

/** Rows that are about to be deleted, and what the steps that are still to come do to others. */
export interface Doomed {
  /** Ids by object. */
  readonly deletes: ReadonlyMap<string, readonly string[]>;
  /** Rows that later steps delete. */
  readonly going: ReadonlySet<string>;
  /** Rows that later steps point elsewhere, with the fields those write. */
  readonly turned: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The same look once more, just before rows are deleted: which of them somebody uses by now. A row that is kept for it can be
 * in another one's way, so it goes on until nothing more is held. Rows that only came back with a master (`strays`) were in
 * nobody's lookup until the org filled it again: blanking it leaves it as it was.
 */
export async function childrenOutside(
  org: RecordReader,
  { deletes, going, turned }: Doomed,
  strays: boolean
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const children = strays
    ? ({ cascadeDelete, restrictedDelete }: ChildRelationship) => cascadeDelete || restrictedDelete
    : undefined;
  const held = new Map<string, ReadonlySet<string>>();
  for (;;) {
    const open = new Map<string, RecordItem[]>();
    for (const [object, ids] of deletes) {
      const rest = ids.filter((id) => !held.has(id));
      if (rest.length > 0)
        open.set(
          object,
          rest.map((id) => ({ id, before: null, after: null }))
        );
    }
    const still = new Set([...going].filter((id) => !held.has(id)));
    const more = await heldRows(org, { deletes: open, turned }, [], still, children);
    if (more.size === 0) return held;
    for (const [id, users] of more) held.set(id, users);
  }
}

async function heldRows(
  org: RecordReader,
  planned: Planned,
  findings: Finding[],
  alsoGoing?: ReadonlySet<string>,
  counts: (child: ChildRelationship) => boolean = () => true
): Promise<Map<string, Set<string>>> {
  const byParent = new Map<string, Set<string>>();
  const names = await org.objectNames();
  const going = new Set([
    ...(alsoGoing ?? []),
    ...[...planned.deletes.values()].flatMap((items) => items.map((item) => item.id)),
  ]);
  const questions: Question[] = [];
  for (const [object, items] of planned.deletes) {
    const describe = await org.describe(object);
    for (const child of describe.childRelationships) {
      if (OWN_TRACES.test(child.childObject) || !names.has(child.childObject) || !counts(child)) continue;
      for (const parents of idChunks(items.map((item) => item.id))) {
        const soql = select(['Id', child.field], child.childObject, inList(child.field, parents));
        questions.push({ child, parents, soql });
      }
    }
  }
  // An object of the platform may have dozens of relationships.
  const soqls = questions.map(({ soql }) => soql);
  const answers: Answers = soqls.length > 1 ? await org.queryTogether(soqls, { living: true }) : new Map();
  const limit = pLimit(8);
  await Promise.all(
    questions.map((question) =>
      limit(() => look(org, question, answers.get(question.soql), going, planned.turned, byParent, findings))
    )
  );
  return byParent;
}

/** Which rows use others by one relationship. */
interface Question {
  readonly child: ChildRelationship;
  readonly parents: ReturnType<typeof idChunks>[number];
  readonly soql: string;
}

async function look(
  org: RecordReader,
  { child, parents, soql }: Question,
  answer: readonly RawRow[] | undefined,
  deleted: ReadonlySet<string>,
  turned: ReadonlyMap<string, ReadonlySet<string>>,
  byParent: Map<string, Set<string>>,
  findings: Finding[]
): Promise<void> {
  try {
    // Asked by itself, one that was refused says why.
    for (const row of answer ?? (await org.query(soql))) {
      const id = parseRecordId(String(row.Id)) ?? String(row.Id);
      const parent = parseRecordId(String(row[child.field])) ?? '';
      if (deleted.has(id) || turned.get(id)?.has(child.field)) continue;
      const effect = child.cascadeDelete
        ? 'would be deleted'
        : child.restrictedDelete
          ? 'would refuse'
          : 'would be blanked';
      byParent.set(parent, (byParent.get(parent) ?? new Set()).add(`${child.childObject}.${child.field} (${effect})`));
    }
  } catch (error) {
    if (!isFinalNo(error)) throw error;
    const subject = `${child.childObject}.${child.field}`;
    // Of an object of somebody's own making, rows would go unseen. Some objects of the platform refuse such a query from
    // everybody: held for them, nothing could ever be deleted.
    if (child.cascadeDelete && child.childObject.endsWith('__c'))
      for (const parent of parents)
        byParent.set(
          parent,
          (byParent.get(parent) ?? new Set()).add(`${subject} (could not be read, would be deleted)`)
        );
    if (!findings.some((finding) => finding.code === 'childrenNotReadable' && finding.subject === subject)) {
      findings.push({
        code: 'childrenNotReadable',
        severity: child.cascadeDelete ? 'warning' : 'info',
        subject,
        message: `Whether rows here point to what the plan deletes could not be read${
          child.cascadeDelete ? ', and they would go with it' : ''
        }: ${(error as Error).message.slice(0, 200)}`,
      });
    }
  }
}
