import { permissionKeyText, sameGrants, compareRows, type PermissionKey, type PermissionRow } from './permissionRow.js';

/** A row that grants something else than in the snapshot. */
export interface PermissionChange extends PermissionKey {
  /** What it granted; empty when there was no row. */
  readonly baseline: readonly string[];
  readonly now: readonly string[];
  /** When the row that is there now was changed. */
  readonly modifiedAt?: string;
}

/** `granted`: it grants more. `revoked`: less. `changed`: more of the one, less of the other. */
export function changeKind(change: PermissionChange): 'granted' | 'revoked' | 'changed' {
  const gained = change.now.some((grant) => !change.baseline.includes(grant));
  const lost = change.baseline.some((grant) => !change.now.includes(grant));
  return gained && lost ? 'changed' : gained ? 'granted' : 'revoked';
}

/** Every row that differs. Order of the input has no influence. */
export function diffPermissions(baseline: readonly PermissionRow[], now: readonly PermissionRow[]): PermissionChange[] {
  const before = new Map(baseline.map((row) => [permissionKeyText(row), row]));
  const after = new Map(now.map((row) => [permissionKeyText(row), row]));
  const changes: PermissionChange[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(key);
    const is = after.get(key);
    const either = (was ?? is) as PermissionRow;
    if (sameGrants(was?.grants ?? [], is?.grants ?? [])) continue;
    changes.push({
      parent: either.parent,
      kind: either.kind,
      target: either.target,
      baseline: was?.grants ?? [],
      now: is?.grants ?? [],
      ...(is?.modifiedAt === undefined ? {} : { modifiedAt: is.modifiedAt }),
    });
  }
  return changes.sort(compareRows);
}
