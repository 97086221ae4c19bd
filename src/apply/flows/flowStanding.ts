import { flowBodyDigest } from '../../flow/flowBody.js';
import { versionMember, versionOf, type FlowEntry } from '../../flow/flowVersion.js';
import type { OrgPorts } from '../../org/ports.js';
import type { Step } from '../../plan/rollbackPlan.js';
import type { Moved, Standing } from '../standing.js';

/**
 * How a flow stands. `bodies` holds digests of versions that were read because their stamp moved, by `Name-3`.
 * `switchedOff`: this run switched the flow off before, to make room for the version that comes.
 */
export function standingOfFlow(
  step: Step,
  flows: readonly FlowEntry[],
  bodies: ReadonlyMap<string, string>,
  switchedOff = false
): Standing {
  const { detail } = step;
  if (detail.kind !== 'flow' && detail.kind !== 'flowVersion') return 'asPlanned';
  const flow = flows.find((entry) => entry.name === detail.flow);
  const edited = (detail.expects ?? []).some(({ version, digest }) => {
    const now = bodies.get(versionMember(detail.flow, version));
    return now !== undefined && digest !== null && now !== digest;
  });
  if (detail.kind === 'flowVersion') {
    if (!flow?.versions.some((version) => version.number === detail.version)) return 'alreadyRestored';
    return edited ? 'moved' : 'asPlanned';
  }
  const active = flow?.activeVersion ?? null;
  if (detail.inactive) {
    if (!flow) return 'asPlanned';
    const newest = flow.latestVersion === null ? undefined : bodies.get(versionMember(flow.name, flow.latestVersion));
    return active === null && newest === detail.bodyDigest ? 'alreadyRestored' : 'moved';
  }
  const runs = active === null ? undefined : bodies.get(versionMember(detail.flow, active));
  const there =
    step.operation === 'redeployFlow' ? runs !== undefined && runs === detail.bodyDigest : active === detail.to;
  // The version that shall run may have been edited since: then its number says nothing.
  if (there && !(edited && detail.bodyDigest !== null && runs !== undefined && runs !== detail.bodyDigest))
    return 'alreadyRestored';
  const waits = detail.needsSlot === true && switchedOff && active === null;
  return (active === detail.from || waits) && !edited ? 'asPlanned' : 'moved';
}

export function movedFlow(step: Step, flows: readonly FlowEntry[]): Moved {
  const name = step.detail.kind === 'flow' || step.detail.kind === 'flowVersion' ? step.detail.flow : '';
  const flow = flows.find((entry) => entry.name === name);
  const active = flow?.versions.find((version) => version.number === flow.activeVersion);
  const is =
    flow?.activeVersion === null || flow === undefined
      ? 'no version is active'
      : `version ${flow.activeVersion} is active`;
  const edited =
    (step.detail.kind === 'flow' && flow?.activeVersion === step.detail.from) || step.detail.kind === 'flowVersion';
  return {
    target: step.target,
    what: edited ? `${is}; a version was edited in place` : is,
    byId: active?.lastModifiedById ?? null,
    at: active?.lastModifiedAt ?? null,
  };
}

/**
 * Bodies that must be looked at again: of versions the plan saw whose stamp moved since, and of what runs now where a flow
 * was redeployed and the pointer moved on. Nothing is read where nothing moved.
 */
export async function bodiesThatMoved(
  org: OrgPorts,
  steps: readonly Step[],
  flows: readonly FlowEntry[]
): Promise<Map<string, string>> {
  const wanted = new Set<string>();
  for (const { operation, detail } of steps) {
    if (detail.kind !== 'flow' && detail.kind !== 'flowVersion') continue;
    const flow = flows.find((entry) => entry.name === detail.flow);
    if (!flow) continue;
    for (const { version, stamp } of detail.expects ?? []) {
      const now = versionOf(flow, version);
      if (now && now.lastModifiedAt !== stamp) wanted.add(versionMember(flow.name, version));
    }
    const redeployed = operation === 'redeployFlow' && detail.kind === 'flow' && flow.activeVersion !== detail.from;
    if (redeployed && flow.activeVersion !== null) wanted.add(versionMember(flow.name, flow.activeVersion));
    // A flow that was gone is there: whether with the body that was to come back, only the body tells.
    if (detail.kind === 'flow' && detail.inactive && flow.latestVersion !== null)
      wanted.add(versionMember(flow.name, flow.latestVersion));
  }
  const members = [...wanted].map((fullName) => ({ type: 'Flow', fullName }));
  const bodies = new Map<string, string>();
  if (members.length === 0) return bodies;
  for (const component of (await org.retrieve(members)).components) {
    const text = component.files[0]?.content.toString('utf8');
    if (component.type === 'Flow' && text !== undefined) bodies.set(component.fullName, flowBodyDigest(text));
  }
  return bodies;
}
