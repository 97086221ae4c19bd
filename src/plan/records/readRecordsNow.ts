import pLimit from 'p-limit';
import type { Finding } from '../../model/finding.js';
import type { Progress } from '../../model/progress.js';
import { Refusal } from '../../model/refusal.js';
import type { OrgHistory } from '../../org/ports/history.js';
import type { RecordReader } from '../../org/ports/records.js';
import { commonFields, diffRecords, type RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { fieldNamed, type ObjectDescribe } from '../../records/objectDescribe.js';
import { both, idChunks, inList, select } from '../../records/soql.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { ownersToGiveBack } from './inactiveOwners.js';
import { createdSince, type ObjectNow } from './objectNow.js';
import { loadBaseline, rereadByIds } from './readRowsById.js';
import { readObjectNow } from './readObjectNow.js';
import type { TextReference } from './recordFacts.js';
import { readChildrenOfDeleted } from './readChildrenOfDeleted.js';

const PARALLEL_QUERIES = 8;

export interface RecordsNow {
  readonly changes: readonly RecordChange[];
  /** Describes as they are now, by object. */
  readonly describes: ReadonlyMap<string, ObjectDescribe>;
  /** Rows of the baseline, not deleted themselves, that hold in text the Id of a row that was deleted since. */
  readonly textReferences: readonly TextReference[];
  /** Rules of Custom condition logic of which a condition changed, by Id: as in the baseline, and now. */
  readonly rules: ReadonlyMap<string, { readonly baseline: ValueRow; readonly now: ValueRow }>;
  /** Changed conditions to the Id of their rule. */
  readonly ruleOf: ReadonlyMap<string, string>;
  /** Users who owned rows that were deleted or given away, and are inactive now. */
  readonly inactiveOwners: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/**
 * How the records of the scope differ from the baseline. Reads only what moved: rows stamped since the backup, deleted
 * ones included, children whose parents were deleted, and a count per object as a cross-check; where the count does not
 * fit, or with `full`, the whole object is read. Refuses when the user may not see all rows: a row that cannot be seen
 * would look deleted.
 */
export async function readRecordsNow(
  org: RecordReader & OrgHistory,
  baseline: Baseline,
  full: boolean,
  progress: Progress
): Promise<RecordsNow> {
  const parts = baseline.snapshot.objects;
  if (parts.length === 0)
    return {
      changes: [],
      describes: new Map(),
      textReferences: [],
      rules: new Map(),
      ruleOf: new Map(),
      inactiveOwners: new Set(),
      findings: [],
    };
  progress.stage('Comparing records', `${parts.length} objects`);
  const [names, viewsAll] = await Promise.all([
    org.objectNames(),
    org.viewsAllData(),
    // Not waited for on their own; of an object that is gone there is none.
    org.describeAll(parts.map((part) => part.object)),
  ]);
  if (!viewsAll) throw new Refusal('viewAllNeeded', { tokens: [parts.map((part) => part.object).join(', ')] });
  const findings: Finding[] = [];
  const limit = pLimit(PARALLEL_QUERIES);
  const onEditors = namesAhead(org);
  const objects = (
    await Promise.all(
      parts.map((part) =>
        limit(async () => {
          if (!names.has(part.object)) {
            findings.push({
              code: 'objectGone',
              severity: 'warning',
              subject: part.object,
              message: `${part.object} is no longer there, or no longer visible to this user. Its records were not compared.`,
            });
            return undefined;
          }
          return readObjectNow(org, baseline, part, full, findings, onEditors);
        })
      )
    )
  ).filter((object): object is ObjectNow => object !== undefined);
  const textReferences = await readChildrenOfDeleted(org, baseline, objects);
  const changes = objects.flatMap((object) =>
    diffRecords({
      object: object.part.object,
      fields: commonFields(object.before, object.now),
      baseline: object.baseline,
      now: object.rows,
      gone: object.gone,
      insertedIds: object.inserted,
      createdSince: (id) => createdSince(object, id),
    })
  );
  return {
    changes,
    describes: new Map(objects.map((object) => [object.part.object, object.now])),
    textReferences,
    ...(await readDisturbedRules(org, baseline, objects, changes)),
    inactiveOwners: await readInactive(org, ownersToGiveBack(changes)),
    findings,
  };
}

/**
 * Asks for the names of the first editors that are known, once: mostly there are no others, and the answer is there when
 * the rows have been compared.
 */
function namesAhead(org: OrgHistory): (userIds: readonly string[]) => void {
  let asked = false;
  return (userIds) => {
    if (asked || userIds.length === 0) return;
    asked = true;
    org.userNames(userIds).catch(() => undefined);
  };
}

/** Which of these users are inactive. */
export async function readInactive(org: RecordReader, users: readonly string[]): Promise<ReadonlySet<string>> {
  const inactive = new Set<string>();
  for (const chunk of idChunks(users))
    for (const row of await org.query(select(['Id'], 'User', both(inList('Id', chunk), 'IsActive = false'))))
      inactive.add(String(row.Id));
  return inactive;
}

/** The rules behind conditions that changed: whether they must be set neutral meanwhile shows in what they are now. */
async function readDisturbedRules(
  org: RecordReader,
  baseline: Baseline,
  objects: readonly ObjectNow[],
  changes: readonly RecordChange[]
): Promise<Pick<RecordsNow, 'rules' | 'ruleOf'>> {
  const rules = new Map<string, { baseline: ValueRow; now: ValueRow }>();
  const ruleOf = new Map<string, string>();
  for (const family of baseline.knowledge.customLogic) {
    const object = objects.find(({ part }) => part.object === family.rule);
    if (!object) continue;
    for (const change of changes.filter((entry) => entry.object === family.condition)) {
      const rule = change.baseline?.[family.lookup] ?? change.now?.[family.lookup];
      if (rule) ruleOf.set(change.id, rule);
    }
    const wanted = new Set([...ruleOf.values()]);
    if (wanted.size === 0) continue;
    await loadBaseline(baseline, object, wanted);
    const fields = object.part.fields.filter((name) => fieldNamed(object.now, name));
    await rereadByIds(
      org,
      object,
      [...wanted].filter((id) => object.baseline.has(id) && !object.rows.has(id)),
      fields
    );
    for (const id of wanted) {
      const now = object.rows.get(id);
      const before = object.baseline.get(id);
      if (before && now && !now.deleted) rules.set(id, { baseline: before, now: now.values });
    }
  }
  return { rules, ruleOf };
}
