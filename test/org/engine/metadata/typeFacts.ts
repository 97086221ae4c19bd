import { RegistryAccess, type MetadataType } from '@salesforce/source-deploy-retrieve';

/** One kind of member that lives inside the file of another type. */
export interface ChildFacts {
  readonly type: string;
  /** The element of the parent file that holds one member, e.g. `fields`. */
  readonly element: string;
}

/** How a type is laid out in a Metadata API package. */
export type FileShape =
  | 'xml' // one XML file
  | 'code' // a content file and a `-meta.xml` beside it
  | 'bundle'; // a folder of files

export interface TypeFacts {
  readonly name: string;
  readonly directory: string;
  readonly suffix: string | undefined;
  readonly shape: FileShape;
  readonly children: readonly ChildFacts[];
  /** Members carry the name of a folder, e.g. `Sales/Pipeline`. */
  readonly inFolder: boolean;
  readonly folderType: string | undefined;
  readonly keyPrefix: string;
  readonly wildcard: boolean;
}

const registry = new RegistryAccess();

/** Types whose file is only a collection: each member is a component of its own and a deploy adds to it member by member. */
const containers = new Set([
  'CustomObject',
  'CustomLabels',
  'Workflow',
  'SharingRules',
  'AssignmentRules',
  'AutoResponseRules',
  'EscalationRules',
  'MatchingRules',
  'ManagedTopics',
]);

const noWildcard = new Set([
  'Report',
  'Dashboard',
  'Document',
  'EmailTemplate',
  'StandardValueSet',
  'ReportFolder',
  'DashboardFolder',
  'DocumentFolder',
  'EmailFolder',
]);

const keyPrefixes: Readonly<Record<string, string>> = {
  ApexClass: '01p',
  ApexTrigger: '01q',
  ApexPage: '066',
  ApexComponent: '099',
  CustomObject: '01I',
  CustomField: '00N',
  ValidationRule: '03d',
  RecordType: '012',
  ListView: '00B',
  BusinessProcess: '019',
  CompactLayout: '0AH',
  FieldSet: '0IX',
  WebLink: '00b',
  Layout: '00h',
  PermissionSet: '0PS',
  PermissionSetGroup: '0PG',
  Profile: '00e',
  CustomLabels: '',
  CustomLabel: '101',
  CustomMetadata: 'm00',
  Queue: '00G',
  Group: '00G',
  Role: '00E',
  Flow: '301',
  FlowDefinition: '300',
  FlexiPage: '0M0',
  CustomTab: '01r',
  CustomPermission: '0CP',
  RemoteSiteSetting: '0rp',
  Workflow: '',
  WorkflowRule: '01Q',
  WorkflowFieldUpdate: '04Y',
  WorkflowAlert: '01W',
  WorkflowTask: '01V',
  StaticResource: '081',
  LightningComponentBundle: '0Rb',
  AuraDefinitionBundle: '0Ab',
  StandardValueSet: '',
  Settings: '',
  CustomApplication: '02u',
  GlobalValueSet: '0Nt',
  Report: '00O',
  Dashboard: '01Z',
  EmailTemplate: '00X',
  DuplicateRule: '0Bm',
  QuickAction: '09D',
  SharingRules: '',
  AssignmentRules: '',
};

/** The registry never changes, and looking for a name in it goes through all of it. */
function remembered<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    if (!known.has(name)) known.set(name, find(name));
    return known.get(name) as T;
  };
}

/** Facts about a type, by name without regard to case; undefined for one nobody knows. */
export const factsOf = remembered((typeName: string): TypeFacts | undefined => {
  const type = registry.findType((candidate) => candidate.name.toLowerCase() === typeName.toLowerCase());
  return type === undefined ? undefined : fromRegistry(type);
});

/** The type whose members live in files of another, e.g. `CustomField` → `CustomObject`. */
export const parentOf = remembered((childType: string): TypeFacts | undefined => {
  for (const name of containers) {
    const facts = factsOf(name);
    if (facts?.children.some((child) => child.type === childType) === true) return facts;
  }
  return undefined;
});

export function isKnownType(typeName: string): boolean {
  return factsOf(typeName) !== undefined || parentOf(typeName) !== undefined;
}

/** All types that have files of their own. */
export function allTypes(): TypeFacts[] {
  return Object.values(registry.getRegistry().types).map(fromRegistry);
}

function fromRegistry(type: MetadataType): TypeFacts {
  return {
    name: type.name,
    directory: type.directoryName,
    suffix: type.suffix,
    shape: shapeOf(type),
    children: containers.has(type.name)
      ? Object.values(type.children?.types ?? {}).map((child) => ({
          type: child.name,
          element: child.xmlElementName ?? child.directoryName,
        }))
      : [],
    inFolder: type.inFolder ?? false,
    folderType:
      type.inFolder === true && type.folderType !== undefined
        ? registry.getTypeByName(type.folderType).name
        : undefined,
    keyPrefix: keyPrefixOf(type.name),
    wildcard: !noWildcard.has(type.name),
  };
}

function shapeOf(type: MetadataType): FileShape {
  switch (type.strategies?.adapter) {
    case 'matchingContentFile':
      return 'code';
    case 'bundle':
    case 'digitalExperience':
      return 'bundle';
    case 'mixedContent':
      return type.suffix === undefined || type.suffix === 'site' ? 'bundle' : 'code';
    default:
      return 'xml';
  }
}

export function keyPrefixOf(typeName: string): string {
  return keyPrefixes[typeName] ?? '0zz';
}

/** `CustomField` members are `Object.Field`; labels stand alone. */
export function childFullName(childType: string, parentName: string, member: string): string {
  return childType === 'CustomLabel' ? member : `${parentName}.${member}`;
}

/** The parent's name in a member's full name. */
export function parentName(childType: string, fullName: string): string {
  if (childType === 'CustomLabel') return 'CustomLabels';
  const dot = fullName.indexOf('.');
  return dot === -1 ? fullName : fullName.slice(0, dot);
}

/** The member's own part of its full name. */
export function memberName(childType: string, fullName: string): string {
  return childType === 'CustomLabel' ? fullName : fullName.slice(fullName.indexOf('.') + 1);
}

/** Where the component stands in a package. For a bundle it is the folder; members stand in their parent's file. */
export function packagePath(typeName: string, fullName: string): string {
  const facts = factsOf(typeName);
  if (facts !== undefined) {
    const file = facts.shape === 'bundle' || facts.suffix === undefined ? fullName : `${fullName}.${facts.suffix}`;
    return `${facts.directory}/${file}`;
  }
  const parent = parentOf(typeName);
  return parent === undefined ? `${typeName}/${fullName}` : packagePath(parent.name, parentName(typeName, fullName));
}
