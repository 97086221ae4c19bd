import { recordTarget } from '../../model/selector.js';
import type { RecordItem, RollbackPlan } from '../../plan/rollbackPlan.js';
import type { ValueRow } from '../../records/fieldValue.js';
import type { Moved, Standing } from '../standing.js';
import type { RowState } from './readRows.js';

/** What the rest of a plan means for how one row stands. */
export interface RowContext {
  /** Rows that another step brings back first. */
  readonly returning: ReadonlySet<string>;
  /** Rows that come back in this run: the org fills lookups to them again that their deletion had blanked. */
  readonly refilled: Pick<ReadonlySet<string>, 'has'>;
  /** The planned values before new Ids were counted in: an insert writes text with the old ones at first. */
  readonly unmapped?: ValueRow | null;
  /** A row that is gone altogether can be inserted. */
  readonly insertable: boolean;
  /** Fields of this row that another step writes. */
  readonly elsewhere: ReadonlySet<string>;
  /** Fields that are not there yet, because a step of the plan creates them again: as good as empty. */
  readonly coming?: ReadonlySet<string>;
}

/**
 * How one row stands. Values decide, not stamps: the target value means already restored, the planned value (or one the
 * plan itself puts in between) means go, any other value means that somebody moved it.
 */
export function standingOfRow(item: RecordItem, row: RowState | undefined, context: RowContext): Standing {
  const gone = !row || row.deleted;
  const { before, after, also } = item;
  const expected = (field: string): boolean => {
    const value = row?.values[field];
    // A field that could not be read says nothing, and least of all that it is as planned.
    if (value === undefined) return context.coming?.has(field) === true;
    return (
      value === after?.[field] ||
      value === before?.[field] ||
      (also !== undefined && field in also && value === also[field]) ||
      (before?.[field] === null && value !== null && context.refilled.has(value)) ||
      (context.unmapped != null && field in context.unmapped && value === context.unmapped[field])
    );
  };
  if (after === null) {
    if (gone) return 'alreadyRestored';
    return Object.keys(before ?? {}).every((field) => expected(field) || context.elsewhere.has(field))
      ? 'asPlanned'
      : 'moved';
  }
  const restored = Object.entries(after).every(
    ([field, value]) => row?.values[field] === value || (before === null && context.elsewhere.has(field))
  );
  if (before === null) {
    if (!row) return context.insertable ? 'asPlanned' : 'moved';
    if (row.deleted) return 'asPlanned';
    return restored ? 'alreadyRestored' : 'moved';
  }
  if (gone) return context.returning.has(item.id) ? 'asPlanned' : 'moved';
  if (restored) return 'alreadyRestored';
  return Object.keys(after).every(expected) ? 'asPlanned' : 'moved';
}

/** Fields that steps of a plan write, by row. */
export function fieldsWritten(
  plan: RollbackPlan,
  items: ReadonlyMap<string, readonly RecordItem[]>
): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>();
  for (const step of plan.steps) {
    if (step.operation !== 'updateRecords') continue;
    for (const item of items.get(step.id) ?? [])
      fields.set(item.id, new Set([...(fields.get(item.id) ?? []), ...Object.keys(item.after ?? {})]));
  }
  return fields;
}

/** Rows that steps of a plan bring back, by their old Ids. */
export function rowsReturning(plan: RollbackPlan, items: ReadonlyMap<string, readonly RecordItem[]>): Set<string> {
  const steps = plan.steps.filter((step) => step.operation === 'undeleteRecords' || step.operation === 'insertRecords');
  return new Set(steps.flatMap((step) => (items.get(step.id) ?? []).map((item) => item.id)));
}

/**
 * Rows that come back with their masters, by the org: those that a step of the plan takes away again, and those that stay
 * because they are somebody else's, which are among the rows that the plan keeps.
 */
export function strayRows(plan: RollbackPlan, items: ReadonlyMap<string, readonly RecordItem[]>): Set<string> {
  const steps = plan.steps.filter(({ detail }) => detail.kind === 'records' && detail.strays);
  const kept = plan.conflicts.filter(({ target, decision }) => decision === 'keep' && target.startsWith('record:'));
  return new Set([
    ...steps.flatMap((step) => (items.get(step.id) ?? []).map((item) => item.id)),
    ...kept.map(({ target }) => target.split(':').at(-1) ?? ''),
  ]);
}

export function movedRow(object: string, item: RecordItem, row: RowState | undefined): Moved {
  const target = recordTarget(object, item.id);
  const by = { byId: row?.values.LastModifiedById ?? null, at: row?.values.LastModifiedDate ?? null };
  if (!row) return { target, what: 'the org no longer has it', ...by };
  if (row.deleted) return { target, what: 'it was deleted', ...by };
  const expected = item.before ?? item.after ?? {};
  const fields = Object.keys(expected).filter(
    (field) => row.values[field] !== expected[field] && row.values[field] !== item.after?.[field]
  );
  return { target, what: `${fields.join(', ')} changed`, ...by };
}
