import type { PermissionReader, PermissionReading } from '../../org/ports/permissions.js';
import type { PermissionItem, Step } from '../../plan/rollbackPlan.js';
import {
  grantsText,
  parentKeyText,
  permissionKeyText,
  permissionTarget,
  sameGrants,
  type PermissionKey,
  type PermissionParent,
} from '../../permissions/permissionRow.js';
import { scopeOfRows } from '../../permissions/permissionScope.js';
import type { Moved, Standing } from '../standing.js';

/** A step of the permission lane. */
export type PermissionStep = Step & { readonly detail: Extract<Step['detail'], { kind: 'permissions' }> };

export function isPermissionStep(step: Step): step is PermissionStep {
  return step.detail.kind === 'permissions';
}

/** A row of a step with its full name. */
export interface PlannedRow extends PermissionItem, PermissionKey {
  readonly step: PermissionStep;
}

export function plannedRows(steps: readonly Step[]): PlannedRow[] {
  return steps
    .filter(isPermissionStep)
    .flatMap((step) => step.detail.rows.map((row) => ({ ...row, parent: step.detail.parent, step })));
}

/** Whose rows they are, each parent once. */
export function parentsOf(rows: readonly PermissionKey[]): PermissionParent[] {
  return [...new Map(rows.map(({ parent }) => [parentKeyText(parent), parent])).values()];
}

/** What rows grant, by `permissionKeyText`; a row that is not there is missing. */
export type Grants = ReadonlyMap<string, readonly string[]>;

export function grantsOf(reading: PermissionReading): Grants {
  return new Map(reading.rows.map((row) => [permissionKeyText(row), row.grants]));
}

/** The rows of these steps as they are now; asks nothing when there are none. */
export async function readGrants(org: PermissionReader, steps: readonly Step[]): Promise<Grants> {
  const rows = plannedRows(steps);
  return rows.length === 0 ? new Map() : grantsOf(await org.readPermissions(scopeOfRows(rows), parentsOf(rows)));
}

/** How a row stands: what it grants decides. */
export function standingOfPermission(row: PlannedRow, grants: Grants): Standing {
  const now = grants.get(permissionKeyText(row)) ?? [];
  if (sameGrants(now, row.after)) return 'alreadyRestored';
  return sameGrants(now, row.before) ? 'asPlanned' : 'moved';
}

export function movedPermission(row: PlannedRow, grants: Grants): Moved {
  const now = grants.get(permissionKeyText(row)) ?? [];
  return {
    target: permissionTarget(row.parent, row),
    what: `it grants ${grantsText(now)} now, ${grantsText(row.before)} when the plan was made`,
    byId: null,
    at: null,
  };
}
