import { normalForm } from './normalForm.js';
import { type XmlElement, valueOf, withChildren } from './xmlTree.js';

/** Entries of profile and permission set files, with the child that names what the entry is about. */
export const entryKeys: Readonly<Record<string, string>> = {
  objectPermissions: 'object',
  fieldPermissions: 'field',
  classAccesses: 'apexClass',
  pageAccesses: 'apexPage',
  flowAccesses: 'flow',
  tabSettings: 'tab',
  tabVisibilities: 'tab',
  userPermissions: 'name',
  customPermissions: 'name',
  customMetadataTypeAccesses: 'name',
  customSettingAccesses: 'name',
  recordTypeVisibilities: 'recordType',
  applicationVisibilities: 'application',
  externalDataSourceAccesses: 'externalDataSource',
  externalCredentialPrincipalAccesses: 'externalCredentialPrincipal',
  layoutAssignments: 'layout',
};

/** What an entry is about; a layout assignment also depends on its record type. Undefined for plain settings. */
export function entryKey(entry: XmlElement): string | undefined {
  // Every range is an entry of its own.
  if (entry.name === 'loginIpRanges')
    return `loginIpRanges\n${valueOf(entry, 'startAddress') ?? ''}\n${valueOf(entry, 'endAddress') ?? ''}`;
  const name = entryKeys[entry.name];
  if (name === undefined) return undefined;
  const suffix = entry.name === 'layoutAssignments' ? layoutObject(entry) : (valueOf(entry, name) ?? '');
  return `${entry.name}\n${suffix}`.toLowerCase();
}

function layoutObject(entry: XmlElement): string {
  const layout = valueOf(entry, 'layout') ?? '';
  return `${layout.slice(0, layout.indexOf('-'))}\n${valueOf(entry, 'recordType') ?? ''}`;
}

/** A profile deploy: entries in the file replace theirs, all others stay as they are. Denying what nobody granted says nothing. */
export function overlayProfile(former: XmlElement, file: XmlElement): XmlElement {
  const entries = new Map<string, XmlElement>();
  for (const child of former.children) entries.set(entryKey(child) ?? child.name, child);
  for (const child of file.children) {
    const key = entryKey(child) ?? child.name;
    if (child.name === 'description' && child.text.trim() === '') {
      entries.delete(key);
      continue;
    }
    // An empty element takes log-in hours away (Metadata API Developer Guide: ProfileLoginHours).
    if (child.name === 'loginHours' && child.children.length === 0) {
      entries.delete(key);
      continue;
    }
    if (entries.has(key) || !grantsNothing(child)) entries.set(key, child);
  }
  return normalForm('Profile', withChildren(former, [...entries.values()]));
}

/** A description that is said to be empty is none; what becomes of one that the file does not mention is not known for certain. */
export function withDescription(file: XmlElement, former: XmlElement | undefined, missingClears: boolean): XmlElement {
  const said = file.children.some((child) => child.name === 'description');
  const kept = said || missingClears ? [] : (former?.children ?? []).filter((child) => child.name === 'description');
  return normalForm(
    'PermissionSet',
    withChildren(file, [
      ...file.children.filter((child) => child.name !== 'description' || child.text.trim() !== ''),
      ...kept,
    ])
  );
}

/** A permission set keeps a row only where something is granted. */
export function withoutEmptyGrants(file: XmlElement): XmlElement {
  return withChildren(
    file,
    file.children.filter((child) => !grantsNothing(child))
  );
}

const flags = new Set([
  'enabled',
  'visible',
  'editable',
  'readable',
  'allowCreate',
  'allowDelete',
  'allowEdit',
  'allowRead',
  'modifyAllRecords',
  'viewAllRecords',
  'viewAllFields',
  'default',
]);

export function grantsNothing(entry: XmlElement): boolean {
  if (entryKeys[entry.name] === undefined) return false;
  if (entry.name === 'tabSettings') return valueOf(entry, 'visibility') === 'None';
  const switches = entry.children.filter((child) => flags.has(child.name));
  return switches.length > 0 && switches.every((child) => child.text.trim() !== 'true');
}
