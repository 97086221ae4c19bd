import type { Querier } from '../../org/ports/queries.js';
import type { ComponentKey } from '../../metadata/component.js';
import { recordTarget, selects } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { idChunks, inList, select } from '../../records/soql.js';
import { fieldNamed, type FieldDescribe } from '../../records/objectDescribe.js';
import type { Baseline, SavedField } from '../../snapshot/baseline.js';
import { fieldDataRows, savedFieldOf } from '../../snapshot/fieldData.js';
import { baselineRows } from '../../snapshot/baselineRows.js';
import { NotFilled, REFILL } from './notRefilled.js';
import { returningObjects } from './readReturningObjects.js';
import type { Choice } from '../choice/choice.js';
import { emptyDraft, type Draft } from '../draft.js';
import type { DraftStep, RecordItem } from '../rollbackPlan.js';

/** A field that a step creates again. */
interface FieldBack {
  readonly key: string;
  readonly object: string;
  readonly field: FieldDescribe;
  /** Where its data is kept by itself; undefined: with the rows of its object. */
  readonly saved?: SavedField;
}

/**
 * A field that is created again comes back empty: steps that give every row what the snapshot holds of it, one an object.
 * They wait for the field, and for the rows that come back themselves. Rows that stay deleted get nothing. A finding says
 * what else is not filled: rows that were left out, lookups to rows that stay deleted, and rows that the snapshot lacks.
 */
