import type { FaultRule, Switchboard } from './contracts.js';

/** Every switch at the value a production-like org has. */
export function defaultSwitches(): Switchboard {
  return {
    queryPageSize: 2000,
    bulkPageSize: 50_000,
    jobPolls: 1,
    latency: 0,
    deployFlowsActive: false,
    binEmptied: false,
    faults: [] as FaultRule[],
  };
}
