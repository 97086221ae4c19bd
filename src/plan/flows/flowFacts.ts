import type { FlowTraits } from '../../flow/flowBody.js';
import type { FlowsPart } from '../../flow/flowVersion.js';

/** What the flow lane knows besides the changes themselves. Versions are named `Name-3`. */
export interface FlowFacts {
  readonly baseline: FlowsPart;
  /** Digest of the canonical body, where it was read. */
  readonly bodies: ReadonlyMap<string, string>;
  /** Traits of bodies, of the snapshot and of now. */
  readonly traits: ReadonlyMap<string, FlowTraits>;
  /** Flow tests by the flow they test. */
  readonly tests: ReadonlyMap<string, readonly string[]>;
  /** Interviews that keep a version from being deleted; undefined when nobody asked or they could not be counted. */
  readonly interviews: ReadonlyMap<string, readonly string[]> | undefined;
}

/** Versions a flow can have (Salesforce Help, \"Flow Limits\"). */
export const MAX_FLOW_VERSIONS = 50;
