import type { ConnectorChange, FlowDiff, FlowElementChange } from '../flow/diffFlowBodies.js';
import type { PropertyChange } from '../model/diffCanonical.js';
import { clip, inPieces, plural, wrap } from './table.js';

const SIGNS: Record<FlowElementChange['kind'], string> = { added: '+', removed: '-', changed: '~' };

/** Characters of a value that are shown where nobody asked for everything. */
const CHARACTERS = 160;

function valueText(value: string | null, all: boolean): string {
  if (value === null) return '(nothing)';
  const text = value === '' ? '(empty)' : value.replace(/\s+/g, ' ');
  return all ? text : clip(text, CHARACTERS);
}

/** One difference, before and after. */
export function propertyLines(change: PropertyChange, all: boolean, width: number, indent: string): string[] {
  const [before, after] = [valueText(change.before, all), valueText(change.after, all)];
  return wrap(`${change.path}: ${before} -> ${after}`, width, indent);
}

function connectorLines(change: ConnectorChange, width: number, indent: string): string[] {
  const way = change.path.replace(/\.?([a-zA-Z]*[cC]onnector)$/, '');
  const name = /^(.*\.)?connector$/.test(change.path) ? '' : (change.path.split('.').at(-1) ?? '');
  const label = [way === change.path ? '' : way, name].filter(Boolean).join(' ');
  const from = label === '' ? 'goes to' : `${label} goes to`;
  return wrap(`${from}: ${change.before ?? '(end)'} -> ${change.after ?? '(end)'}`, width, indent);
}

/** How many elements changed, and how. */
export function flowDiffSummary(diff: FlowDiff): string {
  const count = (kind: FlowElementChange['kind']): number =>
    diff.elements.filter((element) => element.kind === kind).length;
  const parts = [
    count('added') > 0 ? `${count('added')} added` : '',
    count('removed') > 0 ? `${count('removed')} removed` : '',
    count('changed') > 0 ? `${count('changed')} changed` : '',
  ].filter(Boolean);
  const rest = [
    diff.settings.length > 0 ? plural(diff.settings.length, 'setting') : '',
    diff.movedOnly.length > 0 ? `${diff.movedOnly.length} only moved on the canvas` : '',
  ].filter(Boolean);
  const elements = parts.length > 0 ? `elements: ${parts.join(', ')}` : '';
  return [elements, ...rest].filter(Boolean).join('; ') || 'the same elements';
}

/** Two versions of a flow, element by element: + added, - removed, ~ changed. */
export function flowDiffLines(diff: FlowDiff, all: boolean, width: number, indent: string): string[] {
  const deeper = `${indent}    `;
  return [
    ...diff.settings.flatMap((change) => propertyLines(change, all, width, indent)),
    ...diff.elements.flatMap((element) => [
      ...inPieces(`${SIGNS[element.kind]} ${element.type} ${element.name}`, width, indent),
      ...element.properties.flatMap((change) => propertyLines(change, all, width, deeper)),
      ...element.connectors
        .filter((change) => element.kind === 'changed' || all || change.after !== null)
        .flatMap((change) => connectorLines(change, width, deeper)),
    ]),
    ...(diff.movedOnly.length > 0 ? wrap(`only moved: ${diff.movedOnly.join(', ')}`, width, indent) : []),
  ];
}
