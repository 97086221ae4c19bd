import {
  permissionKeyText,
  permissionTarget,
  type PermissionRow,
  type PermissionsPart,
} from '../../permissions/permissionRow.js';
import { scopeOfRows } from '../../permissions/permissionScope.js';
import { parseJson } from '../../snapshot/baseline.js';
import { permissionsJson } from '../../snapshot/capturePermissions.js';
import { permissionsSchema } from '../../snapshot/snapshotFormat.js';
import { wasChanged, type SnapshotFiles, type UndoneRun } from '../undoneRun.js';

/** The permission rows that the run wrote, as they were just before, and no others. Gives how many there were. */
export async function undoPermissions({ run, plan, accounts }: UndoneRun, files: SnapshotFiles): Promise<number> {
  const only = plan.steps.flatMap(({ id, detail }) => {
    if (detail.kind !== 'permissions') return [];
    const changed = new Set((accounts.get(id) ?? []).filter(wasChanged).map(({ target }) => target));
    return detail.rows
      .map(({ kind, target }) => ({ parent: detail.parent, kind, target }))
      .filter((key) => changed.has(permissionTarget(key.parent, key)));
  });
  if (only.length === 0) return 0;
  const wanted = new Set(only.map(permissionKeyText));
  const rows = new Map<string, PermissionRow>();
  let parents: PermissionsPart['parents'] = [];
  for (const path of (await run.folder.list('undo/permissions')).sort()) {
    const saved = permissionsSchema.parse(parseJson((await run.folder.read(path)).toString('utf8')));
    parents = saved.parents;
    // What a run found first stands: gone on with, it may have found its own work.
    for (const row of saved.rows) {
      const key = permissionKeyText(row);
      if (wanted.has(key) && !rows.has(key)) rows.set(key, row);
    }
  }
  await files.put(
    'permissions.json',
    permissionsJson({ scope: scopeOfRows(only), parents, rows: [...rows.values()], only })
  );
  return rows.size;
}
