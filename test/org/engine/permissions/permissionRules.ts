import { OrgError, type FieldSchema, type FieldValue, type OrgCore } from '../contracts.js';
import { type XmlElement, childrenNamed, valueOf } from '../metadata/xmlTree.js';

/** User permissions that need others (Salesforce Help, "User Permissions and Access"); a few that tests ask for. */
const USER_PERMISSIONS_NEED: Readonly<Record<string, readonly string[]>> = {
  AuthorApex: ['CustomizeApplication', 'ViewSetup'],
  CustomizeApplication: ['ViewSetup'],
  ManageProfilesPermissionsets: ['ViewSetup'],
  ManageUsers: ['ViewSetup'],
  ModifyAllData: ['ViewAllData'],
};

function dependsOn(what: string, needed: string, fields: readonly string[]): OrgError {
  return new OrgError('FIELD_INTEGRITY_EXCEPTION', `Permission ${what} depends on permission(s): ${needed}`, fields);
}

/** What a licence does not allow is refused by name (the words as the issue tracker of DevOps Center has them). */
export function checkLicence(org: OrgCore, granted: readonly string[], words = ''): void {
  const refused = granted.find((name) => org.switches.licencesLack.includes(name));
  if (refused !== undefined)
    throw new OrgError(
      'FIELD_INTEGRITY_EXCEPTION',
      `The user license doesn't allow the permission: ${words}${refused}`
    );
}

/** Every user permission of the set has those it needs, after a change as a whole. */
export function checkUserPermissions(granted: ReadonlySet<string>): void {
  for (const name of granted) {
    const missing = (USER_PERMISSIONS_NEED[name] ?? []).filter((needed) => !granted.has(needed));
    if (missing.length > 0) throw dependsOn(name, missing.join(', '), [`Permissions${name}`]);
  }
}

/** Objects whose rows this object's rows belong to. */
function mastersOf(org: OrgCore, object: string): string[] {
  return (org.schema.get(object)?.fields ?? [])
    .filter((field) => typeof field.relationshipOrder === 'number')
    .flatMap((field) => field.referenceTo ?? []);
}

/** Read of a detail rests on Read of its master, in the same permission set. */
export function checkMasters(org: OrgCore, entries: readonly XmlElement[]): void {
  const readable = new Set(
    entries
      .filter((entry) => entry.name === 'objectPermissions' && valueOf(entry, 'allowRead') === 'true')
      .map((entry) => (valueOf(entry, 'object') ?? '').toLowerCase())
  );
  for (const object of readable) {
    const missing = mastersOf(org, object).filter((master) => !readable.has(master.toLowerCase()));
    if (missing.length > 0) throw dependsOn(`Read ${object}`, missing.map((name) => `Read ${name}`).join(', '), []);
  }
}

/** Whether access to a field can be given and taken: not to keys, audit fields, and what every row must have. */
export function isPermissionable(field: FieldSchema): boolean {
  if (field.nameField === true || field.type === 'id') return false;
  if (typeof field.relationshipOrder === 'number') return false;
  if (/^(OwnerId|CreatedDate|CreatedById|LastModified(Date|ById)|SystemModstamp|IsDeleted)$/.test(field.name))
    return false;
  return field.type === 'boolean' || field.nillable === true || field.calculated === true;
}

export function grantedUserPermissions(root: XmlElement): Set<string> {
  return new Set(
    childrenNamed(root, 'userPermissions')
      .filter((one) => valueOf(one, 'enabled') === 'true')
      .flatMap((one) => valueOf(one, 'name') ?? [])
  );
}

/** What was sent as columns `PermissionsX`; anything else is refused by `refuse`. */
export function sentUserPermissions(
  sent: Readonly<Record<string, unknown>>,
  known: readonly string[]
): Map<string, boolean> {
  const values = new Map<string, boolean>();
  for (const [name, value] of Object.entries(sent)) {
    const own = known.find((one) => `permissions${one}`.toLowerCase() === name.toLowerCase());
    if (own === undefined)
      throw new OrgError('INVALID_FIELD', `No such column '${name}' on sobject of type PermissionSet`, [name]);
    values.set(own, (value as FieldValue) === true || value === 'true');
  }
  return values;
}
