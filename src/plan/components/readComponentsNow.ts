import { flowBodyDigest } from '../../flow/flowBody.js';
import { componentStates, keyText, type ComponentKey, type ComponentState } from '../../metadata/component.js';
import type { Progress } from '../../model/progress.js';
import { baselineBodies, versionMember, versionOf, type FlowEntry } from '../../flow/flowVersion.js';
import type { ComponentReader, ListedComponent, Retrieved } from '../../org/ports/components.js';
import type { FlowReader } from '../../org/ports/flows.js';
import { unlessRefused } from '../../org/ports/refusals.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { readNotGiven } from './readNotGiven.js';

export interface ComponentsNow {
  readonly flows: readonly FlowEntry[];
  /** Digest of the canonical body by `Name-3`, of the versions that were read. */
  readonly flowBodies: ReadonlyMap<string, string>;
  /** The same bodies as text, for what refers to what and for the undo point. */
  readonly flowTexts: ReadonlyMap<string, string>;
  /** Flow tests of the org by the flow they test; empty where no flow version was read. */
  readonly flowTests: ReadonlyMap<string, readonly string[]>;
  readonly states: readonly ComponentState[];
  readonly retrieved: Retrieved;
  /** Of the scope, neither given nor proven to be gone: nobody knows how they are. */
  readonly notRead: readonly ComponentKey[];
}

/**
 * Flows and components of the scope as they are now, in one retrieve. Of a flow, the body of the version that ran is read
 * only where its stamp moved; versions that are new, and a version that took over, are always read.
 */
export async function readComponentsNow(
  org: FlowReader & ComponentReader,
  baseline: Baseline,
  progress: Progress
): Promise<ComponentsNow> {
  const { scope } = baseline.snapshot;
  const hasFlows = scope.flows.length > 0;
  const { wholeTypes, components, absent } = baseline.components;
  if (hasFlows || scope.metadata.length > 0) progress.stage('Comparing flows and metadata');
  const [flows, listed] = await Promise.all([
    hasFlows ? org.listFlows() : Promise.resolve([] as FlowEntry[]),
    wholeTypes.length > 0 ? org.listComponents(wholeTypes) : Promise.resolve([] as ComponentKey[]),
  ]);
  const keys = new Map<string, ComponentKey>();
  for (const key of [...components, ...absent, ...listed])
    keys.set(keyText(key), { type: key.type, fullName: key.fullName });
  const inScope = scope.flows === 'all' ? flows : flows.filter((flow) => scope.flows.includes(flow.name));
  const versions = inScope.flatMap((flow) =>
    versionsToRead(flow, baseline).map((number) => ({ type: 'Flow', fullName: versionMember(flow.name, number) }))
  );
  const retrieved = await org.retrieve([
    ...versions,
    ...(versions.length > 0 ? [{ type: 'FlowTest', fullName: '*' }] : []),
    ...keys.values(),
  ]);
  const flowBodies = new Map<string, string>();
  const flowTexts = new Map<string, string>();
  for (const component of retrieved.components) {
    const content = component.files[0]?.content.toString('utf8');
    if (component.type !== 'Flow' || content === undefined) continue;
    flowBodies.set(component.fullName, flowBodyDigest(content));
    flowTexts.set(component.fullName, content);
  }
  const states = await withStamps(
    org,
    componentStates(retrieved.components, new Set(keys.keys()), retrieved.properties),
    new Map(components.map((state) => [keyText(state), state.digest]))
  );
  // What the snapshot could not read either is one of its gaps already.
  const holes = new Set(baseline.snapshot.gaps.map(({ name }) => name));
  const asked = [...keys.values()].filter((key) => !holes.has(keyText(key)));
  const unread = await readNotGiven(org, asked, baseline.components, {
    given: new Set(states.map(keyText)),
    saidMissing: new Set(retrieved.notFound.map(keyText)),
    listed: new Set(listed.map(keyText)),
  });
  const notRead = [...unread, ...flowsNotRead(inScope, baseline, flowBodies)];
  return { flows: inScope, flowBodies, flowTexts, flowTests: testsByFlow(retrieved), states, retrieved, notRead };
}

/**
 * A retrieve may give properties only of what was named in it, and none of a member that came with its container: who made
 * one that is new, and who edited one that is not as in the baseline (digests by `Type:FullName`), is asked for by type.
 */
async function withStamps(
  org: ComponentReader,
  states: ComponentState[],
  baseline: ReadonlyMap<string, string>
): Promise<ComponentState[]> {
  const bare = new Set(
    states.filter((state) => {
      const before = baseline.get(keyText(state));
      return before === undefined
        ? state.createdAt === undefined
        : before !== state.digest && state.lastModifiedById === undefined;
    })
  );
  if (bare.size === 0) return states;
  const listed = await listedOf(org, [...new Set([...bare].map(({ type }) => type))]);
  const stamps = new Map(listed.map(({ type, fullName, ...rest }) => [keyText({ type, fullName }), rest]));
  return states.map((state) => (bare.has(state) ? { ...state, ...stamps.get(keyText(state)) } : state));
}

/** A type that the org refuses to list keeps no other from being listed. */
async function listedOf(org: ComponentReader, types: readonly string[]): Promise<ListedComponent[]> {
  const all = await org.listComponents(types).catch(unlessRefused);
  if (all || types.length < 2) return all ?? [];
  return (await Promise.all(types.map((type) => listedOf(org, [type])))).flat();
}

/** A flow test names the flow it tests in `flowApiName` (Metadata API Developer Guide, "FlowTest"). */
function testsByFlow(retrieved: Retrieved): Map<string, string[]> {
  const tests = new Map<string, string[]>();
  for (const { type, fullName, files } of retrieved.components) {
    if (type !== 'FlowTest') continue;
    const [, flow] = /<flowApiName>\s*([^<\s]+)\s*<\/flowApiName>/.exec(files[0]?.content.toString('utf8') ?? '') ?? [];
    if (flow) tests.set(flow, [...(tests.get(flow) ?? []), fullName].sort());
  }
  return tests;
}

/** Flows of which the version that ran was saved since, and whose body the org did not give: nobody knows what it does now. */
function flowsNotRead(
  flows: readonly FlowEntry[],
  baseline: Baseline,
  bodies: ReadonlyMap<string, string>
): ComponentKey[] {
  const saved = baselineBodies(baseline.flows);
  return flows.flatMap((flow) => {
    const before = baseline.flows.flows.find(({ name }) => name === flow.name);
    const ran = before && !flow.managed ? versionOf(before, before.activeVersion) : undefined;
    const now = ran && versionOf(flow, ran.number);
    if (!now || now.lastModifiedAt === ran.lastModifiedAt) return [];
    const member = versionMember(flow.name, ran.number);
    return saved.has(member) && !bodies.has(member) ? [{ type: 'Flow', fullName: flow.name }] : [];
  });
}

function versionsToRead(flow: FlowEntry, baseline: Baseline): number[] {
  if (flow.managed) return [];
  const before = baseline.flows.flows.find((entry) => entry.name === flow.name);
  return flow.versions
    .filter((version) => {
      const known = before ? versionOf(before, version.number) : undefined;
      if (!known) return true;
      if (version.number === before?.activeVersion) return known.lastModifiedAt !== version.lastModifiedAt;
      return version.number === flow.activeVersion;
    })
    .map((version) => version.number);
}
