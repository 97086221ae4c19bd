import type { OrgCore, Row, VirtualTable } from '../contracts.js';
import type { ComponentStore } from '../metadata/componentStore.js';
import { valueOf } from '../metadata/xmlTree.js';
import { auditValues, virtualTable } from '../virtualSchema.js';
import { type AccessParent, labelOf, profileName } from './accessParents.js';
import type { Assignments } from './assignments.js';
import type { GrantRows } from './grantRows.js';
import type { GrantKind } from './grants.js';
import { groupMembers, memberId } from './groupMembers.js';
import { inferredFieldRows } from './inferredRows.js';
import { grantedUserPermissions } from './permissionRules.js';
import { userPermissions } from './userPermissions.js';

const columns = userPermissions.map((name) => `Permissions${name}`);

/** Data API tables about who may do what, derived from the files of profiles, permission sets and groups. */
export function permissionTables(
  org: OrgCore,
  components: ComponentStore,
  rows: GrantRows,
  assignments: Assignments
): VirtualTable[] {
  const flags = columns.map((name) => `${name}:check`).join(' ');
  const grants = (name: GrantKind['object'], keyPrefix: string, fields: string): VirtualTable =>
    virtualTable({
      name,
      keyPrefix,
      api: ['data', 'tooling'],
      writable: true,
      fields: `ParentId!^:ref(PermissionSet) ${fields} SystemModstamp-:datetime`,
      rows: () => [
        ...rows.list(name).map((grant) => grant.row),
        ...(name === 'FieldPermissions' && org.switches.inferredFieldPermissions ? inferredFieldRows(org, rows) : []),
      ],
    });
  return [
    virtualTable({
      name: 'Profile',
      keyPrefix: '00e',
      api: ['data', 'tooling'],
      writable: true,
      audited: true,
      fields: `Name:text(255) UserType:pick Description:text(255) ${flags}`,
      rows: () =>
        components.ofType('Profile').map((profile) => {
          const root = profile.content.kind === 'xml' ? profile.content.root : undefined;
          return {
            Id: profile.id,
            Name: profileName(profile.fullName),
            UserType: 'Standard',
            Description: (root === undefined ? undefined : valueOf(root, 'description')) ?? null,
            ...flagsOf(rows.parents().find((parent) => parent.component === profile)),
            ...auditValues(profile.created, profile.lastModified),
          };
        }),
    }),
    virtualTable({
      name: 'PermissionSet',
      keyPrefix: '0PS',
      api: ['data', 'tooling'],
      writable: true,
      audited: true,
      fields: `Name:text(80) Label:text(80) Description:text(255) Type:pick IsCustom:check IsOwnedByProfile:check ProfileId:ref(Profile) PermissionSetGroupId:ref(PermissionSetGroup) NamespacePrefix:text(15) HasActivationRequired:check ${flags}`,
      rows: () => rows.parents().map(permissionSetRow),
    }),
    virtualTable({
      name: 'PermissionSetGroup',
      keyPrefix: '0PG',
      api: ['data', 'tooling'],
      audited: true,
      fields: 'DeveloperName:text(80) MasterLabel:text(80) Description:text(255) Status:pick NamespacePrefix:text(15)',
      rows: () =>
        rows
          .parents()
          .filter((parent) => parent.kind === 'PermissionSetGroup')
          .map((parent) => ({
            Id: parent.component.id,
            DeveloperName: parent.component.fullName,
            MasterLabel: labelOf(parent),
            Description: valueOf(parent.root, 'description') ?? null,
            Status: org.switches.groupStatus,
            NamespacePrefix: parent.component.namespacePrefix ?? null,
            ...auditValues(parent.component.created, parent.component.lastModified),
          })),
    }),
    virtualTable({
      name: 'PermissionSetGroupComponent',
      keyPrefix: '0PM',
      api: ['data', 'tooling'],
      fields: 'PermissionSetGroupId!^:ref(PermissionSetGroup) PermissionSetId!^:ref(PermissionSet)',
      writable: true,
      rows: () =>
        rows
          .parents()
          .filter((parent) => parent.kind === 'PermissionSetGroup')
          .flatMap((parent) =>
            groupMembers(components, parent).map((set) => ({
              Id: memberId(parent, set),
              PermissionSetGroupId: parent.component.id,
              PermissionSetId: set.id,
            }))
          ),
    }),
    virtualTable({
      name: 'PermissionSetAssignment',
      keyPrefix: '0Pa',
      api: ['data'],
      writable: true,
      fields:
        'AssigneeId!^:ref(User) PermissionSetId!^:ref(PermissionSet) PermissionSetGroupId:ref(PermissionSetGroup) IsActive:check ExpirationDate:datetime',
      rows: () => [...profileAssignments(org, components, rows), ...assignments.rows()],
    }),
    grants(
      'ObjectPermissions',
      '110',
      'SobjectType!^:pick PermissionsCreate:check PermissionsRead:check PermissionsEdit:check PermissionsDelete:check PermissionsViewAllRecords:check PermissionsModifyAllRecords:check PermissionsViewAllFields:check'
    ),
    grants('FieldPermissions', '01k', 'SobjectType!^:pick Field!^:pick PermissionsRead:check PermissionsEdit:check'),
    grants('SetupEntityAccess', '0J0', 'SetupEntityId!^:text(18) SetupEntityType:pick KeyPrefix-:text(3)'),
    grants('PermissionSetTabSetting', '01P', 'Name!^:text(80) Visibility:pick'),
  ];
}

function permissionSetRow(parent: AccessParent): Row {
  return {
    Id: parent.id,
    Name: parent.kind === 'PermissionSet' ? parent.component.fullName : `X${parent.component.id.slice(0, 15)}`,
    Label: parent.kind === 'Profile' ? parent.component.id.slice(0, 15) : labelOf(parent),
    Description: valueOf(parent.root, 'description') ?? null,
    Type: parent.kind === 'Profile' ? 'Profile' : parent.kind === 'PermissionSetGroup' ? 'Group' : 'Regular',
    IsCustom: !parent.component.managed,
    IsOwnedByProfile: parent.kind === 'Profile',
    ProfileId: parent.kind === 'Profile' ? parent.component.id : null,
    PermissionSetGroupId: parent.kind === 'PermissionSetGroup' ? parent.component.id : null,
    NamespacePrefix: parent.component.namespacePrefix ?? null,
    HasActivationRequired: valueOf(parent.root, 'hasActivationRequired') === 'true',
    ...flagsOf(parent),
    ...auditValues(parent.component.created, parent.component.lastModified),
  };
}

function flagsOf(parent: AccessParent | undefined): Row {
  const granted = parent === undefined ? new Set<string>() : grantedUserPermissions(parent.root);
  return Object.fromEntries(userPermissions.map((name) => [`Permissions${name}`, granted.has(name)]));
}

function* profileAssignments(org: OrgCore, components: ComponentStore, rows: GrantRows): Iterable<Row> {
  const admin = components.get('Profile', 'Admin');
  const own = rows.parents().find((parent) => parent.component === admin);
  if (own === undefined) return;
  for (const user of org.users) {
    yield {
      Id: `0Pa${user.id.slice(3, 15)}AAA`,
      AssigneeId: user.id,
      PermissionSetId: own.id,
      PermissionSetGroupId: null,
      IsActive: true,
      ExpirationDate: null,
    };
  }
}
