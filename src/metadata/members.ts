import { canonicalXml, type Canonical } from '../model/canonicalXml.js';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';

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

const raw = {
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  cdataPropName: '#cdata',
} as const;
const rawParser = new XMLParser({ ...raw, trimValues: false, ignoreDeclaration: true });
const rawBuilder = new XMLBuilder({ ...raw, suppressEmptyNode: false });

type RawNode = Record<string, unknown>;

function nodeName(node: RawNode): string {
  return Object.keys(node).find((key) => key !== ':@') ?? '';
}

function rawOwnName(node: RawNode): string | undefined {
  const children = node[nodeName(node)];
  if (!Array.isArray(children)) return undefined;
  const name = (children as RawNode[]).find((child) => nodeName(child) === 'fullName');
  // Read the way names are read everywhere else: `Sales &amp; Co` is called `Sales & Co`.
  return name ? ownName(['', {}, [canonicalXml(String(rawBuilder.build([name])))]]) : undefined;
}

/** Namespaces and other attributes of the root, which the members may rely on (`xsi:type`). */
function rootAttributes(root: RawNode): string {
  const { '@_xmlns': own, ...others } = (root[':@'] ?? {}) as Record<string, string>;
  return Object.entries({ xmlns: own ?? 'http://soap.sforce.com/2006/04/metadata', ...others })
    .map(([name, value]) => ` ${name.replace(/^@_/, '')}="${value.replaceAll('"', '&quot;')}"`)
    .join('');
}

/**
 * The container file cut down to the members in `keep` (by `Type:FullName`), and with `own` to what it says of the container
 * itself: what a deploy needs to put just these back. Metadata API takes an object file with only some fields: the others
 * stay as they are.
 */
export function onlyMembers(
  containerType: string,
  containerName: string,
  xml: string,
  keep: ReadonlySet<string>,
  withOwn = false
): string {
  const elements = CONTAINERS[containerType] ?? {};
  const [root] = (rawParser.parse(xml) as RawNode[]).filter((node) => nodeName(node) === containerType);
  if (!root) throw new Error(`no <${containerType}> in the file of ${containerName}`);
  const children = (root[containerType] as RawNode[]).filter((child) => {
    const type = elements[nodeName(child)];
    const own = type ? rawOwnName(child) : undefined;
    if (type === undefined || own === undefined) return withOwn && nodeName(child) !== '#text';
    return keep.has(`${type}:${memberName(containerType, containerName, own)}`);
  });
  // What a file does not say stays as it is: a description that was added goes only when it is said to be empty.
  if (withOwn && containerType === 'CustomObject' && !children.some((child) => nodeName(child) === 'description'))
    children.push({ description: [] });
  const body = children.map((child) => `    ${String(rawBuilder.build([child])).trim()}\n`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${containerType}${rootAttributes(root)}>\n${body}</${containerType}>\n`;
}
