import { OrgError, type FieldValue, type OrgCore, type OrgUser, type Row } from '../contracts.js';
import { to18 } from '../ids.js';
import { stampOf } from '../metadata/author.js';
import type { ComponentStore } from '../metadata/componentStore.js';
import { normalForm } from '../metadata/normalForm.js';
import { type XmlElement, withChildren } from '../metadata/xmlTree.js';
import { type AccessParent, inTrail } from './accessParents.js';
import type { Assignments } from './assignments.js';
import { type Grant, type GrantRows, grantPrefixes } from './grantRows.js';
import { type GrantKind, grantKinds } from './grants.js';
import { parentWriters } from './parentWriters.js';
import { checkLicence, checkMasters, isPermissionable } from './permissionRules.js';
import type { SetupNames } from './setupNames.js';

type Values = Readonly<Record<string, FieldValue>>;
/** Field values as a client sent them. */
export type SentValues = Readonly<Record<string, unknown>>;

/** Same shape as the data side's table writers: does the write and hands back how to take it back, or throws. */
export interface PermissionWriter {
  readonly objectName: string;
  readonly keyPrefix: string;
  readonly setup: boolean;
  insert(user: OrgUser, values: SentValues): { readonly id: string; readonly undo: () => void };
  update(user: OrgUser, id: string, values: SentValues): { readonly undo: () => void };
  delete(user: OrgUser, id: string): { readonly undo: () => void };
}

/** What each right needs to have with it, as the org demands. */
const needs: ReadonlyArray<readonly [right: string, needed: string, words: string]> = [
  ['PermissionsEdit', 'PermissionsRead', 'Edit'],
  ['PermissionsCreate', 'PermissionsRead', 'Create'],
  ['PermissionsDelete', 'PermissionsEdit', 'Delete'],
  ['PermissionsViewAllRecords', 'PermissionsRead', 'View All'],
  ['PermissionsModifyAllRecords', 'PermissionsDelete', 'Modify All'],
  ['PermissionsModifyAllRecords', 'PermissionsViewAllRecords', 'Modify All'],
];

