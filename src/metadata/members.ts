import { canonicalXml, type Canonical } from '../model/canonicalXml.js';
import { childrenOf, fileWith, nodeName, rawOwnName, rawRoot, type RawNode } from './rawXml.js';

/**
 * Containers: files that hold several components. Element name in the file to the type of the member.
 * Source: Metadata API Developer Guide, "CustomObject", "CustomLabels", "Workflow", "SharingRules", "MatchingRule",
 * and the children listed in the registry of source-deploy-retrieve.
 */
const CONTAINERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CustomObject: {
    businessProcesses: 'BusinessProcess',
    compactLayouts: 'CompactLayout',
    fields: 'CustomField',
    fieldSets: 'FieldSet',
    indexes: 'Index',
    listViews: 'ListView',
    recordTypes: 'RecordType',
    sharingReasons: 'SharingReason',
    validationRules: 'ValidationRule',
    webLinks: 'WebLink',
  },
  CustomLabels: { labels: 'CustomLabel' },
  Workflow: {
    alerts: 'WorkflowAlert',
    fieldUpdates: 'WorkflowFieldUpdate',
    knowledgePublishes: 'WorkflowKnowledgePublish',
    outboundMessages: 'WorkflowOutboundMessage',
    rules: 'WorkflowRule',
    tasks: 'WorkflowTask',
  },
  SharingRules: {
    sharingCriteriaRules: 'SharingCriteriaRule',
    sharingGuestRules: 'SharingGuestRule',
    sharingOwnerRules: 'SharingOwnerRule',
    sharingTerritoryRules: 'SharingTerritoryRule',
  },
  MatchingRules: { matchingRules: 'MatchingRule' },
};

export interface Member {
  readonly type: string;
  readonly fullName: string;
  readonly canonical: Canonical;
}

/** The type of the file in which members of `memberType` stand; undefined for a type with files of its own. */
export function containerOf(memberType: string): string | undefined {
  return Object.entries(CONTAINERS).find(([, members]) => Object.values(members).includes(memberType))?.[0];
}

export function isContainer(type: string): boolean {
  return type in CONTAINERS;
}

/** The container in which a member stands, by type and name; undefined for a component with files of its own. */
export function containerKey(member: {
  readonly type: string;
  readonly fullName: string;
}): { readonly type: string; readonly fullName: string } | undefined {
  const type = containerOf(member.type);
  if (type === undefined) return undefined;
  return { type, fullName: type === 'CustomLabels' ? 'CustomLabels' : (member.fullName.split('.')[0] ?? '') };
}

/** Members of custom labels are known by their own name; all others by `Container.Member`. */
function memberName(containerType: string, containerName: string, own: string): string {
  return containerType === 'CustomLabels' ? own : `${containerName}.${own}`;
}

function ownName(element: Canonical): string | undefined {
  if (typeof element[2] === 'string') return undefined;
  const name = element[2].find((child) => child[0] === 'fullName');
  return typeof name?.[2] === 'string' ? name[2] : undefined;
}

/** The components inside a container file; undefined when the type is not a container. */
export function membersOf(containerType: string, containerName: string, xml: string): Member[] | undefined {
  const elements = CONTAINERS[containerType];
  if (!elements) return undefined;
  const [, , content] = canonicalXml(xml, containerType);
  if (typeof content === 'string') return [];
  return content.flatMap((element) => {
    const type = elements[element[0]];
    const own = type ? ownName(element) : undefined;
    return type && own ? [{ type, fullName: memberName(containerType, containerName, own), canonical: element }] : [];
  });
}

/**
 * What a container file says of the container itself, without its members: an object's label, its name field, its sharing.
 * Undefined when the type is not a container. Standard fields, which no manifest can name, count as the object's own.
 */
export function ownPart(containerType: string, xml: string): Canonical | undefined {
  const elements = CONTAINERS[containerType];
  if (!elements) return undefined;
  const [name, attributes, content] = canonicalXml(xml, containerType);
  if (typeof content === 'string') return [name, attributes, content];
  return [name, attributes, content.filter((element) => !(elements[element[0]] && ownName(element)))];
}

/** A container file, and which of its members (by `Type:FullName`) are wanted of it. */
export interface MembersWanted {
  readonly xml: string;
  readonly keep: ReadonlySet<string>;
}

/**
 * The container file cut down to the members in `keep` (by `Type:FullName`), and with `own` to what it says of the container
 * itself: what a deploy needs to put just these back. Metadata API takes an object file with only some fields: the others
 * stay as they are. Members of `more` files of the same container stand beside those.
 */
export function onlyMembers(
  containerType: string,
  containerName: string,
  xml: string,
  keep: ReadonlySet<string>,
  withOwn = false,
  more: readonly MembersWanted[] = []
): string {
  const root = rawRoot(containerType, xml, containerName);
  const children = kept(containerType, containerName, root, keep, withOwn);
  // What a file does not say stays as it is: a description that was added goes only when it is said to be empty.
  if (withOwn && containerType === 'CustomObject' && !children.some((child) => nodeName(child) === 'description'))
    children.push({ description: [] });
  for (const other of more)
    children.push(
      ...kept(containerType, containerName, rawRoot(containerType, other.xml, containerName), other.keep, false)
    );
  // Elements of one name have to stand together, or the org calls them duplicates.
  if (more.length > 0) children.sort((a, b) => (nodeName(a) < nodeName(b) ? -1 : nodeName(a) > nodeName(b) ? 1 : 0));
  return fileWith(root, children);
}

function kept(
  containerType: string,
  containerName: string,
  root: RawNode,
  keep: ReadonlySet<string>,
  withOwn: boolean
): RawNode[] {
  return childrenOf(root).filter((child) => {
    const member = memberOf(containerType, containerName, child);
    if (member === undefined) return withOwn && nodeName(child) !== '#text';
    return keep.has(member);
  });
}

/** The member that an element of a container file is, by `Type:FullName`; undefined for what belongs to the container. */
export function memberOf(containerType: string, containerName: string, element: RawNode): string | undefined {
  const type = CONTAINERS[containerType]?.[nodeName(element)];
  const own = type ? rawOwnName(element) : undefined;
  return type && own !== undefined ? `${type}:${memberName(containerType, containerName, own)}` : undefined;
}