export async function readRefills(
  org: Querier,
  baseline: Baseline,
  componentSteps: readonly DraftStep[],
  recordSteps: readonly DraftStep[],
  changes: readonly RecordChange[],
  choice: Choice
): Promise<Draft> {
  const draft = emptyDraft();
  // Rows of an object that is created again come back with all they had.
  const whole = new Set(returningObjects(baseline, componentSteps));
  const fields = componentSteps.flatMap((step) => fieldBack(baseline, step)).filter(({ object }) => !whole.has(object));
  if (fields.length === 0) return draft;
  const returning = new Map<string, ReadonlySet<string>>();
  for (const { key, operation, detail } of recordSteps)
    if (detail.kind === 'records' && (operation === 'undeleteRecords' || operation === 'insertRecords'))
      returning.set(key, new Set(detail.items.map(({ id }) => id)));
  const back = new Set([...returning.values()].flatMap((ids) => [...ids]));
  const gone = new Set(
    changes.filter(({ kind, id }) => (kind === 'deleted' || kind === 'passing') && !back.has(id)).map(({ id }) => id)
  );
  for (const [object, own] of Map.groupBy(fields, (one) => one.object)) {
    const items = new Map<string, RecordItem>();
    const part = baseline.snapshot.objects.find((entry) => entry.object === object);
    const lacking = new NotFilled(object, (field) => (baseline.fieldData?.has(field) ? undefined : part?.where));
    for (const [saved, together] of Map.groupBy(own, (field) => field.saved))
      for await (const row of rowsWith(baseline, object, saved)) {
        const id = row.Id as string;
        if (gone.has(id)) continue;
        const held = together.filter(({ field }) => (row[field.name] ?? null) !== emptyOf(field));
        if (excluded(choice, recordTarget(object, id))) {
          for (const { field } of held) lacking.leftOut(field.name);
          continue;
        }
        for (const { field } of held) if (gone.has(row[field.name] ?? '')) lacking.pointedToGone(field.name);
        const item = itemOf(row, together, gone);
        if (item) items.set(id, joined(items.get(id), item));
      }
    // Rows of which the snapshot holds nothing else may have been deleted since without a word in the changes.
    if (own.some(({ saved }) => saved)) await leaveOutGone(org, object, items, back);
    const sorted = [...items.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    if (sorted.length === 0) continue;
    draft.steps.push(refill(object, own, sorted, returning));
    draft.findings.push(...lacking.findings(own.map(({ field }) => field.name)));
  }
  return draft;
}

/** Whoever chose the field chose its data, too. */
function excluded({ exclude }: Choice, target: string): boolean {
  return exclude.some((selector) => selects(selector, target));
}

/**
 * Fields that were deleted of which the snapshot holds data that can be written again, by `Object.Field__c`, and objects of
 * which it holds rows that can be inserted again.
 */
export function refillable(baseline: Baseline, keys: readonly ComponentKey[]): Set<string> {
  return new Set(
    keys.flatMap((key) => (savedField(baseline, key) || savedObject(baseline, key) ? [key.fullName] : []))
  );
}

function savedObject({ snapshot, describes }: Baseline, { type, fullName }: ComponentKey): boolean {
  return (
    type === 'CustomObject' &&
    snapshot.objects.some(({ object }) => object === fullName) &&
    describes.get(fullName)?.createable === true
  );
}

function savedField(baseline: Baseline, { type, fullName }: ComponentKey): FieldDescribe | undefined {
  if (type !== 'CustomField') return undefined;
  const [object = '', name = ''] = fullName.split('.');
  const describe = baseline.describes.get(object);
  const part = baseline.snapshot.objects.find((entry) => entry.object === object);
  const ofRows = describe && fieldNamed(describe, name);
  const field = savedFieldOf(baseline, fullName) ?? (ofRows && part?.fields.includes(ofRows.name) ? ofRows : undefined);
  // Encrypted text may be a mask, and is never written back.
  return field?.updateable && !field.encrypted ? field : undefined;
}

function fieldBack(baseline: Baseline, { key, operation, detail }: DraftStep): FieldBack[] {
  if (operation !== 'recreateComponent' || detail.kind !== 'component') return [];
  const field = savedField(baseline, detail);
  const saved = baseline.fieldData?.get(detail.fullName);
  return field ? [{ key, object: detail.fullName.split('.')[0] ?? '', field, ...(saved ? { saved } : {}) }] : [];
}

async function* rowsWith(baseline: Baseline, object: string, saved: SavedField | undefined): AsyncGenerator<ValueRow> {
  const part = baseline.snapshot.objects.find((entry) => entry.object === object);
  if (saved) yield* fieldDataRows(baseline, saved);
  else if (part) yield* baselineRows(baseline, part);
}

function joined(one: RecordItem | undefined, other: RecordItem): RecordItem {
  if (!one) return other;
  const also = { ...one.also, ...other.also };
  return {
    ...one,
    before: { ...one.before, ...other.before },
    after: { ...one.after, ...other.after },
    ...(Object.keys(also).length > 0 ? { also } : {}),
  };
}

async function leaveOutGone(
  org: Querier,
  object: string,
  items: Map<string, RecordItem>,
  back: ReadonlySet<string>
): Promise<void> {
  const unsure = [...items.keys()].filter((id) => !back.has(id));
  const there = new Set<string>();
  for (const chunk of idChunks(unsure))
    for (const row of await org.query(select(['Id'], object, inList('Id', chunk)))) there.add(String(row.Id));
  for (const id of unsure) if (!there.has(id)) items.delete(id);
}

/** What a new field holds: nothing; a checkbox is not ticked, or ticked by its default. */
const emptyOf = ({ type }: FieldDescribe): string | null => (type === 'boolean' ? 'false' : null);

function itemOf(row: ValueRow, fields: readonly FieldBack[], gone: ReadonlySet<string>): RecordItem | undefined {
  const filled = fields.filter(({ field }) => {
    const value = row[field.name] ?? null;
    return (value !== null || field.type === 'boolean') && !(value !== null && gone.has(value));
  });
  // A row that holds nothing in any of them is as it was, unless a default says otherwise.
  const worth = filled.some(({ field }) => row[field.name] !== emptyOf(field));
  if (!worth) return undefined;
  const values = (of: (field: FieldDescribe) => string | null): ValueRow =>
    Object.fromEntries(filled.map(({ field }) => [field.name, of(field)]));
  const ticked = filled.filter(({ field }) => field.type === 'boolean');
  return {
    id: row.Id as string,
    before: values(emptyOf),
    after: values((field) => row[field.name] ?? null),
    ...(ticked.length > 0 ? { also: Object.fromEntries(ticked.map(({ field }) => [field.name, 'true'])) } : {}),
  };
}

function refill(
  object: string,
  fields: readonly FieldBack[],
  items: readonly RecordItem[],
  returning: ReadonlyMap<string, ReadonlySet<string>>
): DraftStep {
  const ids = new Set(items.map(({ id }) => id));
  const own = [...returning].filter(([, rows]) => [...rows].some((id) => ids.has(id))).map(([key]) => key);
  return {
    key: `${REFILL}${object}`,
    lane: 'records',
    operation: 'updateRecords',
    fallbacks: [],
    target: recordTarget(object),
    count: items.length,
    risk: 'lossless',
    reason: 'the field is created again without its data: the rows get what the snapshot holds of it',
    after: [...fields.map(({ key }) => key), ...own],
    preferablyAfter: [...returning.keys()].filter((key) => !own.includes(key)),
    detail: { kind: 'records', object, fields: fields.map(({ field }) => field.name).sort(), items },
  };
}
