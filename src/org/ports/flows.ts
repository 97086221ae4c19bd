import type { FlowEntry } from '../../flow/flowVersion.js';

export interface FlowReader {
  /** Every flow of the org with all its versions. */
  listFlows(): Promise<FlowEntry[]>;
}

/** Which version of a flow shall run; 0 means none. */
export interface FlowPointerTarget {
  readonly definitionId: string;
  readonly version: number;
}

/** What the org said to one pointer: its code and message where it refused. */
export interface PointerResult {
  readonly definitionId: string;
  readonly success: boolean;
  readonly code?: string;
  readonly message?: string;
}

/** A version of a flow by name and number. */
export interface FlowVersionKey {
  readonly flow: string;
  readonly version: number;
}

export interface FlowPointer {
  /**
   * Sets which version of each flow runs, 25 flows a request. Takes effect at once, flow by flow, in no transaction with
   * anything else; results in the order asked.
   */
  setActiveVersions(targets: readonly FlowPointerTarget[]): Promise<PointerResult[]>;
  /** Deletes one inactive version by its number. One that is gone already counts as deleted. */
  deleteVersion(flow: string, version: number): Promise<void>;
  /** Ids of the interviews (paused, waiting, failed) that keep a version from being deleted, by `Name-3`. */
  interviewsOf(versions: readonly FlowVersionKey[]): Promise<Map<string, string[]>>;
}
