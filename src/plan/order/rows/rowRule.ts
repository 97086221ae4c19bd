import type { RecordFacts } from '../../records/recordFacts.js';
import type { RowWorks } from './rowWorks.js';

/**
 * How much an order counts.
 * `must`: the org refuses the later one, or loses something, when it comes first.
 * `along`: coming first, the later one does the work of the earlier one too; given up only to get out of a circle.
 * `wish`: saves a write; given up before a step is divided.
 */
export type Strength = 'must' | 'along' | 'wish';

/** "`before` must be done before `after` may begin." Both are keys of works, or of gates. */
export interface RowEdge {
  readonly before: string;
  readonly after: string;
  readonly strength: Strength;
}

/** A reason for an order among rows. */
export type RowRule = (works: RowWorks, facts: RecordFacts) => RowEdge[];

/** A point that is reached when all works with an edge to it are done: it keeps many-to-many orders small. */
export function gate(name: string): string {
  return `gate:${name}`;
}
