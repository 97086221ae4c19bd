import type { OrgCore } from '../contracts.js';
import type { Stamp } from '../metadata/componentStore.js';
import { sameContent } from '../metadata/normalForm.js';
import { type XmlElement, childrenNamed, valueOf, withValue } from '../metadata/xmlTree.js';
import { withActiveVersion } from './activateVersion.js';
import {
  type FlowRecord,
  type FlowStatus,
  type FlowStore,
  type FlowVersion,
  activeVersion,
  apiName,
  latestVersion,
  splitVersionName,
  versionNumbered,
} from './flowStore.js';

/** How this org treats deployed flows where real orgs differ or nobody could confirm it. */
export interface FlowHabits {
  /** A deployed flow may become active. Off in production unless the setting is on. */
  readonly deployActive: boolean;
  /** An inactive draft at the top is overwritten instead of a version being added. */
  readonly overwriteLatestDraft: boolean;
}

export const MAX_VERSIONS = 50;

export type FlowSave =
  | {
      readonly kind: 'saved';
      readonly flow: FlowRecord;
      readonly version: FlowVersion;
      readonly outcome: 'created' | 'changed' | 'unchanged';
    }
  | { readonly kind: 'refused'; readonly problem: string };

/**
 * What a deploy of one Flow file does: content that differs from the newest version adds a version with the next
 * number. Content that is equal changes nothing at all, whatever `status` the file has: an older version that
 * somebody activated by hand stays active.
 */
export function saveFlow(
  org: OrgCore,
  flows: FlowStore,
  fullName: string,
  file: XmlElement,
  habits: FlowHabits,
  stamp: Stamp
): FlowSave {
  const status = (valueOf(file, 'status') ?? 'Draft') as FlowStatus;
  const body = withValue(file, 'status', undefined);
  const flow = flows.get(fullName);
  const versioned = flow === undefined ? splitVersionName(fullName) : undefined;
  if (versioned !== undefined && flows.get(versioned.name) !== undefined)
    return saveNumbered(org, flows, versioned.name, versioned.number, body, stamp);
  if (flow?.managed === true)
    return { kind: 'refused', problem: 'Cannot modify managed object: entity=InteractionDefinitionVersion' };
  const landing: FlowStatus = status === 'Active' && !habits.deployActive ? 'Draft' : status;

  if (flow === undefined) {
    const version: FlowVersion = {
      id: org.newId('301'),
      number: 1,
      status: landing,
      body,
      created: stamp,
      lastModified: stamp,
    };
    const created: FlowRecord = {
      id: org.newId('300'),
      name: fullName,
      managed: false,
      versions: [version],
      nextNumber: 2,
      created: stamp,
      lastModified: stamp,
    };
    flows.put(created);
    return { kind: 'saved', flow: created, version, outcome: 'created' };
  }
  const latest = latestVersion(flow);
  if (sameContent(latest.body, body)) return { kind: 'saved', flow, version: latest, outcome: 'unchanged' };
  if (habits.overwriteLatestDraft && latest.status === 'Draft')
    return replaceVersion(org, flows, flow, latest, body, landing, stamp);
  if (flow.versions.length >= MAX_VERSIONS) {
    return {
      kind: 'refused',
      problem: org.switches.flowVersionLimitText,
    };
  }
  const version: FlowVersion = {
    id: org.newId('301'),
    number: flow.nextNumber,
    status: landing === 'Active' ? 'Draft' : landing,
    body,
    created: stamp,
    lastModified: stamp,
  };
  const grown: FlowRecord = {
    ...flow,
    versions: [...flow.versions, version],
    nextNumber: flow.nextNumber + 1,
    lastModified: stamp,
  };
  const settled = landing === 'Active' ? (withActiveVersion(grown, version.number, stamp) ?? grown) : grown;
  flows.put(settled);
  return {
    kind: 'saved',
    flow: settled,
    version: versionNumbered(settled, version.number) ?? version,
    outcome: 'changed',
  };
}

/** A file named `Name-N`, the style of before v44: overwrites that version, unless it is active. */
function saveNumbered(
  org: OrgCore,
  flows: FlowStore,
  name: string,
  number: number,
  body: XmlElement,
  stamp: Stamp
): FlowSave {
  const flow = flows.get(name);
  const version = flow === undefined ? undefined : versionNumbered(flow, number);
  if (flow === undefined || version === undefined)
    return { kind: 'refused', problem: `Invalid version number: ${number}` };
  if (sameContent(version.body, body)) return { kind: 'saved', flow, version, outcome: 'unchanged' };
  if (version.status === 'Active')
    return { kind: 'refused', problem: "The version of the flow you're updating is active and can't be overwritten." };
  return replaceVersion(org, flows, flow, version, body, version.status, stamp);
}

/** Puts a new body under an existing number. The platform deletes and recreates the row, so its id changes. */
export function replaceVersion(
  org: OrgCore,
  flows: FlowStore,
  flow: FlowRecord,
  version: FlowVersion,
  body: XmlElement,
  status: FlowStatus,
  stamp: Stamp
): FlowSave {
  const renewed: FlowVersion = {
    ...version,
    id: org.newId('301'),
    body,
    status: status === 'Active' ? version.status : status,
    lastModified: stamp,
  };
  const changed: FlowRecord = {
    ...flow,
    versions: flow.versions.map((other) => (other.number === version.number ? renewed : other)),
    lastModified: stamp,
  };
  const settled = status === 'Active' ? (withActiveVersion(changed, version.number, stamp) ?? changed) : changed;
  flows.put(settled);
  return {
    kind: 'saved',
    flow: settled,
    version: versionNumbered(settled, version.number) ?? renewed,
    outcome: 'changed',
  };
}

/** Versions of other flows that call this flow as a subflow: they keep it from losing its last version. */
function callersOf(flows: FlowStore, flow: FlowRecord): string[] {
  return flows
    .all()
    .filter((other) => other.id !== flow.id)
    .flatMap((other) =>
      other.versions
        .filter(({ body }) =>
          childrenNamed(body, 'subflows').some((subflow) => valueOf(subflow, 'flowName') === apiName(flow))
        )
        .map(({ number }) => `${apiName(other)}-${number}`)
    );
}

/** Deletes one version; the flow goes with its last one. Returns the org's words when it refuses. */
export function deleteVersion(
  flows: FlowStore,
  flow: FlowRecord,
  version: FlowVersion,
  stamp: Stamp
): string | undefined {
  if (activeVersion(flow)?.number === version.number) return 'insufficient access rights on cross-reference id';
  const interviews = flows.interviewsOf(flow, version);
  if (interviews.length > 0) {
    const shown = interviews.slice(0, 10).map((interview) => `Flow Interview - ${interview.id}`);
    return `This flow version is referenced elsewhere in salesforce.com. Remove the usage and try again. : ${shown.join(', ')}`;
  }
  const callers = flow.versions.length === 1 ? callersOf(flows, flow) : [];
  if (callers.length > 0)
    return `This flow is referenced elsewhere in salesforce.com. Remove the usage and try again. : ${callers.map((caller) => `Flow Version - ${caller}`).join(', ')}`;
  const versions = flow.versions.filter((other) => other.number !== version.number);
  if (versions.length === 0) flows.remove(apiName(flow));
  else flows.put({ ...flow, versions, lastModified: stamp });
  return undefined;
}
