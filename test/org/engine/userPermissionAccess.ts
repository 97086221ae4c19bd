import type { OrgCore, OrgUser, Row } from './contracts.js';
import { declareObject } from './schema/declareObject.js';

/** Permissions that follow from the rights a test can take away; all others follow `modifyAllData`. */
const byRight: Readonly<Record<string, (user: OrgUser) => boolean>> = {
  PermissionsViewAllData: (user) => user.rights.viewAllData,
  PermissionsModifyAllData: (user) => user.rights.modifyAllData,
  PermissionsViewEncryptedData: (user) => user.rights.viewEncryptedData,
  PermissionsBulkApiHardDelete: (user) => user.rights.bulkHardDelete,
  PermissionsAuthorApex: (user) => user.rights.authorApex,
  PermissionsApiEnabled: () => true,
};

const byAdministrator = [
  'PermissionsModifyMetadata',
  'PermissionsCustomizeApplication',
  'PermissionsManageFlow',
  'PermissionsViewSetup',
  'PermissionsManageUsers',
  'PermissionsFreezeUsers',
  'PermissionsAssignPermissionSets',
  'PermissionsManageProfilesPermissionsets',
  'PermissionsManageDataIntegrations',
  'PermissionsViewAllUsers',
];

/** `UserPermissionAccess`: one row, the running user's own permissions. */
export function installPermissionAccess(org: OrgCore): void {
  const names = [...Object.keys(byRight), ...byAdministrator];
  org.tables.register({
    schema: declareObject({
      name: 'UserPermissionAccess',
      keyPrefix: '0PA',
      nameField: 'none',
      owned: false,
      systemFields: false,
      readOnly: true,
      fields: ['LastCacheUpdate-:datetime', ...names.map((name) => `${name}-:check`)].join(' '),
    }),
    api: ['data'],
    rows: (user) => {
      const row: Row = { Id: '000000000000000AAA', LastCacheUpdate: org.clock.now() };
      for (const name of names) row[name] = byRight[name]?.(user) ?? user.rights.modifyAllData;
      return [row];
    },
  });
}
