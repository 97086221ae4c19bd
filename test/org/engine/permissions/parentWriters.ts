import { OrgError, type OrgCore, type OrgUser } from '../contracts.js';
import { to18 } from '../ids.js';
import { stampOf } from '../metadata/author.js';
import type { ComponentStore } from '../metadata/componentStore.js';
import { normalForm } from '../metadata/normalForm.js';
import { type XmlElement, element, valueOf, withChildren } from '../metadata/xmlTree.js';
import { type AccessParent, inTrail } from './accessParents.js';
import type { GrantRows } from './grantRows.js';
import { groupMembers, memberId } from './groupMembers.js';
import { checkLicence, checkUserPermissions, grantedUserPermissions, sentUserPermissions } from './permissionRules.js';
import type { PermissionWriter, SentValues } from './permissionWriters.js';
import { userPermissions } from './userPermissions.js';

/** Writes to permission sets and profiles themselves (their user permissions), and to the members of groups. */
export function parentWriters(org: OrgCore, components: ComponentStore, rows: GrantRows): PermissionWriter[] {
  const put = (user: OrgUser, parent: AccessParent, children: readonly XmlElement[]): (() => void) => {
    if (!user.rights.modifyAllData)
      throw new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
    const before = parent.component;
    const root = normalForm(before.type, withChildren(parent.root, [...children]));
    rows.trail.log(user, 'Manage Users', inTrail(parent));
    components.put({ ...before, lastModified: stampOf(org, user), content: { kind: 'xml', root } });
    return () => components.put(before);
  };
  const log = (user: OrgUser, operation: 'insert' | 'update' | 'delete', object: string, id: string): void => {
    org.opLog.append({ kind: 'permissionWrite', at: org.clock.now(), user: user.id, operation, object, id });
  };

  const parentWriter = (objectName: 'PermissionSet' | 'Profile', keyPrefix: string): PermissionWriter => ({
    objectName,
    keyPrefix,
    setup: true,
    insert: () => {
      throw new OrgError(
        'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
        `the practice org makes no ${objectName} by the data API`
      );
    },
    delete: () => {
      throw new OrgError('DELETE_FAILED', `the practice org deletes no ${objectName} by the data API`);
    },
    update: (user, givenId, sent: SentValues) => {
      const id = to18(givenId);
      const parent = rows
        .parents()
        .find((one) => (objectName === 'Profile' ? one.kind === 'Profile' && one.component.id === id : one.id === id));
      if (parent === undefined) throw new OrgError('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
      // Object Reference, PermissionSet: sets that profiles own can be queried, not modified; a group's set is worked out.
      if (objectName === 'PermissionSet' && parent.kind !== 'PermissionSet')
        throw new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
      // Salesforce Help, "Standard Profiles": their user permissions cannot be changed.
      if (parent.component.managed || (parent.kind === 'Profile' && valueOf(parent.root, 'custom') !== 'true'))
        throw new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
      const before = grantedUserPermissions(parent.root);
      const granted = new Set(before);
      for (const [name, enabled] of sentUserPermissions(sent, userPermissions)) {
        if (enabled) granted.add(name);
        else granted.delete(name);
      }
      checkLicence(
        org,
        [...granted].filter((name) => !before.has(name))
      );
      checkUserPermissions(granted);
      const undo = put(user, parent, [
        ...parent.root.children.filter((child) => child.name !== 'userPermissions'),
        ...[...granted]
          .sort()
          .map((name) => element('userPermissions', element('enabled', 'true'), element('name', name))),
      ]);
      log(user, 'update', objectName, id ?? givenId);
      return { undo };
    },
  });

  const members: PermissionWriter = {
    objectName: 'PermissionSetGroupComponent',
    keyPrefix: '0PM',
    setup: true,
    insert: (user, sent) => {
      const groupId = to18(String(sent['PermissionSetGroupId'] ?? ''));
      const setId = to18(String(sent['PermissionSetId'] ?? ''));
      const group = rows.parents().find((one) => one.kind === 'PermissionSetGroup' && one.component.id === groupId);
      const set = rows.parents().find((one) => one.kind === 'PermissionSet' && one.id === setId);
      if (group === undefined || set === undefined)
        throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [
          group === undefined ? 'PermissionSetGroupId' : 'PermissionSetId',
        ]);
      const { fullName } = set.component;
      if (groupMembers(components, group).some((one) => one.fullName === fullName))
        throw new OrgError(
          'DUPLICATE_VALUE',
          'duplicate value found: <unknown> duplicates value on record with id: <unknown>'
        );
      const undo = put(user, group, [...group.root.children, element('permissionSets', fullName)]);
      const id = memberId(group, set.component);
      log(user, 'insert', 'PermissionSetGroupComponent', id);
      return { id, undo };
    },
    update: () => {
      throw new OrgError(
        'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
        'entity type cannot be updated: Permission Set Group Component'
      );
    },
    delete: (user, givenId) => {
      const id = to18(givenId);
      for (const group of rows.parents().filter((one) => one.kind === 'PermissionSetGroup')) {
        const member = groupMembers(components, group).find((one) => memberId(group, one) === id);
        if (member === undefined) continue;
        const undo = put(
          user,
          group,
          group.root.children.filter(
            (child) => child.name !== 'permissionSets' || child.text.trim() !== member.fullName
          )
        );
        log(user, 'delete', 'PermissionSetGroupComponent', id ?? givenId);
        return { undo };
      }
      throw new OrgError('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
    },
  };

  return [parentWriter('PermissionSet', '0PS'), parentWriter('Profile', '00e'), members];
}
