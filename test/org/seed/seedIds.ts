import { to18 } from '../engine/ids.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import type { FieldValue } from '../engine/contracts.js';

/** Short names of the catalogue's rows, as `[object, number]`; the ids are the same in every practice org. */
export function seedId(org: PracticeOrg, objectName: string, number: number): string {
  const object = org.schema.get(objectName);
  if (object === undefined) throw new Error(`no such object: ${objectName}`);
  return to18(`${object.keyPrefix}5g00000Br${String(number).padStart(3, '0')}`) ?? '';
}

/** Values by short field names: `Active` is `SBQQ__Active__c` on a package object. */
export type ShortValues = Readonly<Record<string, FieldValue>>;

const standardNames = new Set(['Name', 'ProductCode', 'Family', 'IsActive', 'Description', 'OwnerId']);

/**
 * Lays numbered rows of a package object into the org. `Name` and the like are standard; every other short name is
 * the package's. Rows are a few months old and were last touched by different people, as in an org that is in use.
 */
export function seedPackageRows(
  org: PracticeOrg,
  object: string,
  rows: ReadonlyArray<ShortValues & { readonly n: number }>
): void {
  const objectName = object === 'Product2' ? object : `SBQQ__${object}__c`;
  org.seed(
    objectName,
    rows.map(({ n, ...values }) => {
      const named = Object.entries(values).map(([short, value]) => [
        standardNames.has(short) ? short : `SBQQ__${short}__c`,
        value,
      ]);
      const editor = org.users[n % org.users.length]?.id ?? org.firstUser.id;
      const day = String(1 + (n % 27)).padStart(2, '0');
      return {
        ...(Object.fromEntries(named) as Record<string, FieldValue>),
        Id: seedId(org, objectName, n),
        CreatedDate: `2025-09-${day}T07:30:00Z`,
        CreatedById: org.firstUser.id,
        LastModifiedDate: `2026-01-${day}T15:45:${String(n % 60).padStart(2, '0')}Z`,
        LastModifiedById: editor,
      };
    })
  );
}
