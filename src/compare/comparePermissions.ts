import { changeKind, diffPermissions, type PermissionChange } from '../permissions/diffPermissions.js';
import { permissionTarget } from '../permissions/permissionRow.js';
import type { PermissionsPart } from '../permissions/permissionsPart.js';
import { coversRow } from '../permissions/permissionScope.js';
import type { PermissionComparison } from './comparison.js';

/** Rows that differ between two snapshots, of those that both cover. Assignments to users are no difference. */
export function permissionChanges(
  before: PermissionsPart | undefined,
  after: PermissionsPart | undefined
): PermissionChange[] {
  if (!before || !after) return [];
  const changes = diffPermissions(
    before.rows.filter((row) => coversRow(after.scope, row)),
    after.rows.filter((row) => coversRow(before.scope, row))
  );
  return changes.filter((change) => change.kind !== 'User');
}

export function comparePermissions(changes: readonly PermissionChange[]): PermissionComparison[] {
  return changes.map((change) => ({
    target: permissionTarget(change.parent, change),
    kind: changeKind(change),
    before: change.baseline,
    after: change.now,
  }));
}
