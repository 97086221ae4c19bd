import { keyText } from '../../metadata/component.js';
import type { Finding } from '../../model/finding.js';
import { componentTarget } from '../../model/selector.js';
import type { PermissionChange } from '../../permissions/diffPermissions.js';
import { permissionTarget, type PermissionKey } from '../../permissions/permissionRow.js';
import { componentTypeOf } from '../../permissions/permissionScope.js';
import type { ChangeSet } from '../changeSet.js';
import type { Draft } from '../draft.js';

/** How many rows a finding names. */
const NAMED = 3;

/**
 * Access and what it is about, where the one goes and the other stays: a new component that is kept while the plan revokes
 * access to it, and access that is kept to a component that the plan deletes, with which it goes. Said, and never mended by
 * itself.
 */
export function keptAccess(draft: Draft, changes: Pick<ChangeSet, 'components' | 'permissions'>): Finding[] {
  const going = new Set(
    draft.steps.flatMap(({ operation, detail }) =>
      detail.kind === 'component' && operation === 'deleteComponent' ? [keyText(detail)] : []
    )
  );
  const staying = new Set(
    changes.components
      .filter(({ kind }) => kind === 'created')
      .map(keyText)
      .filter((key) => !going.has(key))
  );
  const revoked = draft.steps.flatMap(({ operation, detail }) =>
    detail.kind === 'permissions' && operation === 'revokePermission'
      ? detail.rows.map(({ kind, target }) => ({ parent: detail.parent, kind, target }))
      : []
  );
  const kept = new Set([
    ...draft.leftOut.map(({ target }) => target),
    ...draft.conflicts.filter(({ decision }) => decision === 'keep').map(({ target }) => target),
  ]);
  const keptRows = changes.permissions.filter((change) => kept.has(permissionTarget(change.parent, change)));
  return [
    ...byComponent(revoked, staying).map(([target, rows, name]) => ({
      code: 'accessOfKept',
      severity: 'warning' as const,
      subject: target,
      message: `It stays as it is, and access to it is taken away: ${named(rows)}. Who works with it may no longer see it.`,
      action: `Keep both with --exclude "permission:*:${name}", or take back both.`,
    })),
    ...byComponent(keptRows, going).map(([target, rows, name]) => ({
      code: 'accessGoesAlong',
      severity: 'warning' as const,
      subject: target,
      message: `It is deleted, and access to it goes with it, although that is to stay: ${named(rows)}.`,
      action: `Keep both with --exclude ${target}, or take back both, without --exclude of "permission:*:${name}".`,
    })),
  ];
}

type Rows = ReadonlyArray<PermissionKey | PermissionChange>;

/** Rows about these components, by the component's target. */
function byComponent(rows: Rows, components: ReadonlySet<string>): Array<[target: string, rows: Rows, name: string]> {
  const found = Map.groupBy(
    rows.filter(({ kind, target }) => {
      const type = componentTypeOf(kind);
      return type !== undefined && kind !== 'Member' && components.has(keyText({ type, fullName: target }));
    }),
    ({ kind, target }) => componentTarget(componentTypeOf(kind) ?? '', target)
  );
  return [...found].map(([target, own]) => [target, own, own[0]?.target ?? '']);
}

function named(rows: Rows): string {
  const targets = rows.map((row) => permissionTarget(row.parent, row)).sort();
  const more = targets.length > NAMED ? ` and ${targets.length - NAMED} more` : '';
  return `${targets.slice(0, NAMED).join(', ')}${more}`;
}
