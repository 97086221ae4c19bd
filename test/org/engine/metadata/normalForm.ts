import { type XmlElement, element, inline, valueOf, withChildren } from './xmlTree.js';

/** Elements that the platform writes before the alphabet: those of the base types come first. */
const heads = ['fullName', 'name', 'label', 'locationX', 'locationY'];

/** Lists whose order means nothing; the org gives them back sorted by this child. */
const sortedBy: Readonly<Record<string, string>> = {
  fieldPermissions: 'field',
  objectPermissions: 'object',
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
  layoutAssignments: 'layout',
  permissionSets: '',
  labels: 'fullName',
  fields: 'fullName',
  values: 'field',
};

/** Values the org fills in when a file leaves them out. */
const defaults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ApexClass: { status: 'Active' },
  ApexTrigger: { status: 'Active' },
  PermissionSet: { hasActivationRequired: 'false' },
  ValidationRule: { active: 'false' },
  RemoteSiteSetting: { disableProtocolSecurity: 'false', isActive: 'false' },
  CustomPermission: { isLicensed: 'false' },
  Queue: { doesSendEmailToMembers: 'false' },
  StaticResource: { cacheControl: 'Private' },
};

/**
 * The one form in which the org keeps and returns a component: base elements first, then the alphabet, equal names in
 * the order given (sorted where order means nothing), known defaults filled in. Two files mean the same if and only if
 * their normal forms print the same.
 */
export function normalForm(typeName: string, root: XmlElement): XmlElement {
  const added = Object.entries(defaults[typeName] ?? {})
    .filter(([name]) => !root.children.some((child) => child.name === name))
    .map(([name, value]) => element(name, value));
  const children = root.children.map(withNewerRights);
  const body = withChildren(root, [...children, ...added]);
  const ordered = orderChildren(body, typeName !== 'Flow');
  const { attributes: _, ...plain } = ordered;
  return plain;
}

/** From API version 63.0 on the org tells this right of every object, also where the file did not name it. */
function withNewerRights(entry: XmlElement): XmlElement {
  return entry.name === 'objectPermissions' && valueOf(entry, 'viewAllFields') === undefined
    ? withChildren(entry, [...entry.children, element('viewAllFields', 'false')])
    : entry;
}

function orderChildren(node: XmlElement, top: boolean): XmlElement {
  if (node.children.length === 0) return node;
  const children = node.children.map((child) => orderChildren(child, false));
  const ranked = children.map((child, index) => ({ child, index, rank: rankOf(child.name, top) }));
  ranked.sort(
    (a, b) =>
      a.rank - b.rank || compareText(a.child.name, b.child.name) || compareKeys(a.child, b.child) || a.index - b.index
  );
  return withChildren(
    node,
    ranked.map((entry) => entry.child)
  );
}

function rankOf(name: string, top: boolean): number {
  // At the top of a file only fullName leads; a flow's label and a layout's name stand in the alphabet.
  if (top) return name === 'fullName' ? 0 : heads.length;
  const rank = heads.indexOf(name);
  return rank === -1 ? heads.length : rank;
}

function compareKeys(a: XmlElement, b: XmlElement): number {
  const key = sortedBy[a.name];
  if (key === undefined || a.name !== b.name) return 0;
  return key === '' ? compareText(a.text, b.text) : compareText(valueOf(a, key) ?? '', valueOf(b, key) ?? '');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True when both say the same. Both must be in normal form. */
export function sameContent(a: XmlElement, b: XmlElement): boolean {
  return inline({ ...a, name: 'x' }) === inline({ ...b, name: 'x' });
}
