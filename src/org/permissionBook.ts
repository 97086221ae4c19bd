import {
  permissionKeyText,
  sortGrants,
  type PermissionKey,
  type PermissionRow,
  type RowKind,
} from '../permissions/permissionRow.js';
import { ENTITIES, isoOf, parentOf, type KnownParent } from './permissionNames.js';
import { parentKeyText } from '../permissions/permissionRow.js';
import type { PermissionReading } from './ports/permissions.js';
import type { RawRow } from './ports/queries.js';

/** Where a row is, for whoever writes it. */
export interface RowPlace {
  readonly id: string;
  readonly object: string;
}

/** A reading with the Ids behind its names. */
export interface PermissionBook {
  readonly reading: PermissionReading;
  readonly parents: ReadonlyMap<string, KnownParent>;
  /** By `permissionKeyText`. User permissions are columns, not rows, and have no place. */
  readonly places: ReadonlyMap<string, RowPlace>;
  /** Rights an object row can grant, as columns: newer API versions know more of them. */
  readonly objectRights: readonly string[];
}

export interface Columns {
  readonly objectRights: readonly string[];
  readonly userPermissions: readonly string[];
  /** Objects whose rows bear a SystemModstamp. */
  readonly stamped: ReadonlySet<string>;
}

/** What the org answered, question by question. */
export interface Found {
  readonly objects: readonly RawRow[];
  readonly fields: readonly RawRow[];
  readonly tabs: readonly RawRow[];
  readonly access: readonly RawRow[];
  readonly names: ReadonlyMap<string, string>;
  readonly userPermissions: readonly RawRow[];
  readonly members: readonly RawRow[];
  readonly assignments: readonly RawRow[];
}

/** Raw rows as rows with names. Those of a group's own set are worked out by the org and left out. */
export function bookOf(parents: readonly KnownParent[], columns: Columns, found: Found): PermissionBook {
  const bySet = new Map(
    parents.flatMap((parent) => (parent.setId !== undefined ? [[parent.setId, parent] as const] : []))
  );
  const byOwn = new Map(parents.map((parent) => [parent.ownId, parent]));
  const rows = new Map<string, PermissionRow>();
  const places = new Map<string, RowPlace>();
  const inferred = new Map<string, PermissionKey>();
  const unnamed = new Map<string, string>();
  const add = (
    raw: RawRow,
    parent: KnownParent | undefined,
    kind: RowKind,
    target: string | undefined,
    grants: readonly string[],
    object: string
  ): void => {
    if (parent === undefined) {
      unnamed.set(
        'muting permission sets',
        'what a group mutes is not compared row by row: name it in the scope (metadata MutingPermissionSet) to have it compared and taken back as a whole'
      );
      return;
    }
    if (parent.kind === 'PermissionSetGroup' && kind !== 'Member' && kind !== 'User') return;
    if (target === undefined) return;
    const key: PermissionKey = { parent: parentOf(parent), kind, target };
    if (String(raw.Id).startsWith('000')) {
      inferred.set(permissionKeyText(key), key);
      return;
    }
    if (grants.length === 0) return;
    const modifiedAt = isoOf(raw.SystemModstamp);
    rows.set(permissionKeyText(key), {
      ...key,
      grants: sortGrants(grants),
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
    });
    if (kind !== 'UserPermission') places.set(permissionKeyText(key), { id: String(raw.Id), object });
  };
  const rights = (raw: RawRow, names: readonly string[]): string[] =>
    names.filter((name) => raw[name] === true).map((name) => name.replace(/^Permissions/, ''));
  for (const raw of found.objects)
    add(
      raw,
      bySet.get(String(raw.ParentId)),
      'Object',
      String(raw.SobjectType),
      rights(raw, columns.objectRights),
      'ObjectPermissions'
    );
  for (const raw of found.fields)
    add(
      raw,
      bySet.get(String(raw.ParentId)),
      'Field',
      String(raw.Field),
      rights(raw, ['PermissionsRead', 'PermissionsEdit']),
      'FieldPermissions'
    );
  for (const raw of found.tabs)
    add(
      raw,
      bySet.get(String(raw.ParentId)),
      'Tab',
      String(raw.Name),
      raw.Visibility === 'DefaultOn' ? ['Available', 'Visible'] : ['Available'],
      'PermissionSetTabSetting'
    );
  for (const raw of found.access) {
    const entity = ENTITIES.find((one) => one.entityType === raw.SetupEntityType);
    if (!entity) continue;
    const name = found.names.get(String(raw.SetupEntityId).slice(0, 15));
    if (name === undefined)
      unnamed.set(
        `access to ${String(raw.SetupEntityId)}`,
        `the org does not tell the name of this ${entity.entityType}`
      );
    add(raw, bySet.get(String(raw.ParentId)), entity.kind, name, ['Access'], 'SetupEntityAccess');
  }
  for (const raw of found.userPermissions)
    for (const name of rights(raw, columns.userPermissions))
      add(raw, bySet.get(String(raw.Id)), 'UserPermission', name, ['Enabled'], 'PermissionSet');
  for (const raw of found.members)
    add(
      raw,
      byOwn.get(String(raw.PermissionSetGroupId)),
      'Member',
      byOwn.get(String(raw.PermissionSetId))?.name,
      ['Member'],
      'PermissionSetGroupComponent'
    );
  for (const raw of found.assignments) {
    const group = typeof raw.PermissionSetGroupId === 'string' ? byOwn.get(raw.PermissionSetGroupId) : undefined;
    const holder = group ?? byOwn.get(String(raw.PermissionSetId));
    add(
      raw,
      holder,
      'User',
      String((raw.Assignee as RawRow | null)?.Username),
      ['Assigned'],
      'PermissionSetAssignment'
    );
  }
  return {
    reading: {
      parents: parents.map(({ setId, ownId, ...state }) => {
        void setId;
        void ownId;
        return state;
      }),
      rows: [...rows.values()],
      inferred: [...inferred.values()],
      unnamed: [...unnamed].map(([name, reason]) => ({ name, reason })),
    },
    parents: new Map(parents.map((parent) => [parentKeyText(parent), parent])),
    places,
    objectRights: columns.objectRights,
  };
}
