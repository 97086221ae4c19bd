import { diffFlowBodies } from '../flow/diffFlowBodies.js';
import { versionMember, versionOf, type FlowEntry } from '../flow/flowVersion.js';
import type { StoreId } from '../model/ids.js';
import type { Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import { openBaseline, readSnapshot, type Baseline } from '../snapshot/baseline.js';
import type { Store } from '../store/ports.js';
import type { Comparison, Side } from './comparison.js';

/** Two versions of one flow: `before` as side A has it, `after` as side B has it. */
export interface FlowVersionPair {
  readonly flow: string;
  readonly before: number;
  readonly after: number;
}

/** A flow version on one side, with what that side knows of the flow. */
interface Found {
  readonly side: Side;
  readonly entry: FlowEntry;
  readonly text: string;
}

/**
 * Two versions of a flow element by element, each from a snapshot or from the org as it is now (`org`); both may be of the
 * same side. A snapshot holds the bodies of the version that ran and of the newest, the org those of all versions. Refuses
 * a version that the side does not have. Changes nothing.
 */
export async function compareFlowVersions(
  org: OrgPorts | undefined,
  store: Store,
  sides: { readonly a: StoreId | 'org'; readonly b: StoreId | 'org' },
  pair: FlowVersionPair,
  progress: Progress
): Promise<Comparison> {
  progress.stage('Comparing', `${versionMember(pair.flow, pair.before)} and ${versionMember(pair.flow, pair.after)}`);
  const find = (side: StoreId | 'org', version: number): Promise<Found> =>
    side === 'org' ? inOrg(org, pair.flow, version) : inSnapshot(store, side, pair.flow, version);
  const [before, after] = [await find(sides.a, pair.before), await find(sides.b, pair.after)];
  const elements = diffFlowBodies(before.text, after.text);
  const equal = elements.settings.length + elements.elements.length + elements.movedOnly.length === 0;
  const version = versionOf(after.entry, pair.after);
  const author =
    version && org ? (await org.userNames([version.lastModifiedById])).get(version.lastModifiedById) : null;
  return {
    a: before.side,
    b: after.side,
    equal,
    flows: equal
      ? []
      : [
          {
            flow: pair.flow,
            kind: 'versions',
            activeBefore: before.entry.activeVersion,
            activeAfter: after.entry.activeVersion,
            versionsAdded: [],
            versionsRemoved: [],
            versionsEdited: [],
            versions: { before: pair.before, after: pair.after },
            elements,
            changedBy: author ?? null,
            changedAt: version?.lastModifiedAt ?? null,
          },
        ],
    components: [],
    permissions: [],
    records: [],
    notCompared: [],
  };
}

async function inSnapshot(store: Store, id: StoreId, flow: string, version: number): Promise<Found> {
  const { orgId } = await readSnapshot(await store.open('snapshots', id));
  const baseline: Baseline = await openBaseline(store, id, orgId);
  const entry = baseline.flows.flows.find(({ name }) => name === flow);
  const bodies = baseline.flows.bodies.filter((body) => body.flow === flow);
  const body = bodies.find((candidate) => candidate.version === version);
  if (!entry || !body)
    throw notThere(
      versionMember(flow, version),
      `snapshot ${id}`,
      bodies.map((each) => each.version)
    );
  return {
    side: { kind: 'snapshot', id, orgId, at: baseline.snapshot.createdAt },
    entry,
    text: (await baseline.folder.read(body.path)).toString('utf8'),
  };
}

async function inOrg(org: OrgPorts | undefined, flow: string, version: number): Promise<Found> {
  if (!org) throw new Refusal('orgNeeded', { tokens: ['"org"'] });
  const entry = (await org.listFlows()).find(({ name }) => name === flow);
  const fullName = versionMember(flow, version);
  const there = (entry?.versions ?? []).map(({ number }) => number);
  if (!entry || !there.includes(version)) throw notThere(fullName, 'the org', there);
  const { components } = await org.retrieve([{ type: 'Flow', fullName }]);
  const content = components.find(({ type }) => type === 'Flow')?.files[0]?.content;
  // Bodies of a package's flows are not given.
  if (!content) throw notThere(fullName, 'what the org gives', []);
  return {
    side: { kind: 'org', id: null, orgId: org.identity.orgId, at: await org.serverTime() },
    entry,
    text: content.toString('utf8'),
  };
}

function notThere(what: string, side: string, versions: readonly number[]): Refusal {
  const there =
    versions.length > 0
      ? `It has ${versions.length === 1 ? 'version' : 'versions'} ${versions.join(', ')}.`
      : 'It has none of this flow.';
  return new Refusal('flowVersionNotThere', { tokens: [what, side, there] });
}
