import type { Row } from '../contracts.js';
import { type XmlElement, element, valueOf } from '../metadata/xmlTree.js';
import type { SetupNames } from './setupNames.js';

/** How one kind of permission row and one kind of file entry are the same thing. */
export interface GrantKind {
  readonly object: 'ObjectPermissions' | 'FieldPermissions' | 'SetupEntityAccess' | 'PermissionSetTabSetting';
  readonly entry: string;
  /** Values of the row without Id and ParentId; undefined when the entry grants nothing or its target is gone. */
  toRow(entry: XmlElement, names: SetupNames): Row | undefined;
  /** The entry for a row; undefined when the row is not of this kind. */
  toEntry(row: Row, names: SetupNames): XmlElement | undefined;
  /** What the row is about, within its parent. */
  key(row: Row): string;
}

const objectFlags: ReadonlyArray<readonly [column: string, element: string]> = [
  ['PermissionsCreate', 'allowCreate'],
  ['PermissionsDelete', 'allowDelete'],
  ['PermissionsEdit', 'allowEdit'],
  ['PermissionsRead', 'allowRead'],
  ['PermissionsModifyAllRecords', 'modifyAllRecords'],
  ['PermissionsViewAllRecords', 'viewAllRecords'],
  ['PermissionsViewAllFields', 'viewAllFields'],
];

const objects: GrantKind = {
  object: 'ObjectPermissions',
  entry: 'objectPermissions',
  toRow: (entry) => {
    const row: Row = { SobjectType: valueOf(entry, 'object') ?? '' };
    for (const [column, name] of objectFlags) row[column] = valueOf(entry, name) === 'true';
    return row['PermissionsRead'] === true ? row : undefined;
  },
  toEntry: (row) =>
    element(
      'objectPermissions',
      ...objectFlags.map(([column, name]) => element(name, String(row[column] === true))),
      element('object', String(row['SobjectType']))
    ),
  key: (row) => String(row['SobjectType']),
};

const fields: GrantKind = {
  object: 'FieldPermissions',
  entry: 'fieldPermissions',
  toRow: (entry) => {
    const field = valueOf(entry, 'field') ?? '';
    const read = valueOf(entry, 'readable') === 'true';
    const edit = valueOf(entry, 'editable') === 'true';
    if (!read && !edit) return undefined;
    return {
      SobjectType: field.slice(0, field.indexOf('.')),
      Field: field,
      PermissionsRead: read || edit,
      PermissionsEdit: edit,
    };
  },
  toEntry: (row) =>
    element(
      'fieldPermissions',
      element('editable', String(row['PermissionsEdit'] === true)),
      element('field', String(row['Field'])),
      element('readable', String(row['PermissionsRead'] === true))
    ),
  key: (row) => String(row['Field']),
};

const tabs: GrantKind = {
  object: 'PermissionSetTabSetting',
  entry: 'tabSettings',
  toRow: (entry) => {
    const visibility = { Available: 'DefaultOff', Visible: 'DefaultOn' }[valueOf(entry, 'visibility') ?? ''];
    return visibility === undefined ? undefined : { Name: valueOf(entry, 'tab') ?? '', Visibility: visibility };
  },
  toEntry: (row) =>
    element(
      'tabSettings',
      element('tab', String(row['Name'])),
      element('visibility', row['Visibility'] === 'DefaultOn' ? 'Visible' : 'Available')
    ),
  key: (row) => String(row['Name']),
};

const profileTabs: GrantKind = {
  object: 'PermissionSetTabSetting',
  entry: 'tabVisibilities',
  toRow: (entry) => {
    const visibility = valueOf(entry, 'visibility');
    return visibility === undefined || visibility === 'Hidden'
      ? undefined
      : { Name: valueOf(entry, 'tab') ?? '', Visibility: visibility };
  },
  toEntry: (row) =>
    element('tabVisibilities', element('tab', String(row['Name'])), element('visibility', String(row['Visibility']))),
  key: (row) => String(row['Name']),
};

/** Access to one setup thing: `SetupEntityType` says which, the id is that of the component. */
function setupEntity(type: string, componentType: string, entry: string, nameElement: string, flag: string): GrantKind {
  return {
    object: 'SetupEntityAccess',
    entry,
    toRow: (node, names) => {
      const id =
        valueOf(node, flag) === 'true' ? names.idOf(componentType, valueOf(node, nameElement) ?? '') : undefined;
      return id === undefined ? undefined : { SetupEntityId: id, SetupEntityType: type, KeyPrefix: id.slice(0, 3) };
    },
    toEntry: (row, names) => {
      const name = names.nameOf(componentType, String(row['SetupEntityId']));
      return name === undefined
        ? undefined
        : element(
            entry,
            ...[element(nameElement, name), element(flag, 'true')].sort((a, b) => (a.name < b.name ? -1 : 1))
          );
    },
    key: (row) => String(row['SetupEntityId']).slice(0, 15),
  };
}

const setupEntities: readonly GrantKind[] = [
  setupEntity('ApexClass', 'ApexClass', 'classAccesses', 'apexClass', 'enabled'),
  setupEntity('ApexPage', 'ApexPage', 'pageAccesses', 'apexPage', 'enabled'),
  setupEntity('CustomPermission', 'CustomPermission', 'customPermissions', 'name', 'enabled'),
  setupEntity('FlowDefinition', 'FlowDefinition', 'flowAccesses', 'flow', 'enabled'),
  setupEntity('TabSet', 'CustomApplication', 'applicationVisibilities', 'application', 'visible'),
  setupEntity('CustomEntityDefinition', 'CustomObject', 'customMetadataTypeAccesses', 'name', 'enabled'),
];

export function grantKinds(parentKind: string): readonly GrantKind[] {
  return [objects, fields, parentKind === 'Profile' ? profileTabs : tabs, ...setupEntities];
}
