import { DirectedGraph } from 'graphology';
import { LANES, OPERATIONS } from '../../model/operation.js';
import type { DraftStep } from '../rollbackPlan.js';
import type { OrderFacts, OrderRule } from './orderRule.js';
import { callersBeforeSubflows } from './callersBeforeSubflows.js';
import { conditionsInsideNeutral } from './conditionsInsideNeutral.js';
import { deleteChildrenFirst } from './deleteChildrenFirst.js';
import { flowVersionBeforeComponent } from './flowVersionBeforeComponent.js';
import { freeKeyBeforeUse } from './freeKeyBeforeUse.js';
import { letGoBeforeDelete } from './letGoBeforeDelete.js';
import { makeWayFirst } from './makeWayFirst.js';
import { pointerBeforeVersionDelete } from './pointerBeforeVersionDelete.js';
import { refillsBeforeFinish } from './refillsBeforeFinish.js';
import { sweepAfterUndelete } from './sweepAfterUndelete.js';
import { undeleteParentsFirst } from './undeleteParentsFirst.js';
import { updateAfterItsTargets } from './updateAfterItsTargets.js';
import { recordsAfterMetadata } from './recordsAfterMetadata.js';

/** To add a reason for an order, add a file with one rule and name it here. */
export const ORDER_RULES: readonly OrderRule[] = [
  pointerBeforeVersionDelete,
  callersBeforeSubflows,
  flowVersionBeforeComponent,
  recordsAfterMetadata,
  undeleteParentsFirst,
  updateAfterItsTargets,
  sweepAfterUndelete,
  refillsBeforeFinish,
  makeWayFirst,
  conditionsInsideNeutral,
  letGoBeforeDelete,
  deleteChildrenFirst,
  freeKeyBeforeUse,
];

/** Edges from the first that are given up to those that hold. */
const STRENGTH = { order: 1, 1: 2, 2: 3, must: 4 } as const;

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
 * The steps in an order that every rule allows. Where rules ask for a circle, an edge of it is given up, soft ones
 * first: in the worst hour a plan with one row that may be refused is worth more than none.
 */
export function orderSteps(steps: readonly DraftStep[], facts: OrderFacts): OrderedStep[] {
  const graph = new DirectedGraph<{ step: DraftStep }, { strength: number }>();
  for (const step of steps) graph.addNode(step.key, { step });
  for (const rule of ORDER_RULES) {
    for (const edge of rule(steps, facts)) {
      if (edge.before === edge.after) continue;
      const known = graph.hasEdge(edge.before, edge.after)
        ? graph.getEdgeAttribute(edge.before, edge.after, 'strength')
        : 0;
      graph.mergeEdge(edge.before, edge.after, { strength: Math.max(known, STRENGTH[edge.soft ?? 'must']) });
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
    graph.forEachOutEdge(next.key, (_edge, { strength }, _source, key) => {
      if (strength > STRENGTH.order) waitsFor.get(key)?.push(next);
    });
    ordered.push({ step: next, waitsFor: waitsFor.get(next.key)?.sort(compareSteps) ?? [] });
    graph.dropNode(next.key);
  }
  return ordered;
}

/** Drops one edge that lies on a circle: soft ones first, then the first in the order of steps. */
function giveWay(graph: DirectedGraph<{ step: DraftStep }, { strength: number }>): void {
  const reaches = (from: string, to: string): boolean => {
    const seen = new Set<string>();
    const open = [from];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      if (key === to) return true;
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(...graph.outNeighbors(key));
    }
    return false;
  };
  const steps = graph
    .nodes()
    .map((key) => graph.getNodeAttribute(key, 'step'))
    .sort(compareSteps);
  for (const strength of [STRENGTH.order, STRENGTH[1], STRENGTH[2], STRENGTH.must]) {
    for (const { key } of steps) {
      const edge = graph
        .inEdges(key)
        .filter(
          (candidate) =>
            graph.getEdgeAttribute(candidate, 'strength') === strength && reaches(key, graph.source(candidate))
        )
        .sort((left, right) => (graph.source(left) < graph.source(right) ? -1 : 1))[0];
      if (edge === undefined) continue;
      graph.dropEdge(edge);
      return;
    }
  }
  throw new Error(`the steps wait for each other: ${graph.nodes().sort().join(', ')}`);
}
