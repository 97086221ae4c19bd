import type { Finding } from '../model/finding.js';
import type { PermissionReading } from '../org/ports/permissions.js';
import { permissionTarget } from '../permissions/permissionRow.js';
import { coversParent, type PermissionScope } from '../permissions/permissionScope.js';

/**
 * Groups in scope, or touched by the run, of which the org has not worked out what they grant: their rows are as they should
 * be, but whoever has the group does not have its rights yet.
 */
export function groupFindings(
  scope: PermissionScope | undefined,
  reading: PermissionReading | undefined,
  touched: readonly string[] = []
): Finding[] {
  if (!scope || !reading) return [];
  return reading.parents
    .filter(({ status }) => status !== undefined && status !== 'Updated')
    .filter((parent) => coversParent(scope, parent) || touched.includes(parent.name))
    .map((parent) => ({
      code: 'groupNotUpdated',
      severity: 'warning',
      subject: permissionTarget(parent),
      message: `The org has not worked out what this group grants (status ${parent.status}). Until then whoever has it may lack what is back, or keep what is gone.`,
      action: 'Look again in some minutes; if it stays so, recalculate the group in Setup, Permission Set Groups.',
    }));
}