/** Writes to permission rows change the file of their permission set or profile. */
export function permissionWriters(
  org: OrgCore,
  components: ComponentStore,
  rows: GrantRows,
  names: SetupNames,
  assignments: Assignments,
  /** Whether a row must be about something the org has; off for files from elsewhere. */
  checksTargets: () => boolean = () => true
): PermissionWriter[] {
  const put = (
    user: OrgUser,
    object: GrantKind['object'],
    parent: AccessParent,
    change: (children: readonly XmlElement[]) => XmlElement[]
  ): (() => void) => {
    if (!user.rights.modifyAllData)
      throw new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
    if (parent.kind === 'PermissionSetGroup' || parent.component.managed)
      throw new OrgError(
        'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
        `insufficient access rights on cross-reference id: ${parent.id.slice(0, 15)}`,
        ['ParentId']
      );
    const before = parent.component;
    const root = normalForm(before.type, withChildren(parent.root, change(parent.root.children)));
    if (object === 'ObjectPermissions') checkMasters(org, root.children);
    rows.touched(parent.id, stampOf(org, user).at);
    rows.trail.log(user, 'Manage Users', inTrail(parent));
    const lastModified = org.switches.rowsMoveTheirParent ? stampOf(org, user) : before.lastModified;
    components.put({ ...before, lastModified, content: { kind: 'xml', root } });
    return () => components.put(before);
  };
  const log = (user: OrgUser, operation: 'insert' | 'update' | 'delete', object: string, id: string): void => {
    org.opLog.append({ kind: 'permissionWrite', at: org.clock.now(), user: user.id, operation, object, id });
  };

  const writerOf = (object: GrantKind['object']): PermissionWriter => {
    const grantNamed = (id: string): Grant => {
      const grant = rows.list(object).find((one) => one.row['Id'] === to18(id));
      if (grant === undefined) throw new OrgError('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
      return grant;
    };
    return {
      objectName: object,
      keyPrefix: grantPrefixes[object],
      setup: true,
      insert: (user, sent) => {
        const values = inOurSpelling(sent);
        const parentId = to18(String(values['ParentId'] ?? ''));
        if (parentId === undefined)
          throw new OrgError('REQUIRED_FIELD_MISSING', 'Required fields are missing: [ParentId]', ['ParentId']);
        const parent = rows.parents().find((one) => one.id === parentId);
        if (parent === undefined)
          throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', ['ParentId']);
        if (checksTargets()) checkTarget(org, object, values);
        if (object === 'ObjectPermissions') checkLicence(org, [String(values['SobjectType'])], 'Read ');
        checkRights(values);
        const made = entryFor(parent, object, values, names);
        if (
          rows
            .list(object)
            .some(
              (one) =>
                one.parent.id === parent.id &&
                one.kind.entry === made.kind.entry &&
                one.kind.key(one.row).toLowerCase() === made.kind.key(made.row).toLowerCase()
            )
        ) {
          throw new OrgError(
            'DUPLICATE_VALUE',
            'duplicate value found: <unknown> duplicates value on record with id: <unknown>'
          );
        }
        const undo = put(user, object, parent, (children) => [...withoutSame(children, made.entry), made.entry]);
        const id = String(
          rows
            .list(object)
            .find(
              (one) =>
                one.parent.id === parent.id &&
                one.kind.entry === made.kind.entry &&
                one.kind.key(one.row).toLowerCase() === made.kind.key(made.row).toLowerCase()
            )?.row['Id'] ?? ''
        );
        log(user, 'insert', object, id);
        return { id, undo };
      },
      update: (user, id, sent) => {
        const values = inOurSpelling(sent);
        // Object Reference, SetupEntityAccess: no update().
        if (object === 'SetupEntityAccess')
          throw new OrgError(
            'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
            'entity type cannot be updated: Setup Entity Access'
          );
        const grant = grantNamed(id);
        for (const fixed of ['ParentId', 'SobjectType', 'Field', 'SetupEntityId', 'SetupEntityType']) {
          if (values[fixed] !== undefined)
            throw new OrgError(
              'INVALID_FIELD_FOR_INSERT_UPDATE',
              `Unable to create/update fields: ${fixed}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
              [fixed]
            );
        }
        const row: Row = { ...grant.row, ...values };
        checkRights(row);
        // A row that grants nothing does not exist: it is deleted, not updated.
        if (object !== 'PermissionSetTabSetting' && row['PermissionsRead'] !== true)
          throw new OrgError('FIELD_INTEGRITY_EXCEPTION', 'You must specify at least one permission: Read', [
            'PermissionsRead',
          ]);
        const entry = grant.kind.toEntry(row, names);
        if (entry === undefined) throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
        const undo = put(user, object, grant.parent, (children) =>
          children.map((child) => (child === grant.entry ? entry : child))
        );
        log(user, 'update', object, String(grant.row['Id']));
        return { undo };
      },
      delete: (user, id) => {
        const grant = grantNamed(id);
        const undo = put(user, object, grant.parent, (children) => children.filter((child) => child !== grant.entry));
        log(user, 'delete', object, String(grant.row['Id']));
        return { undo };
      },
    };
  };
  return [
    writerOf('ObjectPermissions'),
    writerOf('FieldPermissions'),
    writerOf('SetupEntityAccess'),
    writerOf('PermissionSetTabSetting'),
    assignments.writer(rows),
    ...parentWriters(org, components, rows),
  ];
}

const spellings = [
  'ParentId',
  'SobjectType',
  'Field',
  'SetupEntityId',
  'SetupEntityType',
  'Name',
  'Visibility',
  'PermissionsCreate',
  'PermissionsRead',
  'PermissionsEdit',
  'PermissionsDelete',
  'PermissionsViewAllRecords',
  'PermissionsModifyAllRecords',
  'PermissionsViewAllFields',
];

/** Clients may write field names in any case. A name nobody knows is refused. */
function inOurSpelling(sent: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => {
      const own = spellings.find((spelling) => spelling.toLowerCase() === name.toLowerCase());
      if (own === undefined)
        throw new OrgError(
          'INVALID_FIELD',
          `No such column '${name}' on sobject of type ${name === 'Id' ? 'Id' : 'permission row'}`,
          [name]
        );
      return [own, value as FieldValue];
    })
  );
}

function entryFor(
  parent: AccessParent,
  object: GrantKind['object'],
  values: Values,
  names: SetupNames
): { kind: GrantKind; entry: XmlElement; row: Row } {
  for (const kind of grantKinds(parent.kind).filter((one) => one.object === object)) {
    const entry = kind.toEntry({ ...values }, names);
    const row = entry === undefined ? undefined : kind.toRow(entry, names);
    if (entry !== undefined && row !== undefined) return { kind, entry, row };
  }
  if (object === 'SetupEntityAccess')
    throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', ['SetupEntityId']);
  throw new OrgError('FIELD_INTEGRITY_EXCEPTION', 'You must specify at least one permission: Read', [
    'PermissionsRead',
  ]);
}

function checkTarget(org: OrgCore, object: string, values: Values): void {
  if (object !== 'ObjectPermissions' && object !== 'FieldPermissions') return;
  const type = String(values['SobjectType'] ?? '');
  const schema = org.schema.get(type);
  if (schema === undefined)
    throw new OrgError(
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `Sobject Type Name: bad value for restricted picklist field: ${type}`,
      ['SobjectType']
    );
  if (object === 'ObjectPermissions') return;
  const field = String(values['Field'] ?? '');
  const name = field.slice(field.indexOf('.') + 1).toLowerCase();
  if (
    !field.toLowerCase().startsWith(`${type.toLowerCase()}.`) ||
    !schema.fields.some((one) => one.name.toLowerCase() === name && isPermissionable(one))
  ) {
    throw new OrgError(
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `Field Name: bad value for restricted picklist field: ${field}`,
      ['Field']
    );
  }
}

function checkRights(row: Values): void {
  for (const [right, needed, words] of needs) {
    if (row[right] === true && row[needed] !== true) {
      throw new OrgError(
        'FIELD_INTEGRITY_EXCEPTION',
        `Permission ${words} ${String(row['Field'] ?? row['SobjectType'])} depends on permission(s): ${needed.replace('Permissions', '')} ${String(row['Field'] ?? row['SobjectType'])}`,
        [right]
      );
    }
  }
}

function withoutSame(children: readonly XmlElement[], entry: XmlElement): XmlElement[] {
  const said = (node: XmlElement): string =>
    node.children
      .filter((child) => !['true', 'false'].includes(child.text))
      .map((child) => child.text.toLowerCase())
      .join();
  return children.filter((child) => child.name !== entry.name || said(child) !== said(entry));
}
