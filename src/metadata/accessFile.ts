import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import type { Canonical } from '../model/canonicalXml.js';

/**
 * Files whose entries are also rows of the data API, and the elements that are. These are compared and taken back by row,
 * where one can go back without its neighbours: a permission set that is deployed replaces the whole set, a profile that
 * is deployed only adds (Metadata API Developer Guide: PermissionSet, Profile).
 */
const ROW_ELEMENTS: Readonly<Record<string, ReadonlySet<string>>> = {
  PermissionSet: new Set([
    'classAccesses',
    'customPermissions',
    'fieldPermissions',
    'flowAccesses',
    'objectPermissions',
    'pageAccesses',
    'tabSettings',
    'userPermissions',
  ]),
  PermissionSetGroup: new Set(['permissionSets']),
  Profile: new Set([
    'classAccesses',
    'customPermissions',
    'fieldPermissions',
    'flowAccesses',
    'objectPermissions',
    'pageAccesses',
    'tabVisibilities',
    'userPermissions',
  ]),
};

export function isAccessFile(type: string): boolean {
  return type in ROW_ELEMENTS;
}

/** Entries of such files that are no rows, and that say no more than none at all would where all in them is denied. */
const DENIABLE = new Set([
  'applicationVisibilities',
  'customMetadataTypeAccesses',
  'customSettingAccesses',
  'externalDataSourceAccesses',
  'recordTypeVisibilities',
]);

/**
 * What such a file says besides its rows: label, licence, record types, apps, log-in hours. What denies everything is left
 * out: orgs print it for what is named in the same retrieve, or once it was granted. Other files stay whole.
 */
export function withoutRows(type: string, file: Canonical): Canonical {
  const rows = ROW_ELEMENTS[type];
  const [name, attributes, content] = file;
  if (!rows || typeof content === 'string') return file;
  return [name, attributes, content.filter((element) => !rows.has(element[0]) && !deniesAll(element))];
}

function deniesAll([name, , content]: Canonical): boolean {
  if (!DENIABLE.has(name) || typeof content === 'string') return false;
  return content.every(([child, , value]) => !FLAGS.has(child) || value === 'false');
}

type Node = Record<string, unknown>;

const options = {
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
} as const;
const parser = new XMLParser({ ...options, trimValues: true, ignoreDeclaration: true });
const builder = new XMLBuilder({ ...options, suppressEmptyNode: false });

const nameOf = (node: Node): string => Object.keys(node).find((key) => key !== ':@') ?? '';
const textOf = (node: Node): string => String(builder.build([node]));
const childrenOf = (node: Node): Node[] => {
  const children = node[nameOf(node)];
  return Array.isArray(children) ? (children as Node[]) : [];
};

function elementsOf(type: string, xml: string): Node[] {
  const root = (parser.parse(xml) as Node[]).find((node) => nameOf(node) === type);
  if (!root) throw new Error(`no <${type}> in the file`);
  return childrenOf(root).filter((node) => nameOf(node) !== '#text' && nameOf(node) !== '#comment');
}

/**
 * The file that takes a parent of permissions back to `before` in everything but its rows, given what it is `now`. A
 * permission set or group keeps the rows it has now; of a profile, whose rows a deploy leaves alone, none are in the file,
 * and settings that came since are denied, but for those of `profileLeftovers`.
 */
export function accessFile(type: string, before: string, now: string): string {
  const rows = ROW_ELEMENTS[type] ?? new Set<string>();
  const settings = elementsOf(type, before).filter((node) => !rows.has(nameOf(node)));
  const present = elementsOf(type, now);
  const more =
    type === 'Profile'
      ? present
          .filter((node) => !rows.has(nameOf(node)) && !settings.some((known) => isAbout(known) === isAbout(node)))
          .filter((node) => nameOf(node) !== 'loginHours' || settings.every((known) => nameOf(known) !== 'loginHours'))
          .flatMap(denied)
      : present.filter((node) => rows.has(nameOf(node)));
  // Without it, a description that came since might stay: an empty one is none, whether a missing one is or not.
  if (present.some(isDescription) && !settings.some(isDescription)) settings.push({ description: [] });
  // The org takes elements of one name only side by side.
  return fileOf(
    type,
    [...settings, ...more].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0))
  );
}

