import { plural } from '../../model/plural.js';
import type { PermissionReading } from '../../org/ports/permissions.js';
import type { RowResult } from '../../org/ports/records.js';
import type { Step } from '../../plan/rollbackPlan.js';
import {
  grantsText,
  permissionKeyText,
  permissionTarget,
  sameGrants,
  type PermissionKey,
} from '../../permissions/permissionRow.js';
import type { PermissionsPart } from '../../permissions/permissionsPart.js';
import { scopeOfRows } from '../../permissions/permissionScope.js';
import { afterEffect, reasonOf, stopsRun } from '../errorKinds.js';
import type { ItemOutcome } from '../outcome.js';
import { writeWaves } from './permissionWaves.js';
import {
  grantsOf,
  isPermissionStep,
  parentsOf,
  plannedRows,
  standingOfPermission,
  type Grants,
  type PlannedRow,
} from './permissionStanding.js';
import { intend, itemOutcome, settle, type RunContext } from '../runContext.js';

/** A right may need another one that is written later: how often what was refused is tried once more. */
const MOST_ROUNDS = 5;

/**
 * Carries out permission steps together. Every row is read again just before: one that moved is left alone. What is there
 * is saved, then the rows are written, those first on which others wait, and read back: only what the org then says
 * counts. To do it twice changes nothing.
 */
export async function applyPermissionSteps(run: RunContext, steps: readonly Step[]): Promise<void> {
  const due = steps.filter(isPermissionStep);
  const rows = plannedRows(due);
  const scope = scopeOfRows(rows);
  const before = await run.org.readPermissions(scope, parentsOf(rows));
  const found = grantsOf(before);
  const go = rows.filter((row) => standingOfPermission(row, found) === 'asPlanned');
  const refusals = new Map<string, RowResult>();
  let after = found;
  if (go.length > 0) {
    for (const step of due) {
      const own = go.filter((row) => row.step === step);
      const begun = run.begun.get(step.id);
      const unsaved = own.filter((row) => begun?.has(nameOf(row)) !== true);
      if (unsaved.length > 0)
        await run.undo.permissions(step.id, { scope, ...rowsOf(before, unsaved) }, begun !== undefined);
      await intend(run, step, own.map(nameOf));
    }
    await writeInRounds(run, go, refusals).catch((error: unknown) => {
      // A request that is refused as a whole may follow others that came through: what the rows grant now decides.
      if (stopsRun(error)) throw error;
      for (const row of go) {
        const key = permissionKeyText(row);
        if (!refusals.has(key)) refusals.set(key, { id: key, success: false, ...reasonOf(error) });
      }
    });
    after = grantsOf(await afterEffect(() => run.org.readPermissions(scope, parentsOf(rows))));
  }
  for (const step of due) {
    const own = rows.filter((row) => row.step === step);
    await settle(
      run,
      step,
      own.map((row) => outcomeOf(run, row, found, after, refusals.get(permissionKeyText(row))))
    );
  }
}

function nameOf(row: PlannedRow): string {
  return permissionTarget(row.parent, row);
}

/** Rows in the form of a snapshot's `permissions.json`, cut down to those of the run. */
function rowsOf(
  reading: PermissionReading,
  wanted: readonly PermissionKey[]
): Pick<PermissionsPart, 'parents' | 'rows'> {
  const keys = new Set(wanted.map(permissionKeyText));
  const parents = reading.parents.map(({ kind, name, managed }) => ({ kind, name, managed }));
  return { parents, rows: reading.rows.filter((row) => keys.has(permissionKeyText(row))) };
}

async function writeInRounds(
  run: RunContext,
  rows: readonly PlannedRow[],
  refusals: Map<string, RowResult>
): Promise<void> {
  let open = rows;
  for (let round = 0; round < MOST_ROUNDS && open.length > 0; round += 1) {
    const refused: PlannedRow[] = [];
    const waves = round === 0 ? writeWaves(open) : eachByItself(writeWaves(open));
    run.progress.detail(plural(open.length, 'permission row'));
    const results = await run.org.writePermissions(
      waves.map((wave) => wave.map(({ parent, kind, target, after }) => ({ parent, kind, target, grants: after })))
    );
    for (const [n, wave] of waves.entries())
      for (const [at, row] of wave.entries()) {
        const result = results[n]?.[at];
        if (result?.success === true) refusals.delete(permissionKeyText(row));
        else {
          refused.push(row);
          if (result) refusals.set(permissionKeyText(row), result);
        }
      }
    // Nothing went through: not again, unless it was several in one record that were refused for one of them.
    if (refused.length === open.length && (round > 0 || !refused.some(({ kind }) => kind === 'UserPermission'))) return;
    open = refused;
  }
}

/**
 * User permissions of one parent are columns of one record, and one that the org refuses takes the others along. So what was
 * refused goes one by one.
 */
function eachByItself(waves: readonly PlannedRow[][]): PlannedRow[][] {
  return waves.flatMap((wave) => [
    wave.filter(({ kind }) => kind !== 'UserPermission'),
    ...wave.filter(({ kind }) => kind === 'UserPermission').map((row) => [row]),
  ]);
}

function outcomeOf(
  run: RunContext,
  row: PlannedRow,
  found: Grants,
  after: Grants,
  refusal: RowResult | undefined
): ItemOutcome {
  const granted = (grants: Grants): readonly string[] => grants.get(permissionKeyText(row)) ?? [];
  const words = (grants: readonly string[]): string | null => (grants.length === 0 ? null : grantsText(grants));
  const values = {
    target: nameOf(row),
    before: words(granted(found)),
    planned: words(row.after),
    after: words(granted(after)),
  };
  const standing = standingOfPermission(row, found);
  if (standing === 'alreadyRestored') {
    // Of a step gone on with, what it was about to write is its own work.
    const own = run.begun.get(row.step.id)?.has(nameOf(row)) === true;
    return itemOutcome(
      run,
      row.step,
      own ? { ...values, outcome: 'restored', before: words(row.before) } : { ...values, outcome: 'alreadyRestored' }
    );
  }
  if (standing === 'moved')
    return itemOutcome(run, row.step, {
      outcome: 'conflict',
      code: 'MOVED',
      message: `it grants ${grantsText(granted(found))} now, not ${grantsText(row.before)} as planned`,
      ...values,
    });
  if (sameGrants(granted(after), row.after)) return itemOutcome(run, row.step, { outcome: 'restored', ...values });
  return itemOutcome(run, row.step, {
    outcome: 'failed',
    code: refusal?.code ?? 'NOT_AS_BEFORE',
    message: refusal?.message ?? `the org took the change, but it grants ${grantsText(granted(after))}`,
    ...values,
  });
}
