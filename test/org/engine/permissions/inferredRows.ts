import type { OrgCore, Row } from '../contracts.js';
import type { GrantRows } from './grantRows.js';
import { grantedUserPermissions, isPermissionable } from './permissionRules.js';

/**
 * Rows that newer releases show where access follows from another setting: whoever views all data reads every field. Their
 * Ids begin with 000 and no call takes them.
 */
export function* inferredFieldRows(org: OrgCore, rows: GrantRows): Iterable<Row> {
  const real = new Set(
    rows.list('FieldPermissions').map(({ row }) => `${String(row['ParentId'])} ${String(row['Field'])}`)
  );
  for (const parent of rows.parents()) {
    if (!grantedUserPermissions(parent.root).has('ViewAllData')) continue;
    for (const object of org.schema.names().flatMap((name) => org.schema.get(name) ?? []))
      for (const field of object.fields.filter((one) => one.custom === true && isPermissionable(one))) {
        const name = `${object.name}.${field.name}`;
        if (real.has(`${parent.id} ${name}`)) continue;
        yield {
          Id: '000000000000000AAA',
          ParentId: parent.id,
          SobjectType: object.name,
          Field: name,
          PermissionsRead: true,
          PermissionsEdit: false,
          SystemModstamp: parent.component.lastModified.at,
        };
      }
  }
}
