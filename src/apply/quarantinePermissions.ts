import type { PermissionRecord } from '../org/ports/permissions.js';
import { permissionTarget } from '../permissions/permissionRow.js';
import { scopeOfRows } from '../permissions/permissionScope.js';
import type { Conflict } from '../plan/conflict.js';
import { permissionsJson } from '../snapshot/capturePermissions.js';
import { parentsOf, plannedRows, type PlannedRow } from './permissions/permissionStanding.js';
import type { RunContext } from './runContext.js';

/** Says who did what is put back. */
type Says = (conflicts: readonly Conflict[]) => string;

/**
 * Saves permission rows that the plan overwrites, in the form of a snapshot's `permissions.json`, and notes for each the
 * command that puts it back: a permission set can be deployed only as a whole, with what others do to it until then.
 */
export async function savePermissions(
  run: RunContext,
  overwritten: ReadonlyMap<string, readonly Conflict[]>,
  note: string[],
  says: Says
): Promise<void> {
  const rows = plannedRows(run.plan.steps)
    .filter((row) => overwritten.has(permissionTarget(row.parent, row)))
    .sort((a, b) => turn(a) - turn(b));
  if (rows.length === 0) return;
  const scope = scopeOfRows(rows);
  const { parents } = await run.org.readPermissions(scope, parentsOf(rows));
  await run.folder.write(
    'quarantine/permissions.json',
    permissionsJson({
      scope,
      parents: parents.map(({ kind, name, managed }) => ({ kind, name, managed })),
      rows: rows
        .filter(({ before }) => before.length > 0)
        .map(({ parent, kind, target, before }) => ({ parent, kind, target, grants: before })),
      only: rows.map(({ parent, kind, target }) => ({ parent, kind, target })),
    })
  );
  const records = await run.org.permissionRecords(
    rows.map(({ parent, kind, target, before }) => ({ parent, kind, target, grants: before }))
  );
  for (const [at, row] of rows.entries()) {
    const target = permissionTarget(row.parent, row);
    note.push(`${target}: ${says(overwritten.get(target) ?? [])}`);
    note.push(`  ${putBack(row, records[at]) ?? 'What it is about is gone.'}`);
  }
}

/** Rights on objects are given before what rests on them, and taken away after it. */
function turn({ kind, before }: PlannedRow): number {
  if (before.length > 0) return kind === 'Object' ? 0 : 1;
  return kind === 'Object' ? 3 : 2;
}

/** The command that makes the row what it was before the run. */
function putBack(row: PlannedRow, record: PermissionRecord | undefined): string | undefined {
  if (!record) return undefined;
  const { object, names, values } = record;
  const pairs = (fields: Readonly<Record<string, string | boolean>>): string =>
    Object.entries(fields)
      .map(([name, value]) => (typeof value === 'boolean' ? `${name}=${value}` : `${name}='${value}'`))
      .join(' ');
  if (names.Id !== undefined)
    return `sf data update record --sobject ${object} --record-id ${names.Id} --values "${pairs(values)}"`;
  if (row.before.length === 0) return `sf data delete record --sobject ${object} --where "${pairs(names)}"`;
  if (row.after.length === 0)
    return `sf data create record --sobject ${object} --values "${pairs({ ...names, ...values })}"`;
  return `sf data update record --sobject ${object} --where "${pairs(names)}" --values "${pairs(values)}"`;
}
