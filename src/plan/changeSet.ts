import type { FlowChange } from '../flow/diffFlows.js';
import type { ComponentChange } from '../metadata/diffComponents.js';
import { componentTarget, flowTarget, recordTarget } from '../model/selector.js';
import { changeKind, type PermissionChange } from '../permissions/diffPermissions.js';
import { permissionTarget } from '../permissions/permissionRow.js';
import type { RecordChange } from '../records/diffRecords.js';

/** Baseline against now, lane by lane. */
export interface ChangeSet {
  readonly flows: readonly FlowChange[];
  readonly components: readonly ComponentChange[];
  /** Without assignments to users: those come and go, and are looked at by themselves. */
  readonly permissions: readonly PermissionChange[];
  readonly records: readonly RecordChange[];
}

/** Who made a change, as far as the org tells. */
export interface Author {
  readonly userId: string | undefined;
  readonly at: string | undefined;
}

export function flowAuthor(change: FlowChange): Author {
  return { userId: change.changedById, at: change.changedAt };
}

export function componentAuthor(change: ComponentChange): Author {
  return { userId: change.now?.lastModifiedById, at: change.now?.lastModifiedAt };
}

/** The last editor; for an inserted row its creator. The org keeps no other trace of who changed a field. */
export function recordAuthor(change: RecordChange): Author {
  const row = change.now ?? {};
  if (change.kind === 'inserted') return { userId: row.CreatedById ?? undefined, at: row.CreatedDate ?? undefined };
  return { userId: row.LastModifiedById ?? undefined, at: row.LastModifiedDate ?? undefined };
}

/** Every change as a target with its author, for counting and for validation. */
export function* targetsOf(changes: ChangeSet): Generator<{
  readonly target: string;
  readonly kind: string;
  readonly author: Author;
  /** Of an updated row: what differs. */
  readonly fields?: readonly string[];
}> {
  for (const change of changes.flows)
    yield { target: flowTarget(change.flow), kind: change.kind, author: flowAuthor(change) };
  for (const change of changes.components)
    yield { target: componentTarget(change.type, change.fullName), kind: change.kind, author: componentAuthor(change) };
  for (const change of changes.permissions)
    yield {
      target: permissionTarget(change.parent, change),
      kind: changeKind(change),
      author: { userId: undefined, at: change.modifiedAt },
    };
  for (const change of changes.records.filter(({ kind }) => kind !== 'passing' && kind !== 'touched'))
    yield {
      target: recordTarget(change.object, change.id),
      kind: change.kind,
      author: recordAuthor(change),
      ...(change.kind === 'updated' ? { fields: change.differences.map(({ field }) => field) } : {}),
    };
}
