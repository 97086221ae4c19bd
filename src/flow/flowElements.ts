import { canonicalXml, type Canonical } from '../model/canonicalXml.js';
import { childText } from '../model/diffCanonical.js';

/** One element or resource of a flow, as Flow Builder shows it: a decision, a formula, the start. */
export interface FlowElement {
  /** The element's name in the file, `recordLookups`. */
  readonly tag: string;
  readonly name: string;
  readonly node: Canonical;
}

export interface FlowParts {
  readonly elements: readonly FlowElement[];
  /** Everything else: label, API version, process type, and settings that come in pairs of name and value. */
  readonly settings: readonly Canonical[];
}

/**
 * What Flow Builder calls each kind of element. Source: Metadata API Developer Guide, "Flow", and the labels of the
 * elements in Flow Builder. A kind that is not listed keeps its name in the file.
 */
const TYPES: Readonly<Record<string, string>> = {
  actionCalls: 'Action',
  apexPluginCalls: 'Apex Action (Legacy)',
  assignments: 'Assignment',
  choices: 'Choice',
  collectionProcessors: 'Collection Processor',
  constants: 'Constant',
  customErrors: 'Custom Error',
  decisions: 'Decision',
  dynamicChoiceSets: 'Choice Set',
  experiments: 'Path Experiment',
  formulas: 'Formula',
  loops: 'Loop',
  orchestratedStages: 'Orchestration Stage',
  recordCreates: 'Create Records',
  recordDeletes: 'Delete Records',
  recordLookups: 'Get Records',
  recordRollbacks: 'Roll Back Records',
  recordUpdates: 'Update Records',
  screens: 'Screen',
  stages: 'Stage',
  start: 'Start',
  steps: 'Step (Legacy)',
  subflows: 'Subflow',
  textTemplates: 'Text Template',
  transforms: 'Transform',
  variables: 'Variable',
  waits: 'Wait',
};

export function elementType(tag: string): string {
  return TYPES[tag] ?? tag;
}

/** They say where the element is drawn, not what it does. */
export function isLayout(element: string): boolean {
  return element === 'locationX' || element === 'locationY';
}

export function isConnector(element: string): boolean {
  return /[cC]onnector$/.test(element) || element === 'startElementReference';
}

/** Named, but no elements: settings of the flow as a whole. */
const SETTINGS = new Set(['processMetadataValues', 'customProperties']);

/**
 * A flow version taken apart. `<status>` is left out: which version runs is known by the pointer. Throws when the text is
 * not well-formed.
 */
export function flowParts(xml: string): FlowParts {
  const [, , content] = canonicalXml(xml, 'Flow');
  const elements: FlowElement[] = [];
  const settings: Canonical[] = [];
  for (const node of typeof content === 'string' ? [] : content) {
    const [tag] = node;
    if (tag === 'status') continue;
    const name = tag === 'start' ? 'Start' : SETTINGS.has(tag) ? undefined : childText(node, 'name');
    if (name === undefined) settings.push(node);
    else elements.push({ tag, name, node });
  }
  return { elements, settings };
}
