import { DirectedGraph } from 'graphology';
import { LANES, OPERATIONS } from '../../model/operation.js';
import type { ObjectDescribe } from '../../records/objectDescribe.js';
import type { DraftStep } from '../rollbackPlan.js';
import { conditionsInsideNeutral } from './conditionsInsideNeutral.js';
import { deleteChildrenFirst } from './deleteChildrenFirst.js';
import { flowVersionBeforeComponent } from './flowVersionBeforeComponent.js';
import { freeKeyBeforeUse } from './freeKeyBeforeUse.js';
import { letGoBeforeDelete } from './letGoBeforeDelete.js';
import { makeWayFirst } from './makeWayFirst.js';
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
  /** Wanted, but given up where a circle has to be broken. */
  readonly soft?: boolean;
}

export type OrderRule = (steps: readonly DraftStep[], facts: OrderFacts) => Edge[];

/** To add a reason for an order, add a file with one rule and name it here. */
export const ORDER_RULES: readonly OrderRule[] = [
  pointerBeforeVersionDelete,
  flowVersionBeforeComponent,
  recordsAfterMetadata,
  undeleteParentsFirst,
  updateAfterItsTargets,
  makeWayFirst,
  conditionsInsideNeutral,
  letGoBeforeDelete,
  deleteChildrenFirst,
  freeKeyBeforeUse,
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

/**
 * The steps in an order that every rule allows. Where rules ask for a circle, soft edges into its first step are given up;
 * throws, naming the steps, when only hard ones are left.
 */
export function orderSteps(steps: readonly DraftStep[], facts: OrderFacts): OrderedStep[] {
  const graph = new DirectedGraph<{ step: DraftStep }, { soft: boolean }>();
  for (const step of steps) graph.addNode(step.key, { step });
  for (const rule of ORDER_RULES) {
    for (const edge of rule(steps, facts)) {
      if (edge.before === edge.after) continue;
      const soft =
        edge.soft === true &&
        (!graph.hasEdge(edge.before, edge.after) || graph.getEdgeAttribute(edge.before, edge.after, 'soft'));
      graph.mergeEdge(edge.before, edge.after, { soft });
    }
  }
  const stepOf = (key: string): DraftStep => graph.getNodeAttribute(key, 'step');
  const waitsFor = new Map<string, DraftStep[]>(steps.map((step) => [step.key, []]));
  const ordered: OrderedStep[] = [];
  while (graph.order > 0) {
    const [next] = graph
      .filterNodes((key) => graph.inDegree(key) === 0)
      .map(stepOf)
      .sort(compareSteps);
    if (!next) {
      giveWay(graph);
      continue;
    }
    for (const key of graph.outNeighbors(next.key)) waitsFor.get(key)?.push(next);
    ordered.push({ step: next, waitsFor: waitsFor.get(next.key)?.sort(compareSteps) ?? [] });
    graph.dropNode(next.key);
  }
  return ordered;
}

/** Drops the soft edges into the first step that has any. */
function giveWay(graph: DirectedGraph<{ step: DraftStep }, { soft: boolean }>): void {
  const [key] = graph
    .filterNodes((node) => graph.inEdges(node).some((edge) => graph.getEdgeAttribute(edge, 'soft')))
    .map((node) => graph.getNodeAttribute(node, 'step'))
    .sort(compareSteps)
    .map((step) => step.key);
  if (key === undefined) throw new Error(`the steps wait for each other: ${graph.nodes().sort().join(', ')}`);
  for (const edge of graph.inEdges(key)) if (graph.getEdgeAttribute(edge, 'soft')) graph.dropEdge(edge);
}
