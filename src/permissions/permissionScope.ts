import {
  parentKeyText,
  type ParentKind,
  type PermissionKey,
  type PermissionParent,
  type RowKind,
} from './permissionRow.js';

/** Kinds of things that profiles and permission sets give access to, and that can be in scope. */
export const TARGET_KINDS = ['Object', 'Field', 'ApexClass', 'ApexPage', 'CustomPermission', 'Flow', 'Tab'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/**
 * Which rows a snapshot covers: all about these targets, whoever grants them, and all of these parents.
 * A name `*` means every one of its kind.
 */
export interface PermissionScope {
  readonly targets: Readonly<Record<TargetKind, readonly string[]>>;
  readonly parents: readonly PermissionParent[];
}

const TARGET_OF_TYPE: Readonly<Record<string, TargetKind>> = {
  CustomObject: 'Object',
  CustomField: 'Field',
  ApexClass: 'ApexClass',
  ApexPage: 'ApexPage',
  CustomPermission: 'CustomPermission',
  CustomTab: 'Tab',
};

/** The metadata type of what a row is about; undefined for what is no component. */
export function componentTypeOf(kind: RowKind): string | undefined {
  if (kind === 'Member') return 'PermissionSet';
  if (kind === 'Flow') return 'Flow';
  return Object.entries(TARGET_OF_TYPE).find(([, target]) => target === kind)?.[0];
}

const PARENT_TYPES: ReadonlySet<string> = new Set<ParentKind>(['PermissionSet', 'Profile', 'PermissionSetGroup']);

/** Whether components of this metadata type own permission rows. */
export function isParentType(type: string): type is ParentKind {
  return PARENT_TYPES.has(type);
}

/** What of a snapshot's components and flows decides about permissions. */
export function permissionScopeOf(
  metadata: ReadonlyArray<{ readonly type: string; readonly fullName: string }>,
  flows: 'all' | readonly string[]
): PermissionScope {
  const targets: Record<TargetKind, string[]> = {
    Object: [],
    Field: [],
    ApexClass: [],
    ApexPage: [],
    CustomPermission: [],
    Flow: flows === 'all' ? ['*'] : [...flows],
    Tab: [],
  };
  const parents: PermissionParent[] = [];
  for (const { type, fullName } of metadata) {
    const kind = TARGET_OF_TYPE[type];
    if (kind) targets[kind].push(fullName);
    else if (isParentType(type)) parents.push({ kind: type, name: fullName });
  }
  for (const kind of TARGET_KINDS) targets[kind] = [...new Set(targets[kind])].sort();
  return { targets, parents };
}

export function isEmptyPermissionScope(scope: PermissionScope): boolean {
  return scope.parents.length === 0 && TARGET_KINDS.every((kind) => scope.targets[kind].length === 0);
}

function holds(names: readonly string[], name: string): boolean {
  return names.some((one) => one === '*' || one.toLowerCase() === name.toLowerCase());
}

/** Whether all rows of this parent are in scope. */
export function coversParent(scope: PermissionScope, parent: PermissionParent): boolean {
  return holds(
    scope.parents.filter((one) => one.kind === parent.kind).map((one) => one.name),
    parent.name
  );
}

/** Whether a row is in scope: its parent is, or what it is about. An object brings the rows of its fields. */
export function coversRow(scope: PermissionScope, key: PermissionKey): boolean {
  if (coversParent(scope, key.parent)) return true;
  const { targets } = scope;
  if (key.kind === 'Field')
    return holds(targets.Field, key.target) || holds(targets.Object, key.target.slice(0, key.target.indexOf('.')));
  return key.kind in targets && holds(targets[key.kind as TargetKind], key.target);
}

/** A scope that holds the rows of these keys, and more that comes along with it. */
export function scopeOfRows(keys: readonly PermissionKey[]): PermissionScope {
  const names = (kind: TargetKind): string[] => [
    ...new Set(keys.filter((key) => key.kind === kind).map((key) => key.target)),
  ];
  const parents = new Map(
    keys
      .filter((key) => !(TARGET_KINDS as readonly string[]).includes(key.kind))
      .map((key) => [parentKeyText(key.parent), key.parent])
  );
  return {
    targets: {
      Object: names('Object'),
      Field: names('Field'),
      ApexClass: names('ApexClass'),
      ApexPage: names('ApexPage'),
      CustomPermission: names('CustomPermission'),
      Flow: names('Flow'),
      Tab: names('Tab'),
    },
    parents: [...parents.values()],
  };
}

/** Types whose access profiles and permission sets keep where no query reaches it. */
const UNQUERIED: Readonly<Record<string, string>> = {
  RecordType: 'which record types are visible and default',
  Layout: 'which page layouts are assigned',
  CustomApplication: 'which apps are visible and default',
};

function profilesIn(named: readonly string[]): string {
  if (named.includes('*')) return 'all profiles';
  return named.length === 1 ? `profile ${named[0]}` : `${named.length} profiles`;
}

/** What of the scope's access cannot be compared by row, in words, with the names it concerns. */
export function unqueriedAccess(
  metadata: ReadonlyArray<{ readonly type: string; readonly fullName: string }>
): Array<{ readonly name: string; readonly reason: string }> {
  const named = metadata.filter(({ type }) => type === 'Profile').map(({ fullName }) => fullName);
  const gaps = Object.entries(UNQUERIED)
    .filter(([type]) => metadata.some((key) => key.type === type))
    .map(([type, what]) => ({
      name: `${type} access`,
      reason: `${what}: compared only in the profiles and permission sets that are in scope themselves`,
    }));
  if (named.length > 0)
    gaps.push({
      name: `settings of ${profilesIn(named)}`,
      reason:
        'record types, page layouts and apps that are not in scope themselves, session settings and password policies are not given by the org with a profile',
    });
  return gaps;
}
