import type { Progress } from '../../model/progress.js';
import type { PermissionReader } from '../../org/ports/permissions.js';
import type { Querier } from '../../org/ports/queries.js';
import { diffPermissions } from '../../permissions/diffPermissions.js';
import { permissionKeyText } from '../../permissions/permissionRow.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { withHandChanges } from './readHandChanges.js';
import type { PermissionsNow } from './permissionDraft.js';

/** The permission rows of the snapshot's scope as they are now, against what they were. */
export async function readPermissionsNow(
  org: PermissionReader & Pick<Querier, 'query'>,
  baseline: Baseline,
  progress: Progress
): Promise<PermissionsNow> {
  const before = baseline.permissions;
  if (!before) return { reading: undefined, changes: [], assignments: [] };
  progress.stage('Comparing permissions');
  const read = await org.readPermissions(before.scope);
  const only = before.only && new Set(before.only.map(permissionKeyText));
  const rows = only ? read.rows.filter((row) => only.has(permissionKeyText(row))) : read.rows;
  const all = diffPermissions(before.rows, rows);
  const reading = await withHandChanges(org, read, all, baseline.snapshot.createdAt);
  return {
    reading,
    changes: all.filter((change) => change.kind !== 'User'),
    assignments: all.filter((change) => change.kind === 'User'),
  };
}
