import type { PermissionKey, PermissionParent, PermissionRow } from './permissionRow.js';
import type { PermissionScope } from './permissionScope.js';

/** `permissions.json` of a snapshot. */
export interface PermissionsPart {
  readonly scope: PermissionScope;
  /** Every profile, permission set and group there was, in scope or not: one that is not among them is new. */
  readonly parents: ReadonlyArray<PermissionParent & { readonly managed: boolean }>;
  /** Rows in scope, in the order of `compareRows`. */
  readonly rows: readonly PermissionRow[];
  /** Where the part is about single rows: these, and nothing else of the scope. `left`: what the run that is undone made of it. */
  readonly only?: ReadonlyArray<PermissionKey & { readonly left?: readonly string[] }>;
}
