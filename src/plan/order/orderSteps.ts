import { DirectedGraph } from 'graphology';
import { LANES, OPERATIONS } from '../../model/operation.js';
import type { DraftStep } from '../rollbackPlan.js';
import type { OrderFacts, OrderRule } from './orderRule.js';
import { callersBeforeSubflows } from './callersBeforeSubflows.js';
import { flowVersionBeforeComponent } from './flowVersionBeforeComponent.js';
import { matchingAndDuplicateRules } from './matchingAndDuplicateRules.js';
import { pointerBeforeVersionDelete } from './pointerBeforeVersionDelete.js';
import { permissionsAndComponents } from './permissionsAndComponents.js';
import { recordsAfterMetadata } from './recordsAfterMetadata.js';
import { rowsBeforeTheirObject } from './rowsBeforeTheirObject.js';
import { stepsNamed } from './stepsNamed.js';

/** To add a reason for an order among steps, add a file with one rule and name it here. Rows have rules of their own. */
export const ORDER_RULES: readonly OrderRule[] = [
  pointerBeforeVersionDelete,
  callersBeforeSubflows,
  flowVersionBeforeComponent,
  recordsAfterMetadata,
  rowsBeforeTheirObject,
  matchingAndDuplicateRules,
  stepsNamed,
  permissionsAndComponents,
];

type Graph = DirectedGraph<{ step: DraftStep }, { must: boolean }>;

export interface OrderedStep {
  readonly step: DraftStep;
  readonly waitsFor: readonly DraftStep[];
  /** Steps it should wait for and cannot, because they wait for it: it may fail. */
  readonly givenUp: readonly DraftStep[];
}

/** Rights are taken away before others are given. */
const PLACES = OPERATIONS.toSorted(
  (a, b) =>
    Number(b === 'revokePermission' && a === 'grantPermission') -
    Number(a === 'revokePermission' && b === 'grantPermission')
);

/** A step of permissions on which components wait goes before all components: so these stay in one deployment. */
function laneOf(step: DraftStep): number {
  const lane = LANES.indexOf(step.lane);
  const first = step.detail.kind === 'permissions' && step.detail.place.before.length > 0;
  return first ? LANES.indexOf('metadata') - 0.5 : lane;
}

/** Where nothing asks otherwise: by lane, then operation, then name. So a plan has one order, whatever the org answers first. */
function compareSteps(a: DraftStep, b: DraftStep): number {
  return (
    laneOf(a) - laneOf(b) ||
    PLACES.indexOf(a.operation) - PLACES.indexOf(b.operation) ||
    (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  );
}

/**
 * The steps in an order that every rule allows. Where rules ask for a circle, the first of its steps goes ahead and says so:
 * in the worst hour a plan with a step that may fail is worth more than none.
 */
export function orderSteps(steps: readonly DraftStep[], facts: OrderFacts = {}): OrderedStep[] {
  const graph: Graph = new DirectedGraph();
  for (const step of steps) graph.addNode(step.key, { step });
  for (const { before, after, orderOnly } of ORDER_RULES.flatMap((rule) => rule(steps, facts))) {
    if (before === after) continue;
    const must = !orderOnly || (graph.hasEdge(before, after) && graph.getEdgeAttribute(before, after, 'must'));
    graph.mergeEdge(before, after, { must });
  }
  const stepOf = (key: string): DraftStep => graph.getNodeAttribute(key, 'step');
  const waitsFor = new Map<string, DraftStep[]>(steps.map((step) => [step.key, []]));
  const ordered: OrderedStep[] = [];
  while (graph.order > 0) {
    const [next] = nextKeys(graph).map(stepOf).sort(compareSteps);
    if (!next) break;
    graph.forEachOutEdge(next.key, (_edge, { must }, _source, key) => {
      if (must) waitsFor.get(key)?.push(next);
    });
    ordered.push({
      step: next,
      waitsFor: waitsFor.get(next.key)?.sort(compareSteps) ?? [],
      givenUp: awaited(graph, next.key).map(stepOf).sort(compareSteps),
    });
    graph.dropNode(next.key);
  }
  return ordered;
}

/** Steps that may be done now: those that come after no other, else those that wait for none, else any on a circle. */
function nextKeys(graph: Graph): string[] {
  const free = graph.filterNodes((key) => graph.inDegree(key) === 0);
  if (free.length > 0) return free;
  const waitingForNone = graph.filterNodes((key) => awaited(graph, key).length === 0);
  return waitingForNone.length > 0 ? waitingForNone : onCircles(graph);
}

/** Steps that must be done before this one and are not. */
function awaited(graph: Graph, key: string): string[] {
  return graph.filterInEdges(key, (_edge, { must }) => must).map((edge) => graph.source(edge));
}

/** Steps that wait for themselves by way of others. */
function onCircles(graph: Graph): string[] {
  return graph.nodes().filter((start) => {
    const seen = new Set<string>();
    const open = graph.outNeighbors(start);
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      if (key === start) return true;
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(...graph.outNeighbors(key));
    }
    return false;
  });
}
