import { OrgError, type OrgUser, type Row } from '../contracts.js';

/** Nobody freezes himself, and a password can be unlocked but not locked. */
export function checkUserLogin(user: OrgUser, objectName: string, row: Row, before: Row | undefined): void {
  if (objectName !== 'UserLogin') return;
  if (row['IsFrozen'] === true && before?.['IsFrozen'] !== true && row['UserId'] === user.id)
    throw new OrgError('CANNOT_FREEZE_SELF', "You can't freeze your own user account.", ['IsFrozen']);
  if (row['IsPasswordLocked'] === true && before?.['IsPasswordLocked'] !== true)
    throw new OrgError('INVALID_FIELD_FOR_INSERT_UPDATE', 'IsPasswordLocked can only be set to false', [
      'IsPasswordLocked',
    ]);
}
