import { OrgError } from '../contracts.js';
import { type Catalogue, type ReadableComponent } from './catalogue.js';
import { normalForm } from './normalForm.js';
import { allTypes, factsOf, isKnownType, memberName } from './typeFacts.js';
import { type XmlElement, element, escapeXml, inline, withChildren } from './xmlTree.js';

export interface ListQuery {
  readonly type: string;
  readonly folder?: string;
}

/** Components of up to three types. A type nobody knows is refused, a type without components gives nothing. */
export function listMetadata(catalogue: Catalogue, queries: readonly ListQuery[]): ReadableComponent[] {
  if (queries.length > 3) throw new OrgError('LIMIT_EXCEEDED', 'Maximum number of queries is 3');
  return queries.flatMap(({ type, folder }) => {
    // Folders are listed as `ReportFolder` and so on.
    if (!isKnownType(type) && !type.endsWith('Folder')) throw new OrgError('INVALID_TYPE', `Unknown type:${type}`);
    const all = catalogue.list(type);
    return folder === undefined ? all : all.filter((component) => component.fullName.startsWith(`${folder}/`));
  });
}

const many = new Set(['CustomMetadata', 'CustomApplication']);

/** Up to ten components of one type as `records` elements; a name that is not there gives an empty one. */
export function readMetadata(catalogue: Catalogue, type: string, fullNames: readonly string[]): string[] {
  if (!isKnownType(type)) throw new OrgError('INVALID_TYPE', `Unknown type:${type}`);
  const most = many.has(type) ? 200 : 10;
  if (fullNames.length > most)
    throw new OrgError(
      'EXCEEDED_ID_LIMIT',
      `record limit reached. cannot submit more than ${most} records into this call`
    );
  return fullNames.map((fullName) => {
    const component = catalogue.find(type, fullName);
    if (component === undefined || (component.managed && type === 'Flow')) return '<records xsi:nil="true"/>';
    return `<records xsi:type="${escapeXml(type)}">${recordOf(catalogue, component).children.map(inline).join('')}</records>`;
  });
}

function recordOf(catalogue: Catalogue, component: ReadableComponent): XmlElement {
  const own =
    component.content.kind === 'xml' ? component.content.root : (component.content.meta ?? element(component.type));
  const children = own.children.filter((child) => child.name !== 'fullName');
  if (component.content.kind === 'files') {
    const [file] = component.content.files.values();
    if (file !== undefined) children.push(element('content', file.toString('base64')));
  }
  for (const child of factsOf(component.type)?.children ?? []) {
    for (const member of catalogue.membersOf(child.type, component.fullName)) {
      if (member.content.kind !== 'xml') continue;
      const inner = member.content.root.children.filter((part) => part.name !== 'fullName');
      children.push({
        ...member.content.root,
        name: child.element,
        children: [element('fullName', memberName(member.type, member.fullName)), ...inner],
      });
    }
  }
  return normalForm(
    component.type,
    withChildren(element(component.type), [element('fullName', component.fullName), ...children])
  );
}

/** All types this org's Metadata API works with. */
export function describeMetadata(): Record<string, unknown> {
  const metadataObjects = allTypes().map((facts) => ({
    ...(facts.children.length === 0 ? {} : { childXmlNames: facts.children.map((child) => child.type) }),
    directoryName: facts.directory,
    inFolder: facts.inFolder,
    metaFile: facts.shape === 'code',
    suffix: facts.suffix,
    xmlName: facts.name,
  }));
  return { metadataObjects, organizationNamespace: '', partialSaveAllowed: true, testRequired: false };
}
