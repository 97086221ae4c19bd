import type { OrgUser, Row } from './contracts.js';

/** Whether the user sees this row at all: by rights over all data, by ownership, or because nothing hides it. */
export function canSeeRow(user: OrgUser, objectName: string, row: Row): boolean {
  if (user.rights.viewAllData) return true;
  if (user.rights.hiddenRows.has(String(row['Id']))) return false;
  return user.rights.ownRowsOnly?.has(objectName) !== true || row['OwnerId'] === user.id;
}
