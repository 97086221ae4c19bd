import { entryKeys } from './permissionFiles.js';
import { type XmlElement, element, valueOf, withChildren } from './xmlTree.js';

/** Which components a retrieve asks for besides the profile. */
export type Asked = (type: string, fullName: string) => boolean;

const typeOfEntry: Readonly<Record<string, string>> = {
  objectPermissions: 'CustomObject',
  fieldPermissions: 'CustomField',
  classAccesses: 'ApexClass',
  pageAccesses: 'ApexPage',
  flowAccesses: 'Flow',
  tabVisibilities: 'CustomTab',
  customPermissions: 'CustomPermission',
  customMetadataTypeAccesses: 'CustomObject',
  customSettingAccesses: 'CustomObject',
  recordTypeVisibilities: 'RecordType',
  applicationVisibilities: 'CustomApplication',
  layoutAssignments: 'Layout',
};

/**
 * The profile as a retrieve gives it: settings of its own, and of the entries only those about components named in the
 * same request. A named field or class without access appears with explicit false.
 */
export function profileFor(
  root: XmlElement,
  asked: Asked,
  named: ReadonlyArray<{ readonly type: string; readonly fullName: string }>
): XmlElement {
  const kept = root.children.filter((entry) => {
    const type = typeOfEntry[entry.name];
    if (type === undefined) return true;
    const name = valueOf(entry, entryKeys[entry.name] ?? '') ?? '';
    if (asked(type, name)) return true;
    // A custom object brings the permissions of its fields with it.
    return type === 'CustomField' && asked('CustomObject', name.slice(0, name.indexOf('.')));
  });
  const has = (entry: string, key: string, name: string): boolean =>
    kept.some((child) => child.name === entry && valueOf(child, key)?.toLowerCase() === name.toLowerCase());
  const denied = named.flatMap(({ type, fullName }) => {
    if (type === 'CustomField' && !has('fieldPermissions', 'field', fullName))
      return [
        element(
          'fieldPermissions',
          element('editable', 'false'),
          element('field', fullName),
          element('readable', 'false')
        ),
      ];
    if (type === 'ApexClass' && !has('classAccesses', 'apexClass', fullName))
      return [element('classAccesses', element('apexClass', fullName), element('enabled', 'false'))];
    return [];
  });
  return withChildren(root, [...kept, ...denied]);
}
