import {
  permissionKeyText,
  permissionTarget,
  type PermissionParent,
  type PermissionRow,
  type PermissionsPart,
} from '../../permissions/permissionRow.js';
import { isParentType, scopeOfRows } from '../../permissions/permissionScope.js';
import { parseJson } from '../../snapshot/baseline.js';
import { permissionsJson } from '../../snapshot/capturePermissions.js';
import { permissionsSchema } from '../../snapshot/snapshotSchemas.js';
import { wasChanged, type SnapshotFiles, type UndoneRun } from '../undoneRun.js';

/**
 * The permission rows that the run wrote, as they were just before, and no others. Parents that it brought back or took away
 * are in scope too, so that whoever has them is seen. Gives how many rows there were.
 */
export async function undoPermissions(undone: UndoneRun, files: SnapshotFiles): Promise<number> {
  const only = writtenRows(undone);
  const scope = scopeOfRows(only);
  const whole = [...scope.parents, ...writtenParents(undone)];
  if (only.length === 0 && whole.length === 0) return 0;
  const wanted = new Set(only.map(permissionKeyText));
  const rows = new Map<string, PermissionRow>();
  let parents: PermissionsPart['parents'] = [];
  const { folder } = undone.run;
  // What a run found first stands: gone on with, it may have found its own work. `s001.json` comes before `s001.2.json`.
  const saved = (await folder.list('undo/permissions')).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const path of saved) {
    const part = permissionsSchema.parse(parseJson((await folder.read(path)).toString('utf8')));
    if (parents.length === 0) ({ parents } = part);
    for (const row of part.rows) {
      const key = permissionKeyText(row);
      if (wanted.has(key) && !rows.has(key)) rows.set(key, row);
    }
  }
  await files.put(
    'permissions.json',
    permissionsJson({ scope: { ...scope, parents: whole }, parents, rows: [...rows.values()], only })
  );
  return rows.size;
}

function writtenRows({ plan, accounts }: UndoneRun): NonNullable<PermissionsPart['only']> {
  return plan.steps.flatMap(({ id, detail }) => {
    if (detail.kind !== 'permissions') return [];
    const changed = new Set((accounts.get(id) ?? []).filter(wasChanged).map(({ target }) => target));
    return detail.rows
      .map(({ kind, target, after }) => ({ parent: detail.parent, kind, target, left: after }))
      .filter((key) => changed.has(permissionTarget(key.parent, key)));
  });
}

function writtenParents({ plan, accounts }: UndoneRun): PermissionParent[] {
  return plan.steps.flatMap(({ id, detail }) =>
    detail.kind === 'component' && isParentType(detail.type) && (accounts.get(id) ?? []).some(wasChanged)
      ? [{ kind: detail.type, name: detail.fullName }]
      : []
  );
}
