import { diffFlowBodies, type FlowDiff } from '../flow/diffFlowBodies.js';
import type { FlowChange } from '../flow/diffFlows.js';
import { versionOf, type FlowEntry } from '../flow/flowVersion.js';
import type { FlowComparison } from './comparison.js';

/** The text of a flow version on one side; undefined when that side does not have it. */
export type BodyText = (flow: string, version: number) => Promise<string | undefined>;

/** Every flow of which the running version or the inventory of versions differs, with its two versions element by element. */
export async function compareFlows(
  before: readonly FlowEntry[],
  after: readonly FlowEntry[],
  changes: readonly FlowChange[],
  bodies: { readonly before: BodyText; readonly after: BodyText },
  names: ReadonlyMap<string, string>
): Promise<FlowComparison[]> {
  const [left, right] = [before, after].map((flows) => new Map(flows.map((flow) => [flow.name, flow]))) as [
    Map<string, FlowEntry>,
    Map<string, FlowEntry>,
  ];
  const changed = new Map(changes.map((change) => [change.flow, change]));
  const result: FlowComparison[] = [];
  for (const name of [...new Set([...changed.keys(), ...left.keys()])].sort()) {
    const change = changed.get(name);
    const [was, is] = [left.get(name), right.get(name)];
    const versions = inventory(was, is);
    // A flow that only one side covers is a change only where the scope says so.
    if (!change && (!was || !is || Object.values(versions).every((list) => list.length === 0))) continue;
    const pair = comparedVersions(was, is, versions.versionsEdited);
    result.push({
      flow: name,
      kind: change?.kind ?? 'versions',
      activeBefore: was?.activeVersion ?? null,
      activeAfter: is?.activeVersion ?? null,
      ...versions,
      versions: pair,
      elements: pair ? await elementsOf(name, pair, bodies) : null,
      changedBy: change?.changedById ? (names.get(change.changedById) ?? change.changedById) : null,
      changedAt: change?.changedAt ?? null,
    });
  }
  return result;
}

function inventory(
  before: FlowEntry | undefined,
  after: FlowEntry | undefined
): Pick<FlowComparison, 'versionsAdded' | 'versionsRemoved' | 'versionsEdited'> {
  const numbers = (flow: FlowEntry | undefined): number[] => (flow?.versions ?? []).map((version) => version.number);
  const [was, is] = [new Set(numbers(before)), new Set(numbers(after))];
  return {
    versionsAdded: [...is].filter((number) => !was.has(number)),
    versionsRemoved: [...was].filter((number) => !is.has(number)),
    versionsEdited: [...was].filter(
      (number) =>
        is.has(number) &&
        before &&
        after &&
        versionOf(before, number)?.lastModifiedAt !== versionOf(after, number)?.lastModifiedAt &&
        // Switching to another version stamps both; only a saved one can hold other elements.
        before.activeVersion === after.activeVersion
    ),
  };
}

/** The versions that run; of a flow that does not run on a side, its newest. */
function comparedVersions(
  before: FlowEntry | undefined,
  after: FlowEntry | undefined,
  edited: readonly number[]
): { before: number; after: number } | null {
  const [was, is] = [before, after].map((flow) => flow?.activeVersion ?? flow?.latestVersion ?? null);
  if (was === null || was === undefined || is === null || is === undefined) return null;
  return was === is && !edited.includes(was) ? null : { before: was, after: is };
}

async function elementsOf(
  flow: string,
  pair: { readonly before: number; readonly after: number },
  bodies: { readonly before: BodyText; readonly after: BodyText }
): Promise<FlowDiff | null> {
  const [before, after] = [await bodies.before(flow, pair.before), await bodies.after(flow, pair.after)];
  return before === undefined || after === undefined ? null : diffFlowBodies(before, after);
}