const isDescription = (node: Node): boolean => nameOf(node) === 'description';

function fileOf(type: string, elements: readonly Node[]): string {
  const body = elements.map((node) => `    ${textOf(node).trim()}\n`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${type} xmlns="http://soap.sforce.com/2006/04/metadata">\n${body}</${type}>\n`;
}

/** Elements that are rows, and what they are about: the kind of it, and the element that names it. */
const NAMED_BY: Readonly<Record<string, readonly [kind: string, name: string]>> = {
  classAccesses: ['ApexClass', 'apexClass'],
  customPermissions: ['CustomPermission', 'name'],
  fieldPermissions: ['Field', 'field'],
  flowAccesses: ['Flow', 'flow'],
  objectPermissions: ['Object', 'object'],
  pageAccesses: ['ApexPage', 'apexPage'],
  tabSettings: ['Tab', 'tab'],
  tabVisibilities: ['Tab', 'tab'],
  userPermissions: ['UserPermission', 'name'],
};

/** The file without the rows of which `isLeftOut` says so. */
export function withoutEntries(
  type: string,
  xml: string,
  isLeftOut: (row: { readonly kind: string; readonly target: string }) => boolean
): string {
  const elements = elementsOf(type, xml).filter((node) => {
    const row = rowOf(node);
    return row === undefined || !isLeftOut(row);
  });
  return fileOf(type, elements);
}

function rowOf(node: Node): { readonly kind: string; readonly target: string } | undefined {
  if (nameOf(node) === 'permissionSets') return { kind: 'Member', target: innerText(node) };
  const [kind, name] = NAMED_BY[nameOf(node)] ?? [];
  const named = childrenOf(node).find((child) => nameOf(child) === name);
  return kind === undefined || named === undefined ? undefined : { kind, target: innerText(named) };
}

function innerText(node: Node): string {
  return childrenOf(node)
    .map((child) => (typeof child['#text'] === 'string' ? child['#text'] : ''))
    .join('')
    .trim();
}

const FLAGS = new Set(['default', 'enabled', 'personAccountDefault', 'visible']);

/** What an entry is about: its name and everything in it that is no yes or no. */
function isAbout(node: Node): string {
  const parts = childrenOf(node).filter((child) => !FLAGS.has(nameOf(child)));
  return `${nameOf(node)}\n${parts.map(textOf).sort().join('')}`;
}

/** Entries that a deployment of a profile adds and never takes away, and how people call them. */
const NEVER_DENIED: Readonly<Record<string, string>> = {
  loginIpRanges: 'log-in IP ranges',
  layoutAssignments: 'page layout assignments',
};

/** What a profile got since that no deployment takes away again, in words; empty where there is nothing of it. */
export function profileLeftovers(before: string, now: string): string[] {
  const known = elementsOf('Profile', before);
  // A layout is assigned for an object and record type: another one in its place goes back by itself.
  const place = (node: Node): string =>
    nameOf(node) === 'layoutAssignments'
      ? childrenOf(node)
          .map((child) =>
            nameOf(child) === 'layout' ? innerText(child).split('-')[0] : `${nameOf(child)} ${innerText(child)}`
          )
          .sort()
          .join()
      : isAbout(node);
  const came = elementsOf('Profile', now).filter(
    (node) =>
      nameOf(node) in NEVER_DENIED && !known.some((one) => nameOf(one) === nameOf(node) && place(one) === place(node))
  );
  return [...new Set(came.map((node) => NEVER_DENIED[nameOf(node)] ?? ''))];
}

/** The same entry with every yes turned into a no; nothing for entries that have none. */
function denied(node: Node): Node[] {
  // An empty element takes the restriction away; without one it stays (Metadata API Developer Guide: ProfileLoginHours).
  if (nameOf(node) === 'loginHours') return [{ loginHours: [] }];
  const children = childrenOf(node);
  if (!children.some((child) => FLAGS.has(nameOf(child)))) return [];
  return [
    {
      [nameOf(node)]: children.map((child) =>
        FLAGS.has(nameOf(child)) ? { [nameOf(child)]: [{ '#text': 'false' }] } : child
      ),
    },
  ];
}
