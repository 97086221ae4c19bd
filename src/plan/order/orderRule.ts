import type { Knowledge } from '../../records/knowledge.js';
import type { FlowTraits } from '../../flow/flowBody.js';
import type { ObjectDescribe } from '../../records/objectDescribe.js';
import type { DraftStep } from '../rollbackPlan.js';

export interface OrderFacts {
  readonly describes: ReadonlyMap<string, ObjectDescribe>;
  readonly knowledge: Knowledge;
  /** What is known of flow versions, by `Name-3`. */
  readonly flowTraits?: ReadonlyMap<string, FlowTraits>;
}

/** "`before` must have succeeded before `after` may begin." Both are keys of draft steps. */
export interface Edge {
  readonly before: string;
  readonly after: string;
  /**
   * Wanted, but given up where a circle has to be broken: `order` before 1, 1 before 2. `order` is no more than that: the
   * later step does not depend on the success of the earlier one.
   */
  readonly soft?: 'order' | 1 | 2 | undefined;
}

export type OrderRule = (steps: readonly DraftStep[], facts: OrderFacts) => Edge[];
