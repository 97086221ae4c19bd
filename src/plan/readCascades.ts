import pLimit from 'p-limit';
import type { Finding } from '../model/finding.js';
import { parseRecordId } from '../model/ids.js';
import { recordTarget } from '../model/selector.js';
import type { RecordReader } from '../org/ports.js';
import type { ChildRelationship } from '../records/objectDescribe.js';
import { idChunks, inList, select } from '../records/soql.js';
import type { Draft } from './draft.js';
import type { DraftStep, RecordItem } from './rollbackPlan.js';

/** Bookkeeping that belongs to the row itself and goes with it: nobody's work outside the plan. */
const OWN_TRACES =
  /(Feed|History|Share|ChangeEvent|__ChangeEvent|__Tag)$|^(AttachedContentDocument|CombinedAttachment|ContentDocumentLink|EntitySubscription|FeedComment|FeedItem|FlowRecordRelation|NetworkActivityAudit|NetworkUserHistoryRecent|NoteAndAttachment|OpenActivity|ActivityHistory|ProcessInstance|ProcessInstanceHistory|RecordAction|RecordActionHistory|TopicAssignment|UserRecordAccess|RecentlyViewed)$/;

interface Outside {
  /** Parent row that cannot go, to the relationships that hold it. */
  readonly byParent: Map<string, Set<string>>;
}

/**
 * Looks ahead before inserted rows are deleted: a row whose deletion would remove, blank or be refused by any row that is
 * not deleted by the plan too is a conflict, and is kept. Children that the plan deletes or turns away do not count.
 */
export async function keepWhatCascadesOutside(org: RecordReader, draft: Draft, findings: Finding[]): Promise<Draft> {
  let steps = draft.steps;
  const conflicts = [...draft.conflicts];
  // Keeping a row can make its parent's deletion cascade outside the plan, so this goes on until nothing changes.
  for (let round = 0; round < 20; round += 1) {
    const outside = await outsideChildren(org, steps, findings);
    if (outside.byParent.size === 0) break;
    steps = steps.flatMap((step) => {
      if (step.operation !== 'deleteRecords' || step.detail.kind !== 'records') return [step];
      const { object, items } = step.detail;
      const kept: RecordItem[] = [];
      for (const item of items) {
        const children = outside.byParent.get(item.id);
        if (!children) kept.push(item);
        else {
          conflicts.push({
            target: recordTarget(object, item.id),
            kind: 'cascadesOutsidePlan',
            baseline: 'absent',
            current: `used by ${[...children].sort().join(', ')}`,
            changedBy: null,
            changedAt: null,
            decision: 'keep',
          });
        }
      }
      return kept.length === 0 ? [] : [{ ...step, count: kept.length, detail: { ...step.detail, items: kept } }];
    });
  }
  return { ...draft, steps, conflicts };
}

async function outsideChildren(org: RecordReader, steps: readonly DraftStep[], findings: Finding[]): Promise<Outside> {
  const byParent = new Map<string, Set<string>>();
  const names = await org.objectNames();
  const deleted = new Set(itemsOf(steps, 'deleteRecords').map(([, item]) => item.id));
  // A row that an update of the plan points elsewhere lets go before the delete.
  const turned = new Map<string, Set<string>>();
  for (const [, item] of itemsOf(steps, 'updateRecords')) turned.set(item.id, new Set(Object.keys(item.after ?? {})));
  const limit = pLimit(8);
  const work: Array<Promise<void>> = [];
  for (const step of steps) {
    if (step.operation !== 'deleteRecords' || step.detail.kind !== 'records') continue;
    const { object, items } = step.detail;
    const describe = await org.describe(object);
    for (const child of describe.childRelationships) {
      if (OWN_TRACES.test(child.childObject) || !names.has(child.childObject)) continue;
      for (const chunk of idChunks(items.map((item) => item.id))) {
        work.push(limit(() => look(org, child, chunk, deleted, turned, byParent, findings)));
      }
    }
  }
  await Promise.all(work);
  return { byParent };
}

function* pairs(
  steps: readonly DraftStep[],
  operation: DraftStep['operation']
): Generator<[object: string, item: RecordItem]> {
  for (const step of steps)
    if (step.operation === operation && step.detail.kind === 'records')
      for (const item of step.detail.items) yield [step.detail.object, item];
}

function itemsOf(
  steps: readonly DraftStep[],
  operation: DraftStep['operation']
): Array<[object: string, item: RecordItem]> {
  return [...pairs(steps, operation)];
}

async function look(
  org: RecordReader,
  child: ChildRelationship,
  parents: ReturnType<typeof idChunks>[number],
  deleted: ReadonlySet<string>,
  turned: ReadonlyMap<string, ReadonlySet<string>>,
  byParent: Map<string, Set<string>>,
  findings: Finding[]
): Promise<void> {
  try {
    const rows = await org.query(select(['Id', child.field], child.childObject, inList(child.field, parents)));
    for (const row of rows) {
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
    const subject = `${child.childObject}.${child.field}`;
    if (!findings.some((finding) => finding.code === 'childrenNotReadable' && finding.subject === subject)) {
      findings.push({
        code: 'childrenNotReadable',
        severity: 'info',
        subject,
        message: `Whether rows here point to what the plan deletes could not be read: ${(error as Error).message.slice(0, 200)}`,
      });
    }
  }
}
