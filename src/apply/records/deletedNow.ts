import { childrenOutside } from '../../plan/records/readCascades.js';
import type { ObjectDescribe } from '../../records/objectDescribe.js';
import type { RecordStep, RunContext } from '../runContext.js';
import type { RowState } from './readRows.js';
import { mapped, rowsOf, standingNow } from './recordItem.js';

/** Rows of a later delete step that the delete of their masters takes along. */
export interface Along {
  readonly step: RecordStep;
  readonly describe: ObjectDescribe;
  /** Every row of the step that is there, whole. By the time the step comes they may be gone. */
  readonly living: ReadonlyMap<string, RowState>;
  /** Those of them that nobody touched since the plan was checked. */
  readonly asPlanned: readonly string[];
}

/** What a delete step may take along of later ones, read just before it. */
export async function goingAlong(run: RunContext, step: RecordStep): Promise<Along[]> {
  const found: Along[] = [];
  // Details of details go as well: their step may wait only for that of their own masters.
  const masters = new Map([[step.id, step.detail.object]]);
  for (const later of openDeletes(run)) {
    const objects = new Set(later.waitsFor.flatMap((id) => masters.get(id) ?? []));
    if (objects.size === 0) continue;
    const describe = await run.org.describe(later.detail.object);
    if (!describe.fields.some((field) => field.cascadeDelete && field.referenceTo.some((name) => objects.has(name))))
      continue;
    masters.set(later.id, later.detail.object);
    const items = (run.current.items.get(later.id) ?? []).map((planned) => ({
      planned,
      now: mapped(run, later.detail.object, planned),
    }));
    const rows = await rowsOf(run, later, items, 'all');
    const living = new Map([...rows].filter(([, row]) => !row.deleted));
    const asPlanned = items.filter(
      (item) => living.has(item.now.id) && standingNow(run, later, item, rows.get(item.now.id)) === 'asPlanned'
    );
    found.push({ step: later, describe, living, asPlanned: asPlanned.map(({ now }) => now.id) });
  }
  return found;
}

/**
 * Rows of a delete step that have to stay, with what uses them now. Only what the run is still going to delete or to point
 * elsewhere is in nobody's way: a row that it left alone must not go with its master after all.
 */
export async function heldNow(
  run: RunContext,
  step: RecordStep,
  due: readonly string[],
  along: readonly Along[]
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const deletes = new Map([[step.detail.object, due]]);
  for (const { step: later, asPlanned } of along)
    deletes.set(later.detail.object, [...(deletes.get(later.detail.object) ?? []), ...asPlanned]);
  const taken = new Set([step.id, ...along.map((each) => each.step.id)]);
  const going = new Set(
    openDeletes(run)
      .filter(({ id }) => !taken.has(id))
      .flatMap(({ id }) => (run.current.items.get(id) ?? []).map((item) => run.idMap.get(item.id) ?? item.id))
  );
  return childrenOutside(run.org, { deletes, going, turned: turnedLater(run) }, step.detail.strays === true);
}

/** Delete steps that have no outcome yet. What a settled one deleted is gone, and what it did not delete stays. */
function openDeletes(run: RunContext): RecordStep[] {
  return run.plan.steps.filter(
    (step): step is RecordStep =>
      step.operation === 'deleteRecords' && step.detail.kind === 'records' && !run.outcomes.has(step.id)
  );
}

/** Fields that updates which have no outcome yet write, by row. */
function turnedLater(run: RunContext): Map<string, Set<string>> {
  const turned = new Map<string, Set<string>>();
  for (const step of run.plan.steps) {
    if (step.operation !== 'updateRecords' || run.outcomes.has(step.id)) continue;
    for (const planned of run.current.items.get(step.id) ?? []) {
      const id = run.idMap.get(planned.id) ?? planned.id;
      turned.set(id, new Set([...(turned.get(id) ?? []), ...Object.keys(planned.after ?? {})]));
    }
  }
  return turned;
}
