import type { Stamp } from '../metadata/componentStore.js';
import { type FlowRecord, type FlowStatus, activeVersion, versionNumbered } from './flowStore.js';

/**
 * The flow with exactly this version active; 0 leaves none active. The version that was active becomes Obsolete.
 * Undefined when there is no version with this number.
 */
export function withActiveVersion(flow: FlowRecord, number: number, stamp: Stamp): FlowRecord | undefined {
  if (number !== 0 && versionNumbered(flow, number) === undefined) return undefined;
  if ((activeVersion(flow)?.number ?? 0) === number) return flow;
  const versions = flow.versions.map((version) => {
    const status: FlowStatus =
      version.number === number ? 'Active' : version.status === 'Active' ? 'Obsolete' : version.status;
    return status === version.status ? version : { ...version, status, lastModified: stamp };
  });
  return { ...flow, versions, lastModified: stamp };
}
