/** User permissions that sets and profiles show as columns. Real orgs have hundreds; these are the ones tools ask for. */
export const userPermissions = [
  'ApiEnabled',
  'AuthorApex',
  'BulkApiHardDelete',
  'CustomizeApplication',
  'EditPublicReports',
  'ManageFlow',
  'ManageProfilesPermissionsets',
  'ManageUsers',
  'ModifyAllData',
  'ModifyMetadata',
  'RunFlow',
  'ViewAllData',
  'ViewAllUsers',
  'ViewEncryptedData',
  'ViewSetup',
];
