import type { Stamp } from '../metadata/componentStore.js';
import type { XmlElement } from '../metadata/xmlTree.js';

export type FlowStatus = 'Active' | 'Draft' | 'Obsolete' | 'InvalidDraft';

export interface FlowVersion {
  /** 301… It changes when the version is saved again through Tooling: know a version by name and number. */
  readonly id: string;
  readonly number: number;
  readonly status: FlowStatus;
  /** In normal form, without `status`. */
  readonly body: XmlElement;
  readonly created: Stamp;
  readonly lastModified: Stamp;
}

export interface FlowRecord {
  readonly id: string;
  readonly name: string;
  readonly namespacePrefix?: string;
  /** Installed: versions are visible, their bodies are not. */
  readonly managed: boolean;
  /** By number, lowest first. Never empty: a flow goes with its last version. */
  readonly versions: readonly FlowVersion[];
  /** Numbers are never used twice while the flow lives. */
  readonly nextNumber: number;
  readonly created: Stamp;
  readonly lastModified: Stamp;
}

/** A paused or failed interview; it keeps its version from being deleted. */
export interface FlowInterview {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
}

/** All flows. Records never change in place, so that a fork is a complete copy (see ComponentStore). */
export class FlowStore {
  private byName = new Map<string, FlowRecord>();
  public readonly interviews: FlowInterview[] = [];

  public fork(): FlowStore {
    const copy = new FlowStore();
    copy.byName = new Map(this.byName);
    copy.interviews.push(...this.interviews);
    return copy;
  }

  public adopt(fork: FlowStore): void {
    this.byName = new Map(fork.byName);
  }

  /** By API name, with the namespace in front where there is one. */
  public get(name: string): FlowRecord | undefined {
    return this.byName.get(name.toLowerCase());
  }

  public put(flow: FlowRecord): void {
    this.byName.set(apiName(flow).toLowerCase(), flow);
  }

  public remove(name: string): void {
    this.byName.delete(name.toLowerCase());
  }

  public all(): FlowRecord[] {
    return [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  public byId(definitionId: string): FlowRecord | undefined {
    return this.all().find((flow) => sameId(flow.id, definitionId));
  }

  public versionById(versionId: string): { flow: FlowRecord; version: FlowVersion } | undefined {
    for (const flow of this.all()) {
      const version = flow.versions.find((candidate) => sameId(candidate.id, versionId));
      if (version !== undefined) return { flow, version };
    }
    return undefined;
  }

  public interviewsOf(flow: FlowRecord, version: FlowVersion): FlowInterview[] {
    return this.interviews.filter((interview) => interview.flow === flow.name && interview.version === version.number);
  }
}

export function apiName(flow: FlowRecord): string {
  return flow.namespacePrefix === undefined ? flow.name : `${flow.namespacePrefix}__${flow.name}`;
}

export function activeVersion(flow: FlowRecord): FlowVersion | undefined {
  return flow.versions.find((version) => version.status === 'Active');
}

export function latestVersion(flow: FlowRecord): FlowVersion {
  const latest = flow.versions.at(-1);
  if (latest === undefined) throw new Error(`flow without versions: ${flow.name}`);
  return latest;
}

export function versionNumbered(flow: FlowRecord, number: number): FlowVersion | undefined {
  return flow.versions.find((version) => version.number === number);
}

/** `Name-12` → name and number; undefined for a bare name. */
export function splitVersionName(fullName: string): { name: string; number: number } | undefined {
  const parts = /^(.+)-(\d+)$/.exec(fullName);
  return parts === null ? undefined : { name: parts[1] ?? '', number: Number(parts[2]) };
}

function sameId(a: string, b: string): boolean {
  return a.slice(0, 15) === b.slice(0, 15);
}
