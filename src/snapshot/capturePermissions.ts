import type { ComponentKey } from '../metadata/component.js';
import type { Gap } from '../model/finding.js';
import type { Progress } from '../model/progress.js';
import type { PermissionReader, PermissionReading } from '../org/ports/permissions.js';
import { compareRows, parentKeyText } from '../permissions/permissionRow.js';
import type { PermissionsPart } from '../permissions/permissionsPart.js';
import { isEmptyPermissionScope, permissionScopeOf, unqueriedAccess } from '../permissions/permissionScope.js';
import type { Scope } from './scope.js';
import type { Snapshot } from './snapshotFormat.js';

const LEFT_OUT = 'left out by --no-permissions';

/** The org's words for "you may not look". Anything else that goes wrong is no gap but a failure. */
const NOT_SHOWN = new Set([
  'FUNCTIONALITY_NOT_ENABLED',
  'INSUFFICIENT_ACCESS',
  'INSUFFICIENT_ACCESS_OR_READONLY',
  'INVALID_FIELD',
  'INVALID_TYPE',
  'NOT_FOUND',
]);

/**
 * The permission rows of the scope; undefined when nothing in it has any, or they were left out. Rows the user may not see
 * make a hole; what no query gives is a limit that is named.
 */
export async function capturePermissions(
  org: PermissionReader,
  scope: Scope,
  wanted: boolean,
  gaps: Gap[],
  progress: Progress
): Promise<PermissionsPart | undefined> {
  const permissionScope = permissionScopeOf(scope.metadata, scope.flows);
  if (isEmptyPermissionScope(permissionScope)) return undefined;
  const limit = (name: string, reason: string): void => {
    gaps.push({ kind: 'permission', name, severity: 'limit', reason });
  };
  if (!wanted) {
    limit('permissions', LEFT_OUT);
    return undefined;
  }
  progress.stage('Reading permissions');
  let reading: PermissionReading;
  try {
    reading = await org.readPermissions(permissionScope);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined || !NOT_SHOWN.has(code)) throw error;
    gaps.push({
      kind: 'permission',
      name: 'permissions',
      severity: 'hole',
      reason: `the org does not show them to this user, who needs View Setup and Configuration (${message}). Without them: --no-permissions`,
    });
    return undefined;
  }
  for (const { name, reason } of [...unqueriedAccess(scope.metadata), ...reading.unnamed]) limit(name, reason);
  if (reading.inferred.length > 0)
    limit(
      `${reading.inferred.length} inferred permission ${reading.inferred.length === 1 ? 'row' : 'rows'}`,
      'the org works them out from other settings (Ids that begin with 000); nobody can write them'
    );
  return {
    scope: permissionScope,
    parents: reading.parents
      .map(({ kind, name, managed }) => ({ kind, name, managed }))
      .sort((a, b) => (parentKeyText(a) < parentKeyText(b) ? -1 : 1)),
    rows: [...reading.rows].sort(compareRows),
  };
}

/** Whether a snapshot left permissions out, because it was asked to. */
export function leavesPermissionsOut(snapshot: Pick<Snapshot, 'gaps'>): boolean {
  return snapshot.gaps.some((gap) => gap.kind === 'permission' && gap.reason === LEFT_OUT);
}

/** Parents whose files the org gave and whose rows it did not: their rows are missing from the snapshot. */
export function parentsWithoutRows(part: PermissionsPart, components: readonly ComponentKey[]): Gap[] {
  const known = new Set(part.parents.map(parentKeyText));
  return components
    .filter(({ type }) => type === 'PermissionSet' || type === 'Profile' || type === 'PermissionSetGroup')
    .filter(({ type, fullName }) => !known.has(`${type}\n${fullName}`.toLowerCase()))
    .map(({ type, fullName }) => ({
      kind: 'permission',
      name: `${type}:${fullName}`,
      severity: 'hole',
      reason: 'its file was retrieved, but the org shows no permission rows of it',
    }));
}

/** A line per row: the file can be read, and compared with `diff`. */
export function permissionsJson(part: PermissionsPart): string {
  const list = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  return `{\n  "scope": ${JSON.stringify(part.scope)},\n  "parents": ${list(part.parents)},\n  "rows": ${list(part.rows)}${part.only ? `,\n  "only": ${list(part.only)}` : ''}\n}\n`;
}
