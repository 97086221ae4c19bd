/** What owns permission rows. A profile owns them through the permission set that every profile has. */
export type ParentKind = 'PermissionSet' | 'Profile' | 'PermissionSetGroup';

/** A profile, permission set or permission set group, by the name it has in a manifest. */
export interface PermissionParent {
  readonly kind: ParentKind;
  readonly name: string;
}

/**
 * What a row is about. `Member`: a permission set in a group. `User`: somebody to whom the parent is assigned.
 * Fixed order: it is also the order in which they are listed.
 */
export const ROW_KINDS = [
  'Object',
  'Field',
  'ApexClass',
  'ApexPage',
  'CustomPermission',
  'Flow',
  'Tab',
  'UserPermission',
  'Member',
  'User',
] as const;
export type RowKind = (typeof ROW_KINDS)[number];

/** One row by its names, never by Ids: those differ between what was and what comes back. */
export interface PermissionKey {
  readonly parent: PermissionParent;
  readonly kind: RowKind;
  /** `Product2`, `Product2.Origin__c`, the name of a class, page, flow, tab, permission, permission set or user. */
  readonly target: string;
}

/** A row that is there. What it grants, in a fixed order; a row that grants nothing does not exist. */
export interface PermissionRow extends PermissionKey {
  readonly grants: readonly string[];
  /** When the org says this row was changed; rows bear no name. Missing where the org keeps no time. */
  readonly modifiedAt?: string;
}

const PARENT_WORDS: Readonly<Record<ParentKind, string>> = {
  PermissionSet: '',
  Profile: ' (profile)',
  PermissionSetGroup: ' (group)',
};

/**
 * The parent as people read and type it: a profile and a permission set may have the same name. A colon in the name of a
 * profile is written as in its file's name, since it parts selectors.
 */
export function parentLabel(parent: PermissionParent): string {
  return `${parent.name.replaceAll(':', '%3A')}${PARENT_WORDS[parent.kind]}`;
}

/** What a row is about, as the last part of a selector. Objects and fields go by their names alone. */
export function targetLabel(key: Pick<PermissionKey, 'kind' | 'target'>): string {
  return key.kind === 'Object' || key.kind === 'Field' ? key.target : `${key.kind}:${key.target}`;
}

/** The SELECTOR of a parent, or of one of its rows. */
export function permissionTarget(parent: PermissionParent, row?: Pick<PermissionKey, 'kind' | 'target'>): string {
  return row ? `permission:${parentLabel(parent)}:${targetLabel(row)}` : `permission:${parentLabel(parent)}`;
}

/** One text per row, for maps: names in the org do not tell small letters from capitals. */
export function permissionKeyText(key: PermissionKey): string {
  return `${key.parent.kind}\n${key.parent.name}\n${key.kind}\n${key.target}`.toLowerCase();
}

export function parentKeyText(parent: PermissionParent): string {
  return `${parent.kind}\n${parent.name}`.toLowerCase();
}

export function compareRows(a: PermissionKey, b: PermissionKey): number {
  const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  return (
    byText(a.parent.name, b.parent.name) ||
    byText(a.parent.kind, b.parent.kind) ||
    ROW_KINDS.indexOf(a.kind) - ROW_KINDS.indexOf(b.kind) ||
    byText(a.target, b.target)
  );
}

/** Rights of an object, each after those it needs. Others the org may know come behind. */
const OBJECT_RIGHTS = ['Read', 'Create', 'Edit', 'Delete', 'ViewAllRecords', 'ModifyAllRecords', 'ViewAllFields'];

/** Grants in the order in which they are kept: each once, those that others need first. */
export function sortGrants(grants: Iterable<string>): string[] {
  const rank = (grant: string): number => {
    const at = OBJECT_RIGHTS.indexOf(grant);
    return at < 0 ? OBJECT_RIGHTS.length : at;
  };
  return [...new Set(grants)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}

export function sameGrants(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((grant) => b.includes(grant));
}

/** Grants in words; rows with a single grant say yes or no. */
export function grantsText(grants: readonly string[]): string {
  return grants.length === 0 ? 'nothing' : grants.join(', ');
}
