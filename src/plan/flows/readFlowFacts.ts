import type { FlowChange } from '../../flow/diffFlows.js';
import { flowTraits, type FlowTraits } from '../../flow/flowBody.js';
import { versionMember, versionOf } from '../../flow/flowVersion.js';
import type { FlowPointer, FlowVersionKey } from '../../org/ports/flows.js';
import type { Baseline } from '../../snapshot/baseline.js';
import type { FlowFacts } from './flowFacts.js';
import type { ComponentsNow } from '../components/readComponentsNow.js';

/** What the flow lane needs to know of bodies, callers, tests and interviews. Reads the snapshot and, if asked, interviews. */
export async function readFlowFacts(
  org: Pick<FlowPointer, 'interviewsOf'>,
  baseline: Baseline,
  components: ComponentsNow,
  changes: readonly FlowChange[],
  deleteFlows: boolean
): Promise<FlowFacts> {
  return {
    baseline: baseline.flows,
    bodies: components.flowBodies,
    tests: components.flowTests,
    traits: changes.length > 0 ? await traitsOf(baseline, components, changes) : new Map(),
    interviews: deleteFlows ? await org.interviewsOf(added(changes)) : undefined,
  };
}

function added(changes: readonly FlowChange[]): FlowVersionKey[] {
  return changes.flatMap(({ flow, baseline, now }) =>
    (now?.versions ?? [])
      .filter(({ number }) => !baseline || !versionOf(baseline, number))
      .map(({ number }) => ({ flow, version: number }))
  );
}

/** Traits of the changed flows, and of whatever names one of them: most bodies are not parsed at all. */
async function traitsOf(
  baseline: Baseline,
  components: ComponentsNow,
  changes: readonly FlowChange[]
): Promise<Map<string, FlowTraits>> {
  const changed = new Set(changes.map(({ flow }) => flow));
  const traits = new Map<string, FlowTraits>();
  const look = (flow: string, member: string, text: string): void => {
    const callsOne =
      text.includes('<subflows>') &&
      [...text.matchAll(/<flowName>\s*([^<\s]+)/g)].some(([, name = '']) => changed.has(name));
    if (changed.has(flow) || callsOne) traits.set(member, flowTraits(text));
  };
  const now = new Map(components.flows.map((flow) => [flow.name, flow]));
  for (const { flow, version, path } of baseline.flows.bodies) {
    // Of what calls, only what still runs counts; of what changed, also what ran.
    if (!changed.has(flow) && now.get(flow)?.activeVersion !== version) continue;
    look(flow, versionMember(flow, version), (await baseline.folder.read(path)).toString('utf8'));
  }
  for (const [member, text] of components.flowTexts) look(member.replace(/-\d+$/, ''), member, text);
  return traits;
}
