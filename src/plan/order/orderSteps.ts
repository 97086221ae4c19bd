import { DirectedGraph } from 'graphology';
import { LANES, OPERATIONS } from '../../model/operation.js';
import type { ObjectDescribe } from '../../records/objectDescribe.js';
import type { DraftStep } from '../rollbackPlan.js';
import { deleteChildrenFirst } from './deleteChildrenFirst.js';
import { flowVersionBeforeComponent } from './flowVersionBeforeComponent.js';
import { letGoBeforeDelete } from './letGoBeforeDelete.js';
import { pointerBeforeVersionDelete } from './pointerBeforeVersionDelete.js';
import { undeleteParentsFirst } from './undeleteParentsFirst.js';
import { updateAfterItsTargets } from './updateAfterItsTargets.js';
import { recordsAfterMetadata } from './recordsAfterMetadata.js';

export interface OrderFacts {
  readonly describes: ReadonlyMap<string, ObjectDescribe>;
}

/** "`before` must have succeeded before `after` may begin." Both are keys of draft steps. */
export interface Edge {
  readonly before: string;
  readonly after: string;
}

export type OrderRule = (steps: readonly DraftStep[], facts: OrderFacts) => Edge[];

/** To add a reason for an order, add a file with one rule and name it here. */
export const ORDER_RULES: readonly OrderRule[] = [
  pointerBeforeVersionDelete,
  flowVersionBeforeComponent,
  recordsAfterMetadata,
  undeleteParentsFirst,
  updateAfterItsTargets,
  letGoBeforeDelete,
  deleteChildrenFirst,
];

export interface OrderedStep {
  readonly step: DraftStep;
  readonly waitsFor: readonly DraftStep[];
}

/** Where nothing asks otherwise: by lane, then operation, then name. So a plan has one order, whatever the org answers first. */
function compareSteps(a: DraftStep, b: DraftStep): number {
  return (
    LANES.indexOf(a.lane) - LANES.indexOf(b.lane) ||
    OPERATIONS.indexOf(a.operation) - OPERATIONS.indexOf(b.operation) ||
    (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  );
}

/** The steps in an order that every rule allows. Throws, naming the steps, when rules ask for a circle. */
export function orderSteps(steps: readonly DraftStep[], facts: OrderFacts): OrderedStep[] {
  const graph = new DirectedGraph<{ step: DraftStep }>();
  for (const step of steps) graph.addNode(step.key, { step });
  for (const rule of ORDER_RULES) {
    for (const edge of rule(steps, facts)) if (edge.before !== edge.after) graph.mergeEdge(edge.before, edge.after);
  }
  const waitsFor = new Map(
    steps.map((step) => [
      step.key,
      graph
        .inNeighbors(step.key)
        .map((key) => graph.getNodeAttribute(key, 'step'))
        .sort(compareSteps),
    ])
  );
  const ordered: OrderedStep[] = [];
  while (graph.order > 0) {
    const [next] = graph
      .filterNodes((key) => graph.inDegree(key) === 0)
      .map((key) => graph.getNodeAttribute(key, 'step'))
      .sort(compareSteps);
    if (!next) throw new Error(`the steps wait for each other: ${graph.nodes().sort().join(', ')}`);
    ordered.push({ step: next, waitsFor: waitsFor.get(next.key) ?? [] });
    graph.dropNode(next.key);
  }
  return ordered;
}
