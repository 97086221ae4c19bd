import type { OpLogEntry } from '../org/engine/contracts.js';
import type { World } from './world.js';

/** Requests that only look whether something that takes time is done. */
const POLLS = new Set(['checkDeployStatus', 'checkRetrieveStatus']);

export interface Requests {
  /** All but polls. */
  readonly sent: number;
  /** The longest chain in which each request begins after the one before has ended. */
  readonly sequential: number;
}

/**
 * The requests that `work` sends, by the org's own log. Each answer takes a moment, so that requests sent side by side
 * overlap and count once in the chain.
 */
export async function requestsOf(world: World, work: () => Promise<unknown>): Promise<Requests> {
  const { opLog, switches } = world.org;
  const begun: number[] = [];
  const ended: number[] = [];
  const append = opLog.append.bind(opLog);
  switches.latencyOf = () => (begun.push(performance.now()), 30);
  opLog.append = (entry: OpLogEntry): void => {
    append(entry);
    if (entry.kind === 'request') ended.push(performance.now());
  };
  const from = opLog.entries.length;
  try {
    await work();
  } finally {
    switches.latencyOf = undefined;
    opLog.append = append;
  }
  const sent = opLog.entries.slice(from).filter((entry) => entry.kind === 'request' && !POLLS.has(entry.call ?? ''));
  let sequential = 0;
  let free = -Infinity;
  for (const end of ended.sort((a, b) => a - b)) {
    // The next link of the chain is the first request to end that began when the last link was over.
    const start = begun.findLast((time) => time <= end - 25);
    if (start === undefined || start < free) continue;
    sequential += 1;
    free = end;
  }
  return { sent: sent.length, sequential };
}
