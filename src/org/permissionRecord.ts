import { parentKeyText, type RowKind } from '../permissions/permissionRow.js';
import type { PermissionBook } from './permissionBook.js';
import type { KnownParent } from './permissionNames.js';
import type { PermissionWrite } from './ports/permissions.js';

const OBJECT_OF_KIND: Readonly<Partial<Record<RowKind, string>>> = {
  Object: 'ObjectPermissions',
  Field: 'FieldPermissions',
  Tab: 'PermissionSetTabSetting',
  Member: 'PermissionSetGroupComponent',
  User: 'PermissionSetAssignment',
};

/** The object whose record a row is. */
export function objectOf(kind: RowKind): string {
  return OBJECT_OF_KIND[kind] ?? 'SetupEntityAccess';
}

/**
 * The fields that tell a row from every other of its object, as the org knows it; undefined where what it is about is gone.
 * `id`: of the setup thing or user, for rows that name one.
 */
export function fieldsThatName(
  { kind, target }: Pick<PermissionWrite, 'kind' | 'target'>,
  parent: KnownParent,
  book: PermissionBook,
  id: string | undefined
): Readonly<Record<string, string>> | undefined {
  const { setId } = parent;
  const ofSet = (fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined =>
    setId === undefined ? undefined : { ParentId: setId, ...fields };
  switch (kind) {
    case 'Object':
      return ofSet({ SobjectType: target });
    case 'Field':
      return ofSet({ SobjectType: target.slice(0, target.indexOf('.')), Field: target });
    case 'Tab':
      return ofSet({ Name: target });
    case 'Member': {
      const set = book.parents.get(parentKeyText({ kind: 'PermissionSet', name: target }));
      return set && { PermissionSetGroupId: parent.ownId, PermissionSetId: set.ownId };
    }
    case 'User':
      return id === undefined
        ? undefined
        : {
            AssigneeId: id,
            [parent.kind === 'PermissionSetGroup' ? 'PermissionSetGroupId' : 'PermissionSetId']: parent.ownId,
          };
    default:
      return id === undefined ? undefined : ofSet({ SetupEntityId: id });
  }
}

/** The columns that say what a row grants. All rights are sent, so that what was added since goes. */
export function valuesOf(
  { kind, grants }: Pick<PermissionWrite, 'kind' | 'grants'>,
  book: PermissionBook
): Record<string, string | boolean> {
  if (kind === 'Tab') return { Visibility: grants.includes('Visible') ? 'DefaultOn' : 'DefaultOff' };
  if (kind !== 'Object' && kind !== 'Field') return {};
  const rights = kind === 'Field' ? ['PermissionsRead', 'PermissionsEdit'] : book.objectRights;
  return Object.fromEntries(rights.map((name) => [name, grants.includes(name.replace(/^Permissions/, ''))]));
}
