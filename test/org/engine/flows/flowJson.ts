import type { XmlElement } from '../metadata/xmlTree.js';
import type { FlowVersion } from './flowStore.js';
import { element } from '../metadata/xmlTree.js';

/** Lists in flow metadata that the JSON always has, also when there is nothing in them. */
const lists = [
  'actionCalls',
  'apexPluginCalls',
  'assignments',
  'choices',
  'collectionProcessors',
  'constants',
  'customErrors',
  'decisions',
  'dynamicChoiceSets',
  'formulas',
  'loops',
  'orchestratedStages',
  'processMetadataValues',
  'recordCreates',
  'recordDeletes',
  'recordLookups',
  'recordRollbacks',
  'recordUpdates',
  'screens',
  'stages',
  'steps',
  'subflows',
  'textTemplates',
  'transforms',
  'variables',
  'waits',
];
const nestedLists = [
  'rules',
  'conditions',
  'assignmentItems',
  'inputAssignments',
  'outputAssignments',
  'inputParameters',
  'outputParameters',
  'filters',
  'fields',
  'queriedFields',
  'choiceReferences',
  'scheduledPaths',
  'dataTypeMappings',
  'outputFields',
];

/** A version's body as Tooling's `Metadata` shows it: JSON with lists always lists, numbers and booleans typed, its status included. */
export function flowJson(version: FlowVersion): Record<string, unknown> {
  return {
    ...Object.fromEntries(lists.map((name) => [name, []])),
    ...(toJson(version.body, true) as Record<string, unknown>),
    status: version.status,
  };
}

function toJson(node: XmlElement, top = false): unknown {
  if (node.children.length === 0) return scalar(node);
  const result: Record<string, unknown> = {};
  for (const child of node.children) {
    const listed = (top ? lists : nestedLists).includes(child.name);
    if (listed || result[child.name] !== undefined) {
      const before = result[child.name];
      result[child.name] = [
        ...(Array.isArray(before) ? (before as unknown[]) : before === undefined ? [] : [before]),
        toJson(child),
      ];
    } else result[child.name] = toJson(child);
  }
  return result;
}

function scalar(node: XmlElement): unknown {
  if (node.text === 'true' || node.text === 'false') return node.text === 'true';
  return [
    'locationX',
    'locationY',
    'apiVersion',
    'numberValue',
    'triggerOrder',
    'offsetNumber',
    'limit',
    'scale',
  ].includes(node.name)
    ? Number(node.text)
    : node.text;
}

/** The way back, for a Flow row that is saved through Tooling. Nulls and empty lists say nothing. */
export function flowXml(json: Readonly<Record<string, unknown>>): XmlElement {
  return element('Flow', ...members(json));
}

function members(json: Readonly<Record<string, unknown>>): XmlElement[] {
  return Object.entries(json).flatMap(([name, value]) => {
    if (value === null || value === undefined || name === 'urls') return [];
    const all = Array.isArray(value) ? (value as unknown[]) : [value];
    return all.map((one) =>
      typeof one === 'object' && one !== null
        ? element(name, ...members(one as Record<string, unknown>))
        : element(name, String(one))
    );
  });
}
