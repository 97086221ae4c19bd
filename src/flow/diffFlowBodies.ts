import type { Canonical } from '../model/canonicalXml.js';
import {
  childText,
  diffCanonical,
  diffSiblings,
  type PropertyChange,
  type TreeDiffRules,
} from '../model/diffCanonical.js';
import { elementType, flowParts, isConnector, isLayout, type FlowElement } from './flowElements.js';

/** Where a path leaves an element, and which element it leads to; `null`: it ends, or there is no such path. */
export interface ConnectorChange {
  /** `connector`, `faultConnector`, `rules[Is_Gold].connector`. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface FlowElementChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** As Flow Builder calls it: `Decision`, `Get Records`. */
  readonly type: string;
  readonly name: string;
  /** What differs in it; for an added or removed one empty. */
  readonly properties: readonly PropertyChange[];
  /** Where it leads to; also of added and removed elements. */
  readonly connectors: readonly ConnectorChange[];
}

/** Two versions of a flow, element by element. */
export interface FlowDiff {
  /** Label, API version, process type and the like. */
  readonly settings: readonly PropertyChange[];
  readonly elements: readonly FlowElementChange[];
  /** Elements that were only moved on the canvas, or saved from another one: they do the same. */
  readonly movedOnly: readonly string[];
}

/** Kinds of value in a flow, as `<value><stringValue>…`. */
const VALUE = /^(string|number|boolean|date|dateTime|sobject|apex|setupReference)Value$/;

/** `{!Name}` for a reference, text in quotes, anything else as it stands. */
function asValue(element: Canonical): string | undefined {
  const [name, , content] = element;
  if (isConnector(name)) return targetOf(element);
  if (typeof content === 'string' || content.length !== 1) return undefined;
  const [[kind, , text]] = content as [Canonical];
  if (typeof text !== 'string') return undefined;
  if (kind === 'elementReference') return `{!${text}}`;
  if (!VALUE.test(kind)) return undefined;
  return kind === 'stringValue' ? JSON.stringify(text) : text;
}

function targetOf(connector: Canonical): string {
  if (typeof connector[2] === 'string') return connector[2];
  const target = childText(connector, 'targetReference') ?? '';
  return childText(connector, 'isGoTo') === 'true' ? `${target} (go to)` : target;
}

const MEANING: TreeDiffRules = { ignore: isLayout, asValue };
const EVERYTHING: TreeDiffRules = {};

/**
 * How one version of a flow became another. Nothing differs (no setting, no element, nothing moved) exactly when the
 * canonical bodies are equal. Throws when a text is not well-formed.
 */
export function diffFlowBodies(before: string, after: string): FlowDiff {
  const [left, right] = [flowParts(before), flowParts(after)];
  const keyed = (elements: readonly FlowElement[]): Map<string, FlowElement> => {
    const known = new Map<string, FlowElement>();
    for (const element of elements) {
      // Names are unique in a flow that was saved; a file that breaks this is compared all the same.
      let key = `${element.tag}\n${element.name}`;
      while (known.has(key)) key += '\n';
      known.set(key, element);
    }
    return known;
  };
  const [was, is] = [keyed(left.elements), keyed(right.elements)];
  const elements: FlowElementChange[] = [];
  const movedOnly: string[] = [];
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const change = changeOf(was.get(key), is.get(key));
    if (change === 'moved') movedOnly.push((is.get(key) as FlowElement).name);
    else if (change) elements.push(change);
  }
  const byTypeAndName = (a: FlowElementChange, b: FlowElementChange): number =>
    a.type === b.type ? (a.name < b.name ? -1 : 1) : a.type < b.type ? -1 : 1;
  const tags = [...new Set([...left.settings, ...right.settings].map(([tag]) => tag))].sort();
  return {
    settings: tags.flatMap((tag) =>
      diffSiblings(
        left.settings.filter((node) => node[0] === tag),
        right.settings.filter((node) => node[0] === tag),
        { asValue },
        tag
      )
    ),
    elements: elements.sort(byTypeAndName),
    movedOnly: movedOnly.sort(),
  };
}

function changeOf(
  before: FlowElement | undefined,
  after: FlowElement | undefined
): FlowElementChange | 'moved' | undefined {
  const { tag, name } = (after ?? before) as FlowElement;
  const one = { type: elementType(tag), name };
  if (before && after) {
    const changes = diffCanonical(before.node, after.node, MEANING);
    if (changes.length === 0)
      return diffCanonical(before.node, after.node, EVERYTHING).length > 0 ? 'moved' : undefined;
    return {
      ...one,
      kind: 'changed',
      properties: changes.filter(({ path }) => !isConnectorPath(path)),
      connectors: changes.filter(({ path }) => isConnectorPath(path)),
    };
  }
  const connectors = [...connectorsOf((after ?? before) as FlowElement)];
  return {
    ...one,
    kind: after ? 'added' : 'removed',
    properties: [],
    connectors: connectors.map(([path, target]) => ({
      path,
      before: after ? null : target,
      after: after ? target : null,
    })),
  };
}

function isConnectorPath(path: string): boolean {
  return isConnector((path.split('.').at(-1) ?? '').replace(/\[.*$/, ''));
}

/** Every path that leaves an element: its own and those of its rules, paths and outcomes. */
function* connectorsOf(element: FlowElement): Generator<readonly [path: string, target: string]> {
  const walk = function* (node: Canonical, path: string): Generator<readonly [string, string]> {
    if (typeof node[2] === 'string') return;
    for (const child of node[2]) {
      const own = childText(child, 'name');
      const childPath = `${path === '' ? '' : `${path}.`}${child[0]}${own === undefined ? '' : `[${own}]`}`;
      if (isConnector(child[0])) yield [childPath, targetOf(child)];
      else yield* walk(child, childPath);
    }
  };
  yield* walk(element.node, '');
}
