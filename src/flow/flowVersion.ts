/** One version of a flow, known by flow name and number: the Tooling row id changes when a version is edited. */
export interface FlowVersion {
  readonly number: number;
  /** `Active`, `Draft`, `Obsolete`, `InvalidDraft`. */
  readonly status: string;
  readonly lastModifiedAt: string;
  readonly lastModifiedById: string;
}

/** A flow of the org: which version runs, and every version there is. */
export interface FlowEntry {
  /** Developer name, with namespace prefix (`ns__Name`) for a flow of a package. */
  readonly name: string;
  /** Tooling id of the FlowDefinition (300…). */
  readonly definitionId: string;
  readonly managed: boolean;
  readonly activeVersion: number | null;
  readonly latestVersion: number | null;
  /** Ascending by number. */
  readonly versions: readonly FlowVersion[];
}

/** What a snapshot knows of one flow version's definition. */
export interface FlowBody {
  readonly flow: string;
  readonly version: number;
  /** Digest of the canonical XML. */
  readonly digest: string;
  /** Path in the snapshot, `flows/<Name>/<n>.flow-meta.xml`. */
  readonly path: string;
}

export interface FlowsPart {
  readonly flows: readonly FlowEntry[];
  /** Flows that were named in the scope and did not exist. */
  readonly absent: readonly string[];
  readonly bodies: readonly FlowBody[];
}

export function versionOf(flow: FlowEntry, number: number | null): FlowVersion | undefined {
  return flow.versions.find((version) => version.number === number);
}

/** The versions whose bodies a snapshot keeps: the one that runs and the newest. */
export function versionsToKeep(flow: FlowEntry): number[] {
  if (flow.managed) return [];
  return [...new Set([flow.activeVersion, flow.latestVersion])].filter((number): number is number => number !== null);
}

/** `Name-3`, the way Metadata API names a version. */
export function versionMember(flow: string, number: number): string {
  return `${flow}-${number}`;
}

/** Digests of the saved bodies, by `Name-3`. */
export function baselineBodies(part: FlowsPart): Map<string, string> {
  return new Map(part.bodies.map((body) => [versionMember(body.flow, body.version), body.digest]));
}
