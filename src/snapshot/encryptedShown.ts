import type { Querier } from '../org/ports/queries.js';
import { unlessRefused } from '../org/ports/refusals.js';

/**
 * Whether this user sees encrypted text; to others the org gives a mask in its place (Classic Encryption, View Encrypted
 * Data). Asked once, and only where a field needs it; a user who may not ask sees masks.
 */
export function encryptedShown(org: Querier): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  const soql = 'SELECT PermissionsViewEncryptedData FROM UserPermissionAccess';
  return () =>
    (answer ??= org.query(soql).then(
      ([row]) => row?.PermissionsViewEncryptedData === true,
      (error: unknown) => unlessRefused(error) ?? false
    ));
}
