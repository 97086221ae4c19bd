import type { FlowTraits } from '../../flow/flowBody.js';
import type { DraftStep } from '../rollbackPlan.js';

export interface OrderFacts {
  /** What is known of flow versions, by `Name-3`. */
  readonly flowTraits?: ReadonlyMap<string, FlowTraits>;
}

/** "`before` must have succeeded before `after` may begin." Both are keys of draft steps. */
export interface Edge {
  readonly before: string;
  readonly after: string;
  /** No more than an order: `after` does not depend on the success of `before`, and goes ahead where they wait for each other. */
  readonly orderOnly?: true;
}

export type OrderRule = (steps: readonly DraftStep[], facts: OrderFacts) => Edge[];
