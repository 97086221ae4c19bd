import { parseJson } from '../../model/json.js';
import {
  permissionKeyText,
  permissionTarget,
  type PermissionParent,
  type PermissionRow,
} from '../../permissions/permissionRow.js';
import type { PermissionsPart } from '../../permissions/permissionsPart.js';
import { isParentType, scopeOfRows } from '../../permissions/permissionScope.js';
import { permissionsJson } from '../../snapshot/capturePermissions.js';
import { permissionsSchema } from '../../snapshot/snapshotSchemas.js';
import type { ItemOutcome } from '../outcome.js';
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
    const changed = new Map((accounts.get(id) ?? []).filter(wasChanged).map((item) => [item.target, item]));
    return detail.rows.flatMap(({ kind, target, after }) => {
      const key = { parent: detail.parent, kind, target };
      const item = changed.get(permissionTarget(key.parent, key));
      if (!item) return [];
      // What the org made of it is what the run left, also where that is not what was planned.
      const left = item.outcome === 'failed' ? grantsIn(item.after) : after;
      return [{ ...key, left }];
    });
  });
}

/** The grants that an account names. */
function grantsIn(text: ItemOutcome['after']): readonly string[] {
  return typeof text === 'string' ? text.split(', ') : [];
}

function writtenParents({ plan, accounts }: UndoneRun): PermissionParent[] {
  return plan.steps.flatMap(({ id, detail }) =>
    detail.kind === 'component' && isParentType(detail.type) && (accounts.get(id) ?? []).some(wasChanged)
      ? [{ kind: detail.type, name: detail.fullName }]
      : []
  );
}
