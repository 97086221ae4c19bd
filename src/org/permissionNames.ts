import type { PermissionParent } from '../permissions/permissionRow.js';
import type { ParentState } from './ports/permissions.js';
import type { RawRow } from './ports/queries.js';

/** Setup things with access rows (SetupEntityAccess): where their names are, and how the org calls them there. */
export const ENTITIES: ReadonlyArray<{
  readonly kind: 'ApexClass' | 'ApexPage' | 'CustomPermission' | 'Flow';
  /** SetupEntityType. */
  readonly entityType: string;
  readonly object: string;
  readonly nameField: string;
  readonly tooling: boolean;
}> = [
  { kind: 'ApexClass', entityType: 'ApexClass', object: 'ApexClass', nameField: 'Name', tooling: false },
  { kind: 'ApexPage', entityType: 'ApexPage', object: 'ApexPage', nameField: 'Name', tooling: false },
  {
    kind: 'CustomPermission',
    entityType: 'CustomPermission',
    object: 'CustomPermission',
    nameField: 'DeveloperName',
    tooling: false,
  },
  { kind: 'Flow', entityType: 'FlowDefinition', object: 'FlowDefinition', nameField: 'DeveloperName', tooling: true },
];

/** `Pkg__Name` where a package brought it. */
export function fullNameOf(row: RawRow, nameField: string): string {
  const name = String(row[nameField]);
  return typeof row.NamespacePrefix === 'string' && row.NamespacePrefix !== ''
    ? `${row.NamespacePrefix}__${name}`
    : name;
}

/** The name without the prefix of a package, as the org keeps it. */
export function bareName(fullName: string): string {
  return fullName.replace(/^[A-Za-z][A-Za-z0-9]*__/, '');
}

/** A time of the org in UTC with Z; undefined where there is none. */
export const isoOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? new Date(value.replace(/\+0000$/, 'Z')).toISOString() : undefined;

/** A parent with the Ids that rows need. `setId` bears its rows; a group has a set of its own that nobody writes. */
export interface KnownParent extends ParentState {
  readonly setId: string | undefined;
  /** Id of the permission set, profile or group itself. */
  readonly ownId: string;
}

/**
 * Every parent of the org. Profiles go by the names of their files (`profileNames`, by Id): what `Profile.Name` says
 * depends on the language of whoever asks.
 */
export function knownParents(
  sets: readonly RawRow[],
  groups: readonly RawRow[],
  profileNames: ReadonlyMap<string, string>
): KnownParent[] {
  const edited = (row: RawRow): Pick<ParentState, 'lastModifiedById' | 'lastModifiedAt'> => {
    const at = isoOf(row.LastModifiedDate);
    return {
      ...(typeof row.LastModifiedById === 'string' ? { lastModifiedById: row.LastModifiedById } : {}),
      ...(at === undefined ? {} : { lastModifiedAt: at }),
    };
  };
  const managed = (row: RawRow): boolean => typeof row.NamespacePrefix === 'string' && row.NamespacePrefix !== '';
  const groupSets = new Map(sets.map((row) => [String(row.PermissionSetGroupId), String(row.Id)]));
  return [
    ...sets
      .filter((row) => row.Type !== 'Group' && typeof row.PermissionSetGroupId !== 'string')
      .map((row): KnownParent => {
        const setId = String(row.Id);
        if (row.IsOwnedByProfile !== true)
          return {
            kind: 'PermissionSet',
            name: fullNameOf(row, 'Name'),
            managed: managed(row),
            label: String(row.Label),
            setId,
            ownId: setId,
            ...edited(row),
          };
        const ownId = String(row.ProfileId);
        const label = String((row.Profile as RawRow | null)?.Name ?? ownId);
        const name = profileNames.get(ownId.slice(0, 15)) ?? label;
        return { kind: 'Profile', name, managed: managed(row), label, setId, ownId, ...edited(row) };
      }),
    ...groups.map((row): KnownParent => ({
      kind: 'PermissionSetGroup',
      name: fullNameOf(row, 'DeveloperName'),
      managed: managed(row),
      label: String(row.MasterLabel),
      ...(typeof row.Status === 'string' ? { status: row.Status } : {}),
      setId: groupSets.get(String(row.Id)),
      ownId: String(row.Id),
      ...edited(row),
    })),
  ];
}

export function parentOf({ kind, name }: PermissionParent): PermissionParent {
  return { kind, name };
}
